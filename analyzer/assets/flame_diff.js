/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a difference: what frames held before and hold now, as
 * analyzer/svg_change.h writes it, and how that looks. Two panels stand on the
 * root, to one scale. On the first every stack is, also one that has no width
 * there any more, so that a frame's change is that of all that stands on it.
 */
const isDiff = Boolean(asked.diff);
/* Behind value, objects and variance; the last four where errors are known. */
const BEFORE_OF = 3, AFTER_OF = 4, CHANGE_FIGURES = 5, ALL_FIGURES = 9;
let changes; /* by metric */

const STEPS = [['hf-s4', 'gone'], ['hf-s3', 'less than half'],
	['hf-s2', 'less, by 10 % or more'], ['hf-s1', 'a little less'],
	['hf-same', 'the same'], ['hf-g1', 'a little more'],
	['hf-g2', 'more, by 10 % or more'], ['hf-g3', 'doubled or more'],
	['hf-g4', 'new']];
const CHANCE = ['hf-chance', 'may be chance'];
const LINE = 3; /* px; labels stand above it, "_" and all */
/* The sides change their names: the widths are what was. */
const negated = Boolean(asked.negate);
const MORE = ['hf-grown', negated ? 'what is less' : 'what is more'];

const figuresOf = c => c.errors ? ALL_FIGURES : CHANGE_FIGURES;
const changeFigures = metric => figuresOf(changes[metric]);

/* [value, variance] of what came or went. */
function readSide(next) {
	const value = next();
	return [value, value * (2 ** (next() / 64) - 1)];
}

function readChange(next) {
	const how = next(), n = base.count;
	const c = { errors: how & 1, allCame: how & 2, allWent: how & 4,
		flags: new Uint8Array(n), at: [], figures: [] };
	for (let i = -1, gap; (gap = next());) {
		const bits = next();
		i += gap;
		c.flags[i] = bits;
		if (!(bits & 1))
			continue;
		c.at.push(i);
		c.figures.push(next(), next());
		if (c.errors)
			c.figures.push(...readSide(next), ...readSide(next));
	}
	return c;
}

function readChanges() {
	const next = numbers(chunks('change'));
	changes = metrics.map(() => readChange(next));
}

function addChanges(own, metric) {
	const c = changes[metric], each = figuresOf(c) - BEFORE_OF;
	c.at.forEach((i, k) => {
		for (let f = 0; f < each; f++)
			own[BEFORE_OF + f][i] = c.figures[k * each + f];
	});
}

const isFirstName = name => name === (negated ? 'before' : 'now');
const isPanel = frame => isDiff && tree.parent[frame] === 0;

/* The root has what is gone on both of its panels. */
function countOnce(sum) {
	for (let i = 1; i < base.count; i++)
		if (base.parent[i] === 0 && isFirstName(kinds[base.kind[i]].name))
			for (let f = BEFORE_OF; f < sum.length; f++)
				sum[f][0] = sum[f][i];
}

/* So do frames of both panels together. */
function onBothPanels() {
	if (tree.both)
		return tree.both;
	tree.both = tree.sum.map((figures, f) => f < BEFORE_OF ? figures : figures.slice());
	for (let i = 1; i < tree.count; i = tree.end[i])
		if (!isFirstName(kinds[tree.kind[i]].name))
			for (const figures of tree.both.slice(BEFORE_OF))
				figures.fill(0, i, tree.end[i]);
	return tree.both;
}

/* On each panel what holds memory, and its callers on it. */
function callersOnPanels() {
	const root = flameRoot();
	root.kids = kidsOf(root).map(panel => {
		const [i] = panel.list, list = leavesIn(i, tree.end[i]);
		const { start, at } = panel;
		return Object.assign(newNode(root, panel.kind, list, list, tree.own),
			{ start, at, leaves: true });
	});
	return root;
}

/* The 95 % limits of one side, as stats_change95() has them. */
function sideLimits([value, variance], seen, [other, otherVariance]) {
	if (value > 0)
		return limits(value, variance);
	return [0, seen || !other ? 0 : 3.689 * otherVariance / other];
}

