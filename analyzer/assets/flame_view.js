/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is drawn: the frames that are wide enough at the present zoom, so the
 * size of the profile hardly matters. Names reach the page as text nodes and
 * attributes only, never as markup.
 */
const minWidth = Number(svg.dataset.minwidth) || 1;
const fixedWidth = Number(svg.dataset.width) || 0;

/* `from`: -1, or the first of those children of `node` that alone are shown. */
let view = { node: 0, from: -1 };
let icicle = false;
let items = [];    /* what is drawn: { i, pool, row, x, w, rect } */
let cursor = null; /* the item that the keyboard is on */
let layer, ring, cell = 7.3, width = 0, rowHeight = 17, height = 0;

function viewRange() {
	const low = tree.start[view.from < 0 ? view.node : view.from];
	if (view.from < 0)
		return [low, low + tree.total[view.node]];
	/* A crowd of small ones: as many as get a few pixels each. */
	return [low, Math.min(childrenEnd(view.node),
		low + tree.total[view.from] * width / (4 * minWidth))];
}

function siblings(first) {
	let n = 0;
	for (let i = first; i < tree.end[tree.parent[first]]; i = tree.end[i])
		n++;
	return n;
}
const poolValue = i => childrenEnd(tree.parent[i]) - tree.start[i];
const poolName = i => '(' + count(siblings(i)) + ' small, ' +
	amount(poolValue(i)) + ')';
const labelOf = it => it.pool ? poolName(it.i) : nameOf(it.i);
const valueOf = it => it.pool ? poolValue(it.i) : tree.total[it.i];

/* The frames to draw, without touching the page. */
function layOut() {
	const [low, high] = viewRange(), scale = width / (high - low);
	const list = [], { node, from } = view;
	for (let a = from < 0 ? tree.parent[node] : node; a >= 0; a = tree.parent[a])
		list.push({ i: a, row: tree.depth[a], x: 0, w: width, dim: true });
	for (let i = from < 0 ? node : from; i < tree.end[node];) {
		const x = (tree.start[i] - low) * scale, w = tree.total[i] * scale;
		const parent = tree.parent[i];
		if (x >= width)
			break;
		if (w >= minWidth || i === node) {
			list.push({ i, row: tree.depth[i], x, w: Math.min(w, width - x) });
			i++;
			continue;
		}
		const all = Math.min(poolValue(i) * scale, width - x);
		if (all >= minWidth)
			list.push({ i, row: tree.depth[i], x, w: all, pool: true });
		i = tree.end[parent];
	}
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

const styleOf = it => (it.pool ? 'hf-pool' :
	it.i ? kinds[tree.kind[it.i]].style : 'hf-root') +
	(it.w < 3 ? ' hf-thin' : '') + (it.dim ? ' hf-dim' : '');

function addItem(group, it, number) {
	const y = (icicle ? it.row : height / rowHeight - 1 - it.row) * rowHeight;
	const cells = Math.floor((it.w - 8) / cell);
	it.rect = element(SVG, 'rect', {
		x: it.x.toFixed(2), y, width: it.w.toFixed(2), height: rowHeight - 1,
		'data-n': number
	});
	group.append(it.rect);
	let name = cells > 0 ? labelOf(it) : '';
	if (it.pool && name.length > cells)
		name = cells >= 10 ? `(${count(siblings(it.i))} small)` : '';
	if (name && (cells >= name.length || cells >= 6 && !it.pool))
		group.append(element(SVG, 'text', {
			x: (it.x + 4).toFixed(2), y: y + rowHeight / 2 + 3.5,
			class: it.dim ? 'hf-dim' : ''
		}, fitted(name, cells)));
}

function draw() {
	const room = page.view.clientHeight - 14;
	const old = page.view.scrollHeight - page.view.scrollTop;
	width = fixedWidth || Math.max(200, page.view.clientWidth - 24);
	rowHeight = Math.max(17, Math.min(23, Math.floor(room / tree.rows)));
	items = layOut();
	let rows = Math.min(Math.floor(room / rowHeight), tree.rows);
	for (const it of items)
		rows = Math.max(rows, it.row + 1);
	const grown = height && rows * rowHeight !== height;
	height = rows * rowHeight;
	const group = element(SVG, 'g');
	items.forEach((it, number) => addItem(group, it, number));
	ring = element(SVG, 'rect', { class: 'hf-ring', visibility: 'hidden' });
	group.append(ring);
	svg.setAttribute('width', width);
	svg.setAttribute('height', height);
	svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
	layer.replaceWith(group);
	layer = group;
	/* The root stays where it is when rows come or go above it. */
	if (grown && !icicle)
		page.view.scrollTop = page.view.scrollHeight - old;
	paint();
	describe();
	setCursor(cursor && items.find(it =>
		it.i === cursor.i && !it.pool === !cursor.pool));
}

function describe() {
	const hidden = tree.count - items.filter(it => !it.pool).length;
	const zoomed = view.node || view.from >= 0;
	page.zoom.replaceChildren();
	if (zoomed) {
		const value = view.from < 0 ? tree.total[view.node] : poolValue(view.from);
		const name = view.from < 0 ? nameOf(view.node)
			: poolName(view.from) + ' in ' + nameOf(view.node);
		page.zoom.append('zoomed to ', html('b', {}, fitted(name, 80)),
			`: ${amount(value)}, ${percent(value, tree.total[0])} of all`);
	} else {
		page.zoom.append(count(tree.count) + ' frames' + (hidden
			? `, ${count(hidden)} too narrow to draw: zoom in to see them` : ''));
	}
	page.reset.disabled = !zoomed;
}

function zoom(node, from = -1) {
	view = { node, from };
	hideCard();
	draw();
	saveHash(true);
}
const zoomTo = it => it.pool ? zoom(tree.parent[it.i], it.i) : zoom(it.i);
function zoomOut() {
	if (view.from >= 0)
		zoom(view.node);
	else if (view.node)
		zoom(tree.parent[view.node]);
}
