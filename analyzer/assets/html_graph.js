/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flame graph's tool is a document of its own in a frame, so that its keys,
 * its names and its address are apart from the page's. What it shows is words,
 * as flame_link.js writes them: s=expression, c=1 (upper and lower case differ),
 * z=path of hashed names. A frame is told them by its address when it is made
 * and by a message later, and tells them when its reader has done something. It
 * makes no step in the history: those are the page's, whose address has the
 * words of all its graphs.
 */
const root = document.documentElement;
const byId = id => document.getElementById(id);
const WORDS_MOST = 100000;
const store = { addresses: [], when: [] };
/* number: of the document that is shown; -1: none yet. */
const runGraph = { number: -1, words: '', place: byId('r-graph'),
	section: byId('graph') };
const changeGraph = { number: -1, words: '', place: byId('r-change'),
	section: byId('difference') };

/* A text is runs of lines, of which each stands in the page once. */
function textOf(number) {
	const { lines, texts } = store.data, runs = texts[number], parts = [];
	for (let i = 0; i < runs.length; i += 2)
		parts.push(...lines.slice(runs[i], runs[i] + runs[i + 1]));
	return parts.join('\n');
}

function addressOf(number) {
	store.addresses[number] ??= URL.createObjectURL(
		new Blob([textOf(number)], { type: 'image/svg+xml' }));
	return store.addresses[number];
}

/* A new frame leaves no step in the history. */
function addFrame(graph, number, words) {
	const frame = document.createElement('iframe');
	frame.title = `${graph.section.querySelector('h2').textContent
	}: zoom, search, switch what is shown`;
	frame.src = addressOf(number) + '#' + words;
	frame.onload = () => { frame.listens = true; };
	graph.place.replaceChildren(frame);
	graph.place.hidden = false;
	graph.place.hidden = false;
	graph.frame = frame;
}

/* words: what it is to show; "" is all of it. */
function show(graph, number, words) {
	if (graph.number === number && graph.words === words)
		return;
	if (graph.number === number && graph.frame.listens)
		graph.frame.contentWindow.postMessage(words, '*');
	else
		addFrame(graph, number, words);
	Object.assign(graph, { number, words });
}

/* What the page says of what its graphs show. */
function describeGraphs() {
	const { number } = runGraph, when = store.when[number];
	byId('r-what').textContent = when ? `What lived at ${when}` : '';
	byId('r-whole').hidden = byId('r-graph-bar').hidden = number === 0;
	for (const button of document.querySelectorAll('.dump'))
		button.setAttribute('aria-pressed', number > 0 &&
			!button.classList.contains('near') &&
			Number(button.dataset.graph) === number);
	for (const graph of [runGraph, changeGraph])
		graph.searched = new URLSearchParams(graph.words).get('s');
	for (const link of document.querySelectorAll('.fn'))
		link.closest('tr').classList.toggle('here',
			graphOf(link).searched === exactly(link.textContent));
}

/* at: which moment; diff: the words of the difference; the rest is of the graph
 * of the run. */
function pageWords() {
	const words = new URLSearchParams(runGraph.words);
	if (runGraph.number > 0)
		words.set('at', runGraph.number);
	if (changeGraph.words)
		words.set('diff', changeGraph.words);
	return words;
}

const withoutOurs = words => {
	words.delete('at');
	words.delete('diff');
	return String(words);
};

function showWords(words) {
	const number = Number(words.get('at')) || 0;
	const change = words.get('diff') || '';
	show(runGraph, number > 0 && number < store.change ? number : 0,
		withoutOurs(words));
	if (changeGraph.place)
		show(changeGraph, store.change, change);
	describeGraphs();
}

/* A browser may limit how often; the view is there anyway. */
function writeHistory(isStep, state, hash) {
	try {
		history[isStep ? 'pushState' : 'replaceState'](state, '', hash);
	} catch {
		return;
	}
}

function writeAddress(isStep) {
	const hash = '#' + pageWords();
	if (hash !== (location.hash || '#'))
		writeHistory(isStep, null, hash);
	describeGraphs();
}

/*
 * The page's address says what the graphs show: a link shows it again. That of
 * a place in the page does not; what they showed there is kept beside it.
 */
function readAddress() {
	let words = location.hash.slice(1);
	if (words && !words.includes('=')) {
		words = String(history.state?.words ?? pageWords());
		writeHistory(false, { words }, location.hash);
	}
	showWords(new URLSearchParams(words));
}

/* Only from our own frames, which are of no origin that could be told. */
function hear(event) {
	const { words, isStep } = event.data || {};
	const graph = [runGraph, changeGraph].find(it => it.frame &&
		it.frame.contentWindow === event.source);
	if (!graph || typeof words !== 'string' || words.length > WORDS_MOST)
		return;
	graph.words = withoutOurs(new URLSearchParams(words));
	writeAddress(isStep === true);
}

function go(graph, number, words) {
	show(graph, number, String(words));
	writeAddress(true);
	graph.place.scrollIntoView({ block: 'nearest',
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

/* A function of the difference is looked up in the graph of it. */
function graphOf(link) {
	const { section, place } = changeGraph;
	return place && section.contains(link) ? changeGraph : runGraph;
}

function searchFor(link) {
	const graph = graphOf(link);
	go(graph, graph.number, new URLSearchParams({
		s: exactly(link.textContent), c: '1' }));
}

/* Root first. Only graphs of several metrics look at the metric. */
function zoomTo(names) {
	go(runGraph, runGraph.number, new URLSearchParams({
		z: names.map(hashOf).join('.'), m: 'inuse_space' }));
}

function startGraphs() {
	store.data = JSON.parse(byId('r-graphs').textContent);
	store.change = Number(changeGraph.place?.dataset.graph ??
		store.data.texts.length);
	for (const button of document.querySelectorAll('.dump[data-graph]'))
		store.when[button.dataset.graph] = button.dataset.when;
	byId('r-whole').onclick = () => go(runGraph, 0, new URLSearchParams());
	readAddress();
	window.addEventListener('message', hear);
	window.addEventListener('popstate', readAddress);
	window.addEventListener('hashchange', readAddress);
}
