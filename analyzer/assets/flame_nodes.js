/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is drawn: nodes, made when somebody looks at them. A node stands for one
 * or several frames of the tree, its `list`. Most go down, from a caller to what
 * it calls. Others go up: their children are callers, and `from` says for each
 * frame of the list whose figures it brings along, of `figures`.
 *
 *   flame     goes down from the root
 *   callers   goes up from every frame that holds something itself
 *   pivot     both, from all frames of one function that lie in no other of it
 */
let tree; /* of the present metric; flame_tree.js */

function newNode(parent, kind, list, from, figures) {
	const node = { parent, kind, list, from, figures, start: 0, kids: null,
		depth: parent ? parent.depth + 1 : 0, sum: [] };
	const of = from || list;
	for (const column of figures) {
		let sum = 0;
		for (let k = 0; k < of.length; k++)
			sum += column[of[k]];
		node.sum.push(sum);
	}
	return node;
}

const total = node => node.sum[VALUE_OF];
const nameOf = node => node.kind < 0 ? node.label : kinds[node.kind].name;
const isRoot = node => !node.parent;

/* Groups (frame, where it comes from) by function, in order of appearance. */
class Groups {
	constructor() {
		this.byFunction = new Map();
	}

	add(frame, from) {
		const kind = tree.kind[frame], { fn } = kinds[kind];
		let group = this.byFunction.get(fn);
		if (!group)
			this.byFunction.set(fn, group = { kind, list: [], from: [] });
		group.list.push(frame);
		if (from >= 0)
			group.from.push(from);
	}

	nodes(parent) {
		return [...this.byFunction.values()].map(g => newNode(parent, g.kind,
			g.list, parent.from ? g.from : null, parent.figures));
	}
}

/* Callers: of the root's list the frames themselves come first. */
function groupUp(node, groups) {
	const { list, from, leaves } = node;
	for (let k = 0; k < list.length; k++) {
		const frame = leaves ? list[k] : tree.parent[list[k]];
		if (frame > 0 && !isPanel(frame))
			groups.add(frame, from[k]);
	}
}

function groupDown(node, groups) {
	for (const i of node.list)
		for (let c = i + 1; c < tree.end[i]; c = tree.end[c])
			groups.add(c, -1);
}

/* The children, heaviest first, with their places. */
function kidsOf(node) {
	if (node.kids)
		return node.kids;
	const groups = new Groups();
	if (node.from)
		groupUp(node, groups);
	else
		groupDown(node, groups);
	const kids = groups.nodes(node).filter(kid => total(kid) > 0);
	/* Sorting keeps equal ones in their order. */
	kids.sort((a, b) => total(b) - total(a));
	let start = node.start;
	kids.forEach((kid, at) => {
		kid.start = start;
		kid.at = at;
		start += total(kid);
	});
	node.kidsEnd = start;
	node.kids = kids;
	return kids;
}

/* What it holds beside its children. */
function selfOf(node) {
	kidsOf(node);
	return node.start + total(node) - node.kidsEnd;
}

function rootNode(label, list, from, figures) {
	const node = newNode(null, -1, list, from, figures);
	node.label = label;
	return node;
}

function flameRoot() {
	return rootNode('all', [0], null, tree.sum);
}

/* Frames from one on that hold, or held, something themselves. */
function leavesIn(first, end) {
	const list = [], [own] = tree.own, also = isDiff ? tree.own[BEFORE_OF] : own;
	for (let i = first; i < end; i++)
		if (own[i] > 0 || also[i] > 0)
			list.push(i);
	return list;
}

function callersRoot() {
	if (isDiff)
		return callersOnPanels();
	const list = leavesIn(0, tree.count);
	const node = rootNode('all', list, list, tree.own);
	node.leaves = true;
	return node;
}

/* Frames of that function that lie in no other of it. */
function outermost(fn) {
	const list = [];
	for (let i = 1; i < tree.count;)
		if (kinds[tree.kind[i]].fn === fn) {
			list.push(i);
			i = tree.end[i];
		} else {
			i++;
		}
	return list;
}

/* Two roots for the same frames: [what it calls, its callers]; or null. */
function pivotRoots(fn) {
	const list = outermost(fn);
	if (!list.length)
		return null;
	const figures = isDiff ? onBothPanels() : tree.sum;
	return [newNode(null, tree.kind[list[0]], list, null, figures),
		newNode(null, tree.kind[list[0]], list, list, figures)];
}
