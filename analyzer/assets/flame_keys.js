/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader can do, by pointer and by key; and the start of it all. */
const KEYS = [
	['click, Enter', 'zoom into a frame; its callers stay'],
	['shift-click, p', 'pivot: all callers above, all callees below'],
	['r, Esc', 'back to everything'], ['Backspace', 'back one step'],
	['/, Ctrl-F', 'search: regular expressions, ; between several'],
	['n, N', 'next, previous match, however narrow'], ['arrows', 'walk through the frames'],
	['m, M', 'next, previous metric'], ['k', 'next meaning of colours'],
	['i', 'flame or icicle'], ['c', 'begin with what holds memory: callers'],
	['u', 'merge recursion'], ['w', 'fold allocation wrappers'],
	['?', 'this list']
];

/*
 * After a switch: the same place, if it is still there. A pivot and callers are
 * other pictures, in which no place is the same.
 */
function changed(keep) {
	const path = keep ? pathOf(view.node) : '';
	rebuild();
	view = { node: nodeAt(path), from: -1 };
	hideCard();
	draw();
	saveHash(true);
	if (!keep)
		scrollHome();
}

function setMetric(metric) {
	state.metric = (metric + metrics.length) % metrics.length;
	changed(true);
}

function setColoring(word) {
	coloring = word;
	draw();
	saveHash(false);
}

function nextColoring() {
	const at = COLORINGS.findIndex(([word]) => word === coloring);
	setColoring(COLORINGS[(at + 1) % COLORINGS.length][0]);
}

function flip() {
	if (state.pivot >= 0)
		return;
	state.icicle = !state.icicle;
	draw();
	scrollHome();
	saveHash(false);
}

function turn(name, keep) {
	if (name === 'callers' && state.pivot >= 0)
		return;
	state[name] = !state[name];
	changed(keep);
}

function setPivot(fn) {
	state.pivot = fn;
	changed(false);
}

function pivotChosen() {
	const node = chosen();
	if (node)
		setPivot(kinds[node.kind].fn);
}

function reset() {
	if (state.pivot >= 0)
		setPivot(-1);
	else
		zoom(roots[0]);
}

function clearSearch() {
	page.input.value = '';
	setSearch('', search.exact);
}

function startSearch() {
	page.input.focus();
	page.input.select();
}

function leave() {
	hideCard();
	if (!page.help.hidden)
		page.help.hidden = true;
	else if (search.text)
		clearSearch();
	else
		reset();
}

const ACTIONS = {
	'/': startSearch, r: reset, 0: reset, Home: reset,
	Escape: leave, Backspace: zoomOut, i: flip,
	m: () => setMetric(state.metric + 1), M: () => setMetric(state.metric - 1),
	c: () => turn('callers', false), u: () => turn('merged', true),
	w: () => turn('folded', true), k: nextColoring, p: pivotChosen,
	n: () => nextMatch(1), N: () => nextMatch(-1),
	'?': () => { page.help.hidden = !page.help.hidden; },
	ArrowUp: () => move(-1, 0), ArrowDown: () => move(1, 0),
	ArrowLeft: () => move(0, -1), ArrowRight: () => move(0, 1)
};

function onInputKey(event) {
	if (event.key !== 'Escape' && event.key !== 'Enter')
		return;
	event.preventDefault();
	svg.focus({ preventScroll: true });
	if (event.key === 'Escape')
		clearSearch();
	else
		nextMatch(1);
}

function onKey(event) {
	const { target, key } = event, inInput = target === page.input;
	if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'f') {
		if (!inInput) { /* a second time: the browser's own search */
			event.preventDefault();
			startSearch();
		}
		return;
	}
	/* In a list of choices letters and arrows choose. */
	if (event.ctrlKey || event.metaKey || event.altKey ||
		target === page.metric || target === page.colors)
		return;
	if (inInput) {
		onInputKey(event);
	} else if ((key === 'Enter' || key === ' ') && target === svg && cursor) {
		event.preventDefault();
		zoomTo(cursor);
	} else if (Object.hasOwn(ACTIONS, key)) {
		event.preventDefault();
		ACTIONS[key]();
	}
}

const itemAt = event => items[event.target.getAttribute &&
	event.target.getAttribute('data-n')];

function onClick(event) {
	const it = itemAt(event);
	if (!it)
		return;
	setCursor(null);
	if (event.shiftKey && !isPool(it) && it.node.kind >= 0 && canPivot(it.node))
		setPivot(kinds[it.node.kind].fn);
	else
		zoomTo(it);
}

function listenToTools() {
	page.input.addEventListener('input', () =>
		setSearch(page.input.value, search.exact));
	page.exact.onclick = () => setSearch(search.text, !search.exact);
	page.clear.onclick = clearSearch;
	page.metric.onchange = () => setMetric(Number(page.metric.value));
	page.colors.onchange = () => setColoring(page.colors.value);
	page.reset.onclick = reset;
	page.flip.onclick = flip;
	page.callers.onclick = ACTIONS.c;
	page.merge.onclick = ACTIONS.u;
	page.fold.onclick = ACTIONS.w;
	page.pivot.onclick = pivotChosen;
	page.keys.onclick = ACTIONS['?'];
}

/* One set of listeners for all frames. */
function listen() {
	svg.addEventListener('click', onClick);
	svg.addEventListener('pointermove', event => {
		const it = itemAt(event);
		if (it)
			showCard(it, event.clientX, event.clientY);
		else
			hideCard();
	});
	svg.addEventListener('pointerleave', hideCard);
	page.view.addEventListener('scroll', () => { if (!cursor) hideCard(); });
	listenToTools();
	(page.app.classList.contains('hf-inline') ? page.app : window)
		.addEventListener('keydown', onKey);
	window.addEventListener('popstate', restore);
	window.addEventListener('hashchange', restore);
	/* In a frame there may have been no room yet when it was first drawn. */
	new ResizeObserver(() => {
		if (roomNow() !== roomDrawn)
			requestAnimationFrame(draw);
	}).observe(page.view);
}

if (document.readyState === 'loading')
	document.addEventListener('DOMContentLoaded', start);
else
	start();
