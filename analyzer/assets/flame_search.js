/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search. A name is matched once however many frames have it; after that
 * everything is one pass over numbers.
 */
let search = { text: '', exact: false, hit: null, before: null };

/* Matches each name once; then hits among frames below i: before[i]. */
function setSearch(text, exact) {
	search = { text, exact, hit: null, before: null };
	page.input.removeAttribute('aria-invalid');
	page.exact.setAttribute('aria-pressed', exact);
	if (text) {
		try {
			const re = new RegExp(text, exact ? 'u' : 'iu');
			search.hit = kinds.map(k => re.test(k.name));
			search.before = new Uint32Array(tree.count + 1);
			for (let i = 0; i < tree.count; i++)
				search.before[i + 1] = search.before[i] + isHit(i);
		} catch {
			search.hit = null;
			page.input.setAttribute('aria-invalid', true);
		}
	}
	paint();
	saveHash(false);
}
const isHit = i => i > 0 && search.hit[tree.kind[i]] ? 1 : 0;

/* Sum over the outermost matches among frames from..to-1. */
function matched(from, to) {
	let sum = 0;
	for (let i = from; i < to;) {
		if (isHit(i)) {
			sum += tree.total[i];
			i = tree.end[i];
		} else {
			i++;
		}
	}
	return sum;
}

function matchedInView() {
	for (let a = view.from < 0 ? tree.parent[view.node] : view.node; a > 0;
		a = tree.parent[a])
		if (isHit(a))
			return view.from < 0 ? tree.total[view.node] : poolValue(view.from);
	return matched(view.from < 0 ? view.node : view.from, tree.end[view.node]);
}

function paint() {
	const { hit, before } = search;
	for (const it of items) {
		const found = !hit ? '' : it.pool
			? before[tree.end[tree.parent[it.i]]] > before[it.i] ? ' hf-holds' : ''
			: isHit(it.i) ? ' hf-hit' : '';
		it.rect.setAttribute('class', styleOf(it) + found);
	}
	page.found.replaceChildren();
	page.clear.disabled = !search.text;
	if (search.text && !hit) {
		page.found.append('not a regular expression');
	} else if (hit) {
		const sum = matched(0, tree.count), n = before[tree.count];
		page.found.append(html('b', {}, amount(sum)), ' matched, ',
			html('b', {}, percent(sum, tree.total[0])), ' of all',
			view.node || view.from >= 0 ? ', ' + percent(matchedInView(),
				view.from < 0 ? tree.total[view.node] : poolValue(view.from)) +
				' of the zoom' : '',
			`, in ${count(n)} frame${n === 1 ? '' : 's'}`);
	}
}

function nextMatch(step) {
	const hits = items.filter(it => !it.pool && search.hit && isHit(it.i));
	if (hits.length) {
		const at = hits.indexOf(cursor);
		setCursor(hits[(at < 0 ? step < 0 ? hits.length - 1 : 0
			: at + step + hits.length) % hits.length], true);
	}
}
