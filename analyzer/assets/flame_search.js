/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search: regular expressions with ";" between them, each with a colour. A
 * name is matched once however many frames have it; after that everything is
 * passes over numbers.
 */
const TERMS_MOST = 6; /* colours that are told apart */
let search = { text: '', exact: false, terms: [], bad: false };

/*
 * Of one term: which frames match (hit), or lie above one that does (above), and
 * what the stacks hold that match in a frame or above it (sub).
 */
function findHits(term) {
	const n = tree.count, { sum: [whole] } = tree;
	term.above = new Uint8Array(n);
	term.sub = new Float64Array(n);
	term.frames = 0;
	for (let i = 1; i < n; i++) {
		const hit = whole[i] > 0 ? term.kinds[tree.kind[i]] : 0;
		term.frames += hit;
		term.above[i] = hit || term.above[tree.parent[i]];
	}
	for (let i = n; i-- > 1;) {
		if (term.kinds[tree.kind[i]])
			term.sub[i] = whole[i];
		term.sub[tree.parent[i]] += term.sub[i];
	}
}

/* Each one by itself, and if there are several all of them as one. */
function newTerm(test) {
	return { kinds: Uint8Array.from(kinds, k => test(k.name) ? 1 : 0) };
}

function compile(text, exact) {
	const words = text.split(';').map(word => word.trim()).filter(Boolean);
	const list = words.slice(0, TERMS_MOST).map(word => new RegExp(word,
		exact ? 'u' : 'iu'));
	const terms = list.map(re => newTerm(name => re.test(name)));
	terms.forEach((term, i) => { term.word = words[i]; });
	if (terms.length > 1)
		terms.all = newTerm(name => list.some(re => re.test(name)));
	return terms;
}

function setSearch(text, exact) {
	search = { text, exact, terms: [], bad: false };
	try {
		search.terms = compile(text, exact);
	} catch {
		search.bad = true;
	}
	if (search.bad)
		page.input.setAttribute('aria-invalid', true);
	else
		page.input.removeAttribute('aria-invalid');
	page.exact.setAttribute('aria-pressed', exact);
	countMatches();
	paint();
	saveHash(false);
}

/* After a new search, and for a new tree. */
function countMatches() {
	for (const term of search.terms)
		findHits(term);
	if (search.terms.all)
		findHits(search.terms.all);
}

/* What of a node's bytes is in stacks that match somewhere. */
function matchedIn(term, node) {
	const { list, from, figures } = node, of = from || list;
	let sum = 0;
	for (let k = 0; k < of.length; k++) {
		const i = of[k];
		sum += term.above[i] ? figures[VALUE_OF][i]
			: figures === tree.own ? 0 : term.sub[i];
	}
	return sum;
}

function matchedInView(term) {
	if (view.from < 0)
		return matchedIn(term, view.node);
	return view.node.kids.slice(view.from).reduce(
		(sum, kid) => sum + matchedIn(term, kid), 0);
}

const termOf = it => search.terms.findIndex(term => isPool(it)
	? it.node.kids.slice(it.pool).some(kid => holds(term, kid))
	: it.node.kind >= 0 && term.kinds[it.node.kind]);

function paint() {
	for (const it of items) {
		it.term = search.terms.length ? termOf(it) : -1;
		it.rect.setAttribute('class', classOf(it) + (it.term < 0 ? ''
			: (isPool(it) ? ' hf-holds' : ' hf-hit') + ' h' + it.term));
	}
	page.found.replaceChildren();
	page.clear.disabled = !search.text;
	if (search.bad)
		page.found.append('not a regular expression');
	else if (search.terms.length)
		describeMatches();
}

function share(term) {
	const sum = term.sub[0], n = term.frames;
	return [html('b', {}, amount(sum)), ' matched, ',
		html('b', {}, percent(sum, wholeValue())), ' of all',
		isZoomed() || state.pivot >= 0 ? ', ' + percent(matchedInView(term),
			viewValue()) + ' of the zoom' : '',
		`, in ${count(n)} frame${n === 1 ? '' : 's'}`];
}

function describeMatches() {
	const { terms } = search;
	if (!terms.all) {
		page.found.append(...share(terms[0]));
		return;
	}
	terms.forEach((term, i) => page.found.append(html('span',
		{ class: 'hf-term' }, html('i', { class: 'h' + i }),
		fitted(term.word, 24) + ': ' + percent(isZoomed() || state.pivot >= 0
			? matchedInView(term) : term.sub[0], viewValue()))));
	page.found.append(html('span', {}, 'together ', ...share(terms.all)));
}
