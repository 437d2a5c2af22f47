/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page around the picture. It is HTML, for its input, its buttons and its
 * scrolling: a file that is opened by itself gets an HTML root in place of the
 * SVG one; inside another page, the page's parts stand where the picture was.
 */
const page = {};

function button(name, text, label, key) {
	page[name] = html('button', { type: 'button', id: 'hf-' + name,
		title: key ? `${label} (${key})` : label, 'aria-label': label }, text);
	if (key && !['reset', 'keys', 'pivot'].includes(name))
		page[name].setAttribute('aria-pressed', false);
	return page[name];
}

function choice(name, label, options) {
	page[name] = html('select', { id: 'hf-' + name, 'aria-label': label,
		title: label }, ...options.map(([value, text]) =>
		html('option', { value }, text)));
	return page[name];
}

const metricWords = m => m.other < 0 || !/_(space|objects)$/.test(m.name) ? m.name
	: m.name.replace(/_.*/, '') + ', ' + m.unit;

function buildTools() {
	const search = [page.input,
		button('exact', 'Aa', 'Upper and lower case differ'),
		button('clear', 'Clear', 'Clear the search (Esc)')];
	const switches = [
		choice('metric', 'What the widths mean (m)',
			metrics.map((m, i) => [i, metricWords(m)])),
		choice('colors', 'What the colours mean (k)', COLORINGS),
		button('flip', 'Icicle', 'Turn it upside down', 'i'),
		button('callers', 'Callers', 'Begin with what holds memory, ' +
			'callers on it', 'c'),
		button('merge', 'Merge recursion', 'A function that calls itself, ' +
			'directly or not, once', 'u'),
		button('fold', 'Fold wrappers', 'Without allocation wrappers', 'w'),
		button('pivot', 'Pivot', 'All callers and callees of a function: the ' +
			'one that is zoomed or chosen; shift-click', 'p'),
		button('reset', 'Reset zoom', 'Show everything', 'r'),
		button('keys', '?', 'Keys', '?')];
	return [html('div', { class: 'hf-tools', role: 'search' }, ...search),
		html('div', { class: 'hf-switches', role: 'toolbar',
			'aria-label': 'View' }, ...switches)];
}

function buildPage(title) {
	page.input = html('input', { type: 'text', placeholder: 'Search  ( / )',
		'aria-label': 'Search function names: regular expressions, ; between them',
		spellcheck: 'false', autocomplete: 'off', id: 'hf-search' });
	page.help = html('dl', { class: 'hf-help', hidden: '' }, ...KEYS.flatMap(
		([key, what]) => [html('dt', {}, key), html('dd', {}, what)]));
	page.words = html('p');
	page.zoom = html('span', { id: 'hf-zoom' });
	page.found = html('span', { id: 'hf-found', role: 'status' });
	page.legend = html('span', { id: 'hf-legend' });
	page.view = html('div', { class: 'hf-view' });
	page.card = html('div', { class: 'hf-card', id: 'hf-card', role: 'status',
		hidden: '' });
	const [searching, switches] = buildTools();
	page.metric.hidden = isDiff && metrics.length < 2;
	page.colors.hidden = isDiff && !changes.some(c => c.errors);
	page.app = html('div', { class: 'hf-app' },
		html('header', {},
			html('div', { class: 'hf-words' }, html('h1', {}, title), page.words,
				...asked.notes ? [html('p', { class: 'hf-notes' }, asked.notes)] : []),
			searching),
		switches,
		html('div', { class: 'hf-bar' }, page.zoom, page.found, page.legend),
		page.help, page.view, page.card);
}

/* Puts the page where the picture was, and the picture into it. */
function mount(title) {
	if (svg !== document.documentElement) {
		page.app.classList.add('hf-inline');
		svg.replaceWith(page.app);
	} else {
		const body = html('body', {}, page.app);
		body.style.margin = '0';
		document.replaceChild(html('html', { lang: 'en' }, html('head', {},
			html('title', {}, title), html('meta', { name: 'viewport',
				content: 'width=device-width, initial-scale=1' })), body), svg);
	}
	for (const old of svg.querySelectorAll('.hf-static, title, desc'))
		old.remove();
	layer = svg.appendChild(element(SVG, 'g'));
	svg.setAttribute('role', 'tree');
	svg.setAttribute('tabindex', '0');
	page.view.append(svg);
	const probe = element(SVG, 'text', {}, 'M'.repeat(100));
	layer.append(probe);
	cell = asked.fontwidth ? asked.fontwidth * fontSize
		: probe.getComputedTextLength() / 100 || cell;
}

