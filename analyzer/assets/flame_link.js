/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view in the part of the address behind "#", so that a link shows what its
 * sender saw. What is as the file has it is left out.
 */
function hashOf(name) {
	let h = 2166136261;
	for (let i = 0; i < name.length; i++)
		h = Math.imul(h ^ name.charCodeAt(i), 16777619);
	return (h >>> 0).toString(36);
}

/* Names, not numbers: so that a link also fits the next profile. */
function pathOf(node) {
	const path = [];
	for (; node.parent; node = node.parent)
		path.push(hashOf(nameOf(node)));
	return (state.pivot >= 0 && node.from ? '-' : '') + path.reverse().join('.');
}

const childOf = (node, hash) => kidsOf(node).find(
	kid => hashOf(nameOf(kid)) === hash);

/* As far as it leads. */
function nodeAt(path) {
	let node = roots[path.startsWith('-') && roots[1] ? 1 : 0];
	for (const hash of path.replace('-', '').split('.').filter(Boolean)) {
		const child = childOf(node, hash);
		if (!child)
			break;
		node = child;
	}
	return node;
}

/*
 * In the page of `heapflame html`, which alone shows us from a blob, the address
 * is the page's: it is told what a reader does, and tells what to show.
 */
const keeper = location.protocol === 'blob:' && window.parent !== window
	? window.parent : null;
let kept = null; /* what it knows; null: what is shown next is its own wish */

function tellKeeper(isStep) {
	const words = String(hashWords());
	if (kept !== null && words !== kept)
		keeper.postMessage({ words, isStep }, '*');
	kept = words;
}

const usual = {};
function hashWords() {
	const words = new URLSearchParams();
	const put = (key, value, unless) => {
		if (value !== unless)
			words.set(key, value);
	};
	put('z', pathOf(view.node), '');
	if (view.from >= 0)
		words.set('p', hashOf(nameOf(view.node.kids[view.from])));
	put('s', search.text, '');
	put('c', search.exact ? '1' : '', '');
	put('m', metrics[state.metric].name, usual.metric);
	put('l', state.icicle ? 'icicle' : 'flame', usual.icicle ? 'icicle' : 'flame');
	put('v', state.callers ? 'callers' : 'flame', usual.callers ? 'callers' : 'flame');
	put('r', state.merged ? 'merged' : '', '');
	put('w', state.folded ? 'folded' : '', '');
	put('k', coloring, usual.coloring);
	if (state.pivot >= 0)
		words.set('f', hashOf(functionName(state.pivot)));
	return words;
}

function saveHash(isStep) {
	if (keeper) {
		tellKeeper(isStep);
		return;
	}
	/* A viewer may forbid it, or limit how often; the view is there anyway. */
	try {
		const hash = '#' + hashWords();
		if (hash === (location.hash || '#'))
			return;
		history[isStep ? 'pushState' : 'replaceState'](null, '', hash);
	} catch {
		return;
	}
}

const functionName = fn => (kinds.find(k => k.fn === fn) || {}).name || '';

function functionOf(hash) {
	const kind = hash && kinds.find(k => hashOf(k.name) === hash);
	return kind ? kind.fn : -1;
}

function restoreState(words) {
	const metric = metrics.findIndex(m => m.name === (words.get('m') || usual.metric));
	const either = (key, word, otherwise) => words.has(key)
		? words.get(key) === word : otherwise;
	state.metric = Math.max(metric, 0);
	state.icicle = either('l', 'icicle', usual.icicle);
	state.callers = either('v', 'callers', usual.callers);
	state.merged = words.get('r') === 'merged';
	state.folded = words.get('w') === 'folded';
	state.pivot = functionOf(words.get('f'));
	coloring = COLORINGS.some(([word]) => word === words.get('k'))
		? words.get('k') : usual.coloring;
}

function showWords(text) {
	const words = new URLSearchParams(text);
	restoreState(words);
	rebuild();
	const node = nodeAt(words.get('z') || '');
	const first = words.get('p') && childOf(node, words.get('p'));
	view = { node, from: first ? first.at : -1 };
	page.input.value = words.get('s') || '';
	draw();
	kept = null;
	setSearch(page.input.value, words.get('c') === '1');
}

const restore = () => showWords(location.hash.slice(1));

function rememberUsual() {
	Object.assign(usual, { metric: asked.metric, icicle: state.icicle,
		callers: state.callers, coloring: asked.colors || COLORINGS[0][0] });
}

if (keeper)
	window.addEventListener('message', event => {
		if (event.source === keeper && typeof event.data === 'string')
			showWords(event.data);
	});
