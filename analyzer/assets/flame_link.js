/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view in the part of the address behind "#", so that a link shows what its
 * sender saw.
 */
function hashOf(name) {
	let h = 2166136261;
	for (let i = 0; i < name.length; i++)
		h = Math.imul(h ^ name.charCodeAt(i), 16777619);
	return (h >>> 0).toString(36);
}

/* Names, not numbers: so that a link also fits the next profile. */
function pathOf(i) {
	const path = [];
	for (; i > 0; i = tree.parent[i])
		path.push(hashOf(nameOf(i)));
	return path.reverse().join('.');
}

function childOf(node, hash) {
	for (let i = node + 1; i < tree.end[node]; i = tree.end[i])
		if (hashOf(nameOf(i)) === hash)
			return i;
	return -1;
}

function saveHash(isStep) {
	const words = new URLSearchParams();
	if (view.node)
		words.set('z', pathOf(view.node));
	if (view.from >= 0)
		words.set('p', hashOf(nameOf(view.from)));
	if (search.text)
		words.set('s', search.text);
	if (search.exact)
		words.set('c', '1');
	if (icicle)
		words.set('l', 'icicle');
	/* A viewer may forbid it, or limit how often; the view is there anyway. */
	try {
		const hash = '#' + words;
		if (hash === (location.hash || '#'))
			return;
		history[isStep ? 'pushState' : 'replaceState'](null, '', hash);
	} catch {
		return;
	}
}

function restore() {
	const words = new URLSearchParams(location.hash.slice(1));
	let node = 0;
	for (const hash of (words.get('z') || '').split('.').filter(Boolean)) {
		const child = childOf(node, hash);
		if (child < 0)
			break;
		node = child;
	}
	view = { node, from: words.get('p') ? childOf(node, words.get('p')) : -1 };
	setLayout(words.get('l') === 'icicle');
	page.input.value = words.get('s') || '';
	draw();
	setSearch(page.input.value, words.get('c') === '1');
}
