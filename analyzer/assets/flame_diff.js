/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a difference: what a frame held before and holds now, as
 * analyzer/svg_change.h writes it, and how that looks. Two panels stand on the
 * root, to one scale; the figures are those of all that stands on a frame, so
 * there are no switches that would add up others.
 */
const isDiff = Boolean(asked.diff);
let changes; /* by frame of the file */

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

function readChanges() {
	const next = numbers(chunks('change'));
	changes = [];
	for (let flags; (flags = next()) !== undefined;) {
		const before = next(), after = next();
		const [below, above] = flags & 1 ? [next(), next()] : [0, 0];
		changes.push({ before, after, below, above, by: after - before,
			noise: flags & 2, certain: flags & 4 });
	}
}

const changeOf = node => changes[tree.frame[node.list[0]]];

/* The frame "now" or "gone and shrunk", or negated "before" or "new and grown",
 * below it; the root itself. */
function panelOf(node) {
	while (node.depth > 1)
		node = node.parent;
	return node;
}
const isNow = node => node.depth > 0 &&
	nameOf(panelOf(node)) === (negated ? 'before' : 'now');

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

const errorsKnown = () => asked.diff === 'errors';

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
	const c = changeOf(node), panel = panelOf(node);
	row(list, 'change', changeWords(c));
	row(list, 'before', amount(c.before));
	row(list, 'now', amount(c.after));
	if (node.depth > 0)
		row(list, 'width', `${amount(total(node))}, ` + percent(total(node),
			total(panel)) + ' of ' + nameOf(panel));
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