function judge(c, [came, cameVariance, went, wentVariance]) {
	const { allCame, allWent } = changes[state.metric];
	const a = [came, cameVariance], b = [went, wentVariance];
	const [cameLow, cameHigh] = sideLimits(a, allCame, b);
	const [wentLow, wentHigh] = sideLimits(b, allWent, a);
	c.below = Math.hypot(came - cameLow, wentHigh - went);
	c.above = Math.hypot(cameHigh - came, went - wentLow);
	c.noise = c.by !== 0 && c.by - c.below <= 0 && c.by + c.above >= 0;
}

/*
 * Where frames are not put together otherwise, the file says whether a change may
 * be chance, and is certain among so many; else each is judged by itself.
 */
function changeOf(node) {
	const before = node.sum[BEFORE_OF], after = node.sum[AFTER_OF];
	const c = { before, after, by: after - before, below: 0, above: 0, noise: false };
	if (errorsKnown())
		judge(c, node.sum.slice(CHANGE_FIGURES));
	c.certain = !c.noise;
	if (!state.callers && !state.merged && state.pivot < 0) {
		const flags = changes[state.metric].flags[tree.frame[node.list[0]]];
		c.noise = Boolean(flags & 2);
		c.certain = Boolean(flags & 4);
	}
	return c;
}

/* The frame "now" or "gone and shrunk", or negated "before" or "new and grown",
 * below it; the root itself. A pivot has the frames of both. */
function panelOf(node) {
	while (node.depth > 1)
		node = node.parent;
	return node;
}
const onPanels = node => state.pivot < 0 && node.depth > 0;
const isNow = node => onPanels(node) && isFirstName(nameOf(panelOf(node)));

/* As svg_change_step(): -4 to 4. */
function stepOf({ before, after, by }) {
	const share = by ? Math.abs(by) / Math.max(before, after) : 0;
	const step = share === 1 ? 4 : share >= .5 ? 3 : share >= .1 ? 2
		: share >= .02 ? 1 : 0;
	return by < 0 ? -step : step;
}

function changeStyle(node) {
	const c = changeOf(node);
	return coloring === 'certain' && errorsKnown() && c.by && !c.certain
		? CHANCE[0] : STEPS[4 + stepOf(c)][0];
}

const errorsKnown = () => changes[state.metric].errors;

/* What of its width is new. */
function grownShare(it) {
	if (!isDiff || isPool(it) || !isNow(it.node))
		return 0;
	const { by } = changeOf(it.node);
	return Math.min(1, Math.max(0, (negated ? -by : by) / total(it.node)));
}

const changeLegend = () => coloring === 'certain' && errorsKnown()
	? [...STEPS, CHANCE, MORE] : [...STEPS, MORE];

function changeWords(c) {
	const half = c.by > 0 ? c.below : c.by < 0 ? c.above : (c.below + c.above) / 2;
	const sign = c.by > 0 ? '+' : c.by < 0 ? '\u2212' : '';
	const part = !c.by ? '' : !c.before ? ', new' : !c.after ? ', gone'
		: ` (${sign}${percent(Math.abs(c.by), c.before)})`;
	return sign + amount(Math.abs(c.by)) + (half ? ' \u00b1 ' + amount(half) : '') +
		part + (c.noise ? ', may be chance' : '');
}

function changeFacts(list, node) {
	const c = changeOf(node), panel = onPanels(node) && panelOf(node);
	row(list, 'change', changeWords(c));
	row(list, 'before', amount(c.before));
	row(list, 'now', amount(c.after));
	if (panel)
		row(list, 'width', `${amount(total(node))}, ` + percent(total(node),
			total(panel)) + ' of ' + nameOf(panel));
	else if (state.pivot >= 0)
		row(list, 'width', `${amount(total(node))}, of both sides the larger`);
}

const PANELS = negated ? ['what was held before, and beside it what is held ' +
	'now and was not, to one scale',
'what was held before; the line along a frame is as long as what it holds less',
'what was not held before, stack by stack: those that are new and those that ' +
	'hold more'] : ['what is held now, and beside it what was held before and is not ' +
	'any more, to one scale',
'what is held now; the line along a frame is as long as what it holds more',
'what is held no more, stack by stack: those that vanished and those that ' +
	'hold less'];

const panelNotes = node => [PANELS[!node.depth ? 0 : isNow(node) ? 1 : 2]];
