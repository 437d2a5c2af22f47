/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page around the picture. It is HTML, for its input, its buttons and its
 * scrolling: a file that is opened by itself gets an HTML root in place of the
 * SVG one; inside another page, the page's parts stand where the picture was.
 */
const KEYS = [
	['click, Enter', 'zoom into a frame; its callers stay below it'],
	['r, Esc', 'back to everything'], ['Backspace', 'zoom out one step'],
	['/, Ctrl-F', 'search function names, a regular expression'],
	['n, N', 'next, previous match'], ['arrows', 'walk through the frames'],
	['i', 'turn it upside down'], ['?', 'this list']
];
const page = {};

function buildPage(title, words) {
	page.input = html('input', { type: 'text', placeholder: 'Search  ( / )',
		'aria-label': 'Search function names, a regular expression',
		spellcheck: 'false', autocomplete: 'off', id: 'hf-search' });
	const button = (name, text, label) => {
		page[name] = html('button', { type: 'button', id: 'hf-' + name,
			title: label }, text);
		return page[name];
	};
	page.help = html('dl', { class: 'hf-help', hidden: '' }, ...KEYS.flatMap(
		([key, what]) => [html('dt', {}, key), html('dd', {}, what)]));
	page.zoom = html('span', { id: 'hf-zoom' });
	page.found = html('span', { id: 'hf-found', role: 'status' });
	page.view = html('div', { class: 'hf-view' });
	page.card = html('div', { class: 'hf-card', id: 'hf-card', role: 'status',
		hidden: '' });
	page.app = html('div', { class: 'hf-app' },
		html('header', {},
			html('div', { class: 'hf-words' }, html('h1', {}, title),
				html('p', {}, words)),
			html('div', { class: 'hf-tools' }, page.input,
				button('exact', 'Aa', 'Upper and lower case differ'),
				button('clear', 'Clear', 'Clear the search (Esc)'),
				button('reset', 'Reset zoom', 'Show everything (r)'),
				button('flip', 'Flip', 'Turn it upside down (i)'),
				button('keys', '?', 'Keys'))),
		html('div', { class: 'hf-bar' }, page.zoom, page.found),
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
	cell = probe.getComputedTextLength() / 100 || cell;
}

function setLayout(upsideDown) {
	icicle = upsideDown;
	page.flip.setAttribute('aria-pressed', icicle);
}

function flip() {
	setLayout(!icicle);
	draw();
	page.view.scrollTop = icicle ? 0 : page.view.scrollHeight;
	saveHash(false);
}

function clearSearch() {
	page.input.value = '';
	setSearch('', search.exact);
}

function startSearch() {
	page.input.focus();
	page.input.select();
}

function escape() {
	hideCard();
	if (!page.help.hidden)
		page.help.hidden = true;
	else if (search.text)
		clearSearch();
	else
		zoom(0);
}

const ACTIONS = {
	'/': startSearch, r: () => zoom(0), 0: () => zoom(0), Home: () => zoom(0),
	Escape: escape, Backspace: zoomOut, i: flip,
	n: () => nextMatch(1), N: () => nextMatch(-1),
	'?': () => { page.help.hidden = !page.help.hidden; },
	ArrowUp: () => move(-1, 0), ArrowDown: () => move(1, 0),
	ArrowLeft: () => move(0, -1), ArrowRight: () => move(0, 1)
};

function onKey(event) {
	const inInput = event.target === page.input, { key } = event;
	if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'f') {
		if (!inInput) { /* a second time: the browser's own search */
			event.preventDefault();
			startSearch();
		}
		return;
	}
	if (event.ctrlKey || event.metaKey || event.altKey)
		return;
	if (inInput) {
		if (key === 'Escape' || key === 'Enter') {
			event.preventDefault();
			svg.focus({ preventScroll: true });
			if (key === 'Escape')
				clearSearch();
			else
				nextMatch(1);
		}
		return;
	}
	if ((key === 'Enter' || key === ' ') && event.target === svg && cursor) {
		event.preventDefault();
		zoomTo(cursor);
	} else if (Object.hasOwn(ACTIONS, key)) {
		event.preventDefault();
		ACTIONS[key]();
	}
}

const itemAt = event => items[event.target.getAttribute &&
	event.target.getAttribute('data-n')];

/* One set of listeners for all frames. */
function listen() {
	svg.addEventListener('click', event => {
		const it = itemAt(event);
		if (it) {
			setCursor(null);
			zoomTo(it);
		}
	});
	svg.addEventListener('pointermove', event => {
		const it = itemAt(event);
		if (it)
			showCard(it, event.clientX, event.clientY);
		else
			hideCard();
	});
	svg.addEventListener('pointerleave', hideCard);
	page.view.addEventListener('scroll', () => { if (!cursor) hideCard(); });
	page.input.addEventListener('input', () =>
		setSearch(page.input.value, search.exact));
	page.exact.onclick = () => setSearch(search.text, !search.exact);
	page.clear.onclick = clearSearch;
	page.reset.onclick = () => zoom(0);
	page.flip.onclick = flip;
	page.keys.onclick = ACTIONS['?'];
	(page.app.classList.contains('hf-inline') ? page.app : window)
		.addEventListener('keydown', onKey);
	window.addEventListener('popstate', restore);
	window.addEventListener('hashchange', restore);
	let size = '';
	new ResizeObserver(() => {
		const now = page.view.clientWidth + ' ' + page.view.clientHeight;
		if (now !== size && size)
			draw();
		size = now;
	}).observe(page.view);
}

function start() {
	const text = name => (svg.querySelector(':scope > ' + name) || {}).textContent;
	const title = text('title') || 'Heap flame graph';
	readData();
	buildPage(title, text('desc') || '');
	mount(title);
	listen();
	restore();
	page.view.scrollTop = icicle ? 0 : page.view.scrollHeight;
}

if (document.readyState === 'loading')
	document.addEventListener('DOMContentLoaded', start);
else
	start();
