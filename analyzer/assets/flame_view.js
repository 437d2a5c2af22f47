/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is drawn: the frames that are wide enough at the present zoom, so the
 * size of the profile hardly matters. Names reach the page as text nodes and
 * attributes only, never as markup.
 */
const fixedWidth = Number(asked.width) || 0, fixedRow = Number(asked.row) || 0;
const fontSize = Number(asked.fontsize) || 12;
const ROWS_MOST = 1500; /* above the frame that is zoomed to */

/* The switches. pivot: a function's number, or -1. */
const state = { metric: 0, icicle: asked.layout === 'icicle',
	callers: asked.view === 'callers', merged: false, folded: false, pivot: -1 };
let roots = [];
/* `from`: -1, or the first of those children of `node` that alone are shown. */
let view = { node: null, from: -1 };
/* What is drawn: { node, pool, row, x, w, dim, rect }; pool: a child's place. */
let items = [];
let cursor = null; /* the item that the keyboard is on */
let layer, ring, cell = 7.3, width = 0, rowHeight = 17, height = 0;

const minWidth = () => !asked.minwidth ? 1
	: parseFloat(asked.minwidth) * (asked.minwidth.endsWith('%') ? width / 100 : 1);
const isPool = it => it.pool >= 0;
const poolStart = (node, at) => kidsOf(node)[at].start;
const poolValue = (node, at) => node.kidsEnd - poolStart(node, at);
const poolName = (node, at) => '(' + count(kidsOf(node).length - at) +
	' small, ' + amount(poolValue(node, at)) + ')';
const labelOf = it => isPool(it) ? poolName(it.node, it.pool) : nameOf(it.node);
const itemValue = it => isPool(it) ? poolValue(it.node, it.pool) : total(it.node);
const viewValue = () => view.from < 0 ? total(view.node)
	: poolValue(view.node, view.from);
const wholeValue = () => tree.sum[VALUE_OF][0];
const isZoomed = () => !isRoot(view.node) || view.from >= 0;

function viewRange({ node, from }) {
	if (from < 0)
		return [node.start, node.start + total(node)];
	/* A crowd of small ones: as many as get a few pixels each. */
	const low = poolStart(node, from), first = total(node.kids[from]);
	return [low, Math.min(node.kidsEnd, low + first * width / (4 * minWidth()))];
}

/* Callers of a pivot stand above it, all the rest below one another. */
const rowOf = node => state.pivot >= 0 && node.from ? -node.depth : node.depth;

/* The children of a drawn node, from one on; what is too narrow is one pool. */
function placeKids(list, todo, node, from, [low, scale]) {
	const kids = kidsOf(node), deep = node.depth - view.node.depth >= ROWS_MOST;
	const row = kids.length && rowOf(kids[0]);
	for (let k = from; k < kids.length; k++) {
		const x = (kids[k].start - low) * scale, w = total(kids[k]) * scale;
		if (x >= width)
			return;
		if (w >= minWidth() && !deep) {
			list.push({ node: kids[k], pool: -1, row, x,
				w: Math.min(w, width - x) });
			todo.push(kids[k]);
			continue;
		}
		const all = Math.min(poolValue(node, k) * scale, width - x);
		if (all >= minWidth())
			list.push({ node, pool: k, row, x, w: all });
		return;
	}
}

/* The frames to draw, without touching the page. */
function layOut() {
	const { node, from } = view, [low, high] = viewRange(view);
	const list = [], todo = [], place = [low, width / (high - low)];
	for (let a = from < 0 ? node.parent : node; a; a = a.parent)
		list.push({ node: a, pool: -1, row: rowOf(a), x: 0, w: width, dim: true });
	if (from < 0)
		list.push({ node, pool: -1, row: rowOf(node), x: 0, w: width });
	placeKids(list, todo, node, Math.max(from, 0), place);
	if (state.pivot >= 0 && !isZoomed())
		placeKids(list, todo, roots[node === roots[0] ? 1 : 0], 0, place);
	while (todo.length)
		placeKids(list, todo, todo.pop(), 0, place);
	return list;
}

function element(space, name, attributes, ...children) {
	const e = document.createElementNS(space, name);
	for (const key in attributes || {})
		e.setAttribute(key, attributes[key]);
	e.append(...children);
	return e;
}
const html = (name, attributes, ...children) =>
	element(HTML, name, attributes, ...children);