/* The tree of the present switches; those of before are kept, as long as few. */
const trees = new Map();
function treeOf(metric, folded, merged) {
	const key = [metric, folded, merged].join();
	if (!trees.has(key)) {
		if (trees.size > (base.count > 3e5 ? 0 : 7))
			trees.clear();
		trees.set(key, makeTree(metric, folded, merged));
	}
	return trees.get(key);
}

function rebuild() {
	const before = tree, { metric, folded, merged, callers } = state;
	setUnit(metrics[metric]);
	tree = treeOf(metric, folded, merged);
	roots = state.pivot >= 0 && pivotRoots(state.pivot) || [];
	if (!roots.length)
		state.pivot = -1;
	if (!roots.length)
		roots = [callers ? callersRoot() : flameRoot()];
	view = { node: roots[0], from: -1 };
	cursor = null;
	if (tree !== before)
		countMatches();
}

function pressed(name, is) {
	page[name].setAttribute('aria-pressed', Boolean(is));
}

const canPivot = node => !isDiff || state.pivot >= 0 || node.depth > 1;

function chosen() {
	const it = cursor && !isPool(cursor) ? cursor.node : view.node;
	return it.kind >= 0 && view.from < 0 && canPivot(it) ? it : null;
}

function updateButtons() {
	pressed('flip', state.icicle);
	pressed('callers', state.callers);
	pressed('merge', state.merged);
	pressed('fold', state.folded);
	page.metric.value = state.metric;
	page.colors.value = coloring;
	page.flip.disabled = state.pivot >= 0;
	page.callers.disabled = state.pivot >= 0;
	page.fold.disabled = !kinds.some(kind => kind.wrapper);
	page.reset.disabled = !isZoomed() && state.pivot < 0;
	page.pivot.disabled = !chosen() || kinds[chosen().kind].fn === state.pivot;
}

function describeZoom() {
	const drawn = items.filter(it => !isPool(it)).length;
	const value = viewValue(), hidden = tree.wide - drawn;
	if (isZoomed())
		page.zoom.append('zoomed to ', html('b', {}, fitted((view.from < 0 ? ''
			: poolName(view.node, view.from) + ' in ') + nameOf(view.node), 80)),
		`: ${amount(value)}, ${percent(value, wholeValue())} of all`);
	else if (state.pivot >= 0)
		page.zoom.append('callers above, callees below ',
			html('b', {}, fitted(nameOf(view.node), 80)),
			`: ${amount(value)}, ${percent(value, wholeValue())} of all` + (isDiff
				? ', change ' + changeWords(changeOf(view.node)) : ''));
	else if (isDiff)
		page.zoom.append('change: ', html('b', {}, changeWords(changeOf(roots[0]))),
			state.callers ? '; what holds memory, and callers on it'
				: `; ${count(tree.wide - 1)} frames` + (hidden ? `, ${count(hidden)} too ` +
				'narrow to draw: zoom in to see them' : ''));
	else if (!value)
		page.zoom.append(`Nothing was recorded under ${metrics[state.metric].name}.`);
	else if (state.callers)
		page.zoom.append(`${count(kidsOf(view.node).length)} functions hold this; ` +
			'their callers stand on them');
	else
		page.zoom.append(count(tree.wide) + ' frames' + (hidden
			? `, ${count(hidden)} too narrow to draw: zoom in to see them` : ''));
}

function describe() {
	page.zoom.replaceChildren();
	describeZoom();
	page.words.textContent = metrics[state.metric].words;
	page.legend.replaceChildren(...legend().map(([style, words]) =>
		html('span', { class: 'hf-term' }, element(SVG, 'svg', { width: 11,
			height: 11, 'aria-hidden': 'true' }, element(SVG, 'rect',
			{ class: style, width: 11, y: style === 'hf-grown' ? 8 : 0,
				height: style === 'hf-grown' ? 3 : 11 })), words)));
	updateButtons();
}

function start() {
	const text = name => (svg.querySelector(':scope > ' + name) || {}).textContent;
	const title = text('title') || 'Heap flame graph';
	readData();
	rememberUsual();
	buildPage(title);
	mount(title);
	listen();
	restore();
	scrollHome();
}
