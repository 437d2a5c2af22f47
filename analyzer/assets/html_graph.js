/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph's tool is a document of its own in a frame, so that its keys,
 * its names and its address are apart from the page's. The page tells it what to
 * show by the part of its address behind "#", which it knows how to read:
 * s=expression, c=1 (upper and lower case differ), z=path of hashed names.
 */
const root = document.documentElement;
const byId = id => document.getElementById(id);
const KEYS_OF_PAGE = ['at'];
const graphs = { shown: -1, addresses: [], when: [] };

/* A text is runs of lines, of which each stands in the page once. */
function textOf(number) {
	const { lines, texts } = graphs.data, runs = texts[number], parts = [];
	for (let i = 0; i < runs.length; i += 2)
		parts.push(...lines.slice(runs[i], runs[i] + runs[i + 1]));
	return parts.join('\n');
}

function addressOf(number) {
	graphs.addresses[number] ??= URL.createObjectURL(
		new Blob([textOf(number)], { type: 'image/svg+xml' }));
	return graphs.addresses[number];
}

/* words: what the graph is to show; "" is all of it. */
function showGraph(number, words) {
	const address = addressOf(number) + '#' + words;
	if (graphs.frame && graphs.shown === number) {
		graphs.frame.src = address;
	} else {
		/* A new frame leaves no step in the history. */
		const frame = document.createElement('iframe');
		frame.title = 'Flame graph: zoom, search, switch metrics';
		frame.src = address;
		if (graphs.frame)
			graphs.frame.replaceWith(frame);
		else
			byId('r-graph').append(frame);
		graphs.frame = frame;
	}
	graphs.shown = number;
	const when = graphs.when[number];
	byId('r-what').textContent = when ? `What lived at ${when}` : '';
	byId('r-whole').hidden = byId('r-graph-bar').hidden = number === 0;
	for (const button of document.querySelectorAll('.dump'))
		button.setAttribute('aria-pressed', number > 0 &&
			!button.classList.contains('near') &&
			Number(button.dataset.graph) === number);
}

/* The page's address says what the graph shows: a link shows it again. */
function readAddress() {
	const text = location.hash.slice(1);
	if (text && !text.includes('='))
		return false; /* a place in the page */
	const words = new URLSearchParams(text);
	const number = Number(words.get('at')) || 0;
	for (const key of KEYS_OF_PAGE)
		words.delete(key);
	showGraph(number < graphs.data.texts.length ? number : 0, words.toString());
	markRow(words.get('s'));
	return true;
}

function go(number, words) {
	if (number > 0)
		words.set('at', number);
	const hash = '#' + words;
	if (hash === location.hash)
		readAddress();
	else
		location.hash = hash;
	byId('graph').scrollIntoView({ block: 'nearest',
		behavior: matchMedia('(prefers-reduced-motion: reduce)').matches
			? 'auto' : 'smooth' });
}

/* An expression that fits that name and no other, and holds no space or ";",
 * which may part expressions. */
const exactly = name => '^' + name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
	.replace(/\s/g, '\\s').replaceAll(';', '\\x3b') + '$';

/* As the tool hashes the names on the way to a frame. */
function hashOf(name) {
	let h = 2166136261;
	for (let i = 0; i < name.length; i++)
		h = Math.imul(h ^ name.charCodeAt(i), 16777619);
	return (h >>> 0).toString(36);
}

function searchFor(name) {
	go(graphs.shown, new URLSearchParams({ s: exactly(name), c: '1' }));
}

/* Root first. Only graphs of several metrics look at the metric. */
function zoomTo(names) {
	go(graphs.shown, new URLSearchParams({ z: names.map(hashOf).join('.'),
		m: 'inuse_space' }));
}

function startGraphs() {
	graphs.data = JSON.parse(byId('r-graphs').textContent);
	for (const button of document.querySelectorAll('.dump[data-graph]'))
		graphs.when[button.dataset.graph] = button.dataset.when;
	byId('r-graph').hidden = false;
	byId('r-whole').onclick = () => go(0, new URLSearchParams());
	if (!readAddress())
		showGraph(0, '');
	window.addEventListener('hashchange', readAddress);
}
