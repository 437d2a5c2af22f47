/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From match to match, from left to right and from a caller to what stands on
 * it: those in pools, too, to which a jump zooms. Only nodes that hold a match
 * are made for it. What is walked through is what was seen at the first jump,
 * until somebody zooms elsewhere.
 */
const WIDE = 12; /* px that can be seen at a glance */
let jumps = null; /* { scope, made }: the view they began in, and the last one's */

const holds = (term, node) => node.list.some(i => node.from ? term.above[i]
	: term.sub[i] > 0);
const isMatch = (term, node) => node.kind >= 0 && term.kinds[node.kind] > 0;

/* The first of the children from `at` on, or the last one up to it. */
function holderFrom(term, node, at, step, least = 0) {
	const kids = kidsOf(node);
	for (let k = at; k >= least && k < kids.length; k += step)
		if (holds(term, kids[k]))
			return kids[k];
	return null;
}

/* In preorder below `top`, whose children before `least` are not looked at. */
function following(term, node, top, least) {
	let next = holderFrom(term, node, node === top ? least : 0, 1);
	for (; !next && node !== top; node = node.parent)
		next = holderFrom(term, node.parent, node.at + 1, 1);
	return next;
}

function lastBelow(term, node, least) {
	for (let next = node; next; least = 0) {
		node = next;
		next = holderFrom(term, node, kidsOf(node).length - 1, -1, least);
	}
	return node;
}

function preceding(term, node, top, least) {
	if (node === top)
		return null;
	const before = holderFrom(term, node.parent, node.at - 1, -1,
		node.parent === top ? least : 0);
	return before ? lastBelow(term, before, 0) : node.parent;
}

/* A pivot's callers stand on a root of their own, which is the same frame. */
const topsOf = ({ node, from }) => state.pivot >= 0 && !node.parent && from < 0
	? roots : [node];

const topOf = (node, tops) => {
	while (node && !tops.includes(node))
		node = node.parent;
	return node;
};

/* Round and round; null: there is none. */
function matchAfter(term, node, step, scope) {
	const tops = topsOf(scope), least = Math.max(scope.from, 0);
	const go = step > 0 ? following : preceding;
	let top = node && topOf(node, tops), turns = 0;
	while (turns < 3) {
		node = top && go(term, node, top, least);
		if (!node) {
			const at = top ? tops.indexOf(top) + step : step < 0 ? tops.length - 1 : 0;
			turns += !top || !tops[at] ? 1 : 0;
			top = tops[(at + tops.length) % tops.length];
			node = step > 0 ? top : lastBelow(term, top, least);
		}
		const again = node === top && (scope.from >= 0 || top !== tops[0]);
		if (isMatch(term, node) && !again)
			return node;
	}
	return null;
}

/* Where it is wide enough to be seen, as far out as it is. */
function viewOf(node, scope) {
	const [low, high] = viewRange(scope), room = Math.min(high, node.start + total(node));
	if ((room - node.start) * width / (high - low) >= minWidth() &&
		node.depth - scope.node.depth < ROWS_MOST)
		return scope;
	const path = [];
	for (let a = node.parent; a && a !== scope.node; a = a.parent)
		path.unshift(a);
	const around = path.find(a => total(node) * width >=
		Math.max(WIDE, minWidth()) * total(a) && node.depth - a.depth < ROWS_MOST);
	return around ? { node: around, from: -1 } : node.parent
		? { node: node.parent, from: node.at } : { node, from: -1 };
}

const itemOf = node => items.find(it => it.node === node && !isPool(it));

function nextMatch(step) {
	const term = search.terms.all || search.terms[0];
	const scope = jumps && jumps.made === view ? jumps.scope : view;
	let node = cursor && cursor.node;
	if (!term || !term.frames)
		return;
	if (cursor && isPool(cursor))
		node = kidsOf(node)[cursor.pool];
	if (!(cursor && isPool(cursor) && step > 0 && isMatch(term, node)))
		node = matchAfter(term, node, step, scope);
	if (!node)
		return;
	if (!itemOf(node)) {
		const seen = viewOf(node, scope);
		zoom(seen.node, seen.from);
		jumps = { scope: seen === scope ? view : scope, made: view };
	}
	setCursor(itemOf(node), true);
}