const classOf = it => (isPool(it) ? 'hf-pool' : styleOf(it.node)) +
	(it.w < 3 ? ' hf-thin' : '') + (it.dim ? ' hf-dim' : '') +
	(state.pivot >= 0 && !it.row ? ' hf-pivot' : '');

function labelText(it) {
	const cells = Math.floor((it.w - 8) / cell);
	if (cells <= 0 || rowHeight < fontSize)
		return '';
	const name = labelOf(it);
	if (name.length <= cells || !isPool(it))
		return cells >= name.length || cells >= 6 ? fitted(name, cells) : '';
	const brief = `(${count(it.node.kids.length - it.pool)} small)`;
	return brief.length <= cells ? brief : '';
}

function addItem(group, it, number, y) {
	it.rect = element(SVG, 'rect', {
		x: it.x.toFixed(2), y, width: it.w.toFixed(2),
		height: Math.max(1, rowHeight - 1), 'data-n': number
	});
	group.append(it.rect);
	const text = labelText(it);
	if (text)
		group.append(element(SVG, 'text', {
			x: (it.x + 4).toFixed(2), y: y + rowHeight / 2 + fontSize * 3.5 / 12 -
				(isDiff ? LINE : 0),
			class: it.dim ? 'hf-dim' : ''
		}, text));
	const grown = it.w * grownShare(it);
	if (grown >= .5)
		group.append(element(SVG, 'rect', { class: 'hf-grown',
			x: it.x.toFixed(2), y: y + rowHeight - 1 - LINE,
			width: grown.toFixed(2), height: LINE }));
}

/* All items in a group, root below, or above in an icicle and beside a pivot. */
function drawItems(rows, lowest) {
	const group = element(SVG, 'g'), down = state.icicle || state.pivot >= 0;
	items.forEach((it, number) => addItem(group, it, number, rowHeight *
		(down ? it.row - lowest : rows - 1 - it.row)));
	ring = element(SVG, 'rect', { class: 'hf-ring', visibility: 'hidden' });
	group.append(ring);
	svg.setAttribute('width', width);
	svg.setAttribute('height', height);
	svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
	layer.replaceWith(group);
	layer = group;
}

let roomDrawn = '';
const roomNow = () => page.view.clientWidth + ' ' + page.view.clientHeight;

function draw() {
	roomDrawn = roomNow();
	const room = page.view.clientHeight - 14;
	const old = page.view.scrollHeight - page.view.scrollTop;
	width = fixedWidth || Math.max(200, page.view.clientWidth - 24);
	items = total(view.node) > 0 ? layOut() : [];
	const used = items.map(it => it.row);
	const highest = used.reduce((a, b) => Math.max(a, b), 0);
	const lowest = used.reduce((a, b) => Math.min(a, b), 0);
	rowHeight = fixedRow || Math.max(17, Math.ceil(fontSize) + 5, Math.min(23, Math.floor(room /
		Math.max(tree.rows, highest - lowest + 1))));
	const free = state.icicle || lowest < 0 ? 0
		: Math.min(Math.floor(room / rowHeight), tree.rows);
	const rows = Math.max(highest - lowest + 1, free);
	const grown = height && rows * rowHeight !== height;
	height = rows * rowHeight;
	drawItems(rows, lowest);
	/* The root stays where it is when rows come or go above it. */
	if (grown && !state.icicle && state.pivot < 0)
		page.view.scrollTop = page.view.scrollHeight - old;
	paint();
	describe();
	setCursor(cursor && items.find(it =>
		it.node === cursor.node && it.pool === cursor.pool));
}

/* To the root; of a pivot there is as much to see above as below. */
function scrollHome() {
	const pivot = state.pivot >= 0 && items.find(it => it.row === 0);
	page.view.scrollTop = pivot
		? Number(pivot.rect.getAttribute('y')) - page.view.clientHeight / 2
		: state.icicle ? 0 : page.view.scrollHeight;
}

function zoom(node, from = -1) {
	view = { node, from };
	hideCard();
	draw();
	saveHash(true);
}
const zoomTo = it => zoom(it.node, it.pool);
function zoomOut() {
	if (view.from >= 0)
		zoom(view.node);
	else if (view.node.parent)
		zoom(view.node.parent);
	else if (state.pivot >= 0)
		setPivot(-1);
}
