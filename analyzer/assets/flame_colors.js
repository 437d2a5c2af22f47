/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a frame's colour says: its name (as --colors has it, or in the greens of
 * memory), its module, or its kind of code. Wrappers are grey in all of them.
 */
const COLORINGS = isDiff ? [['change', 'by change'],
	['certain', 'by change, chance greyed']] : [['name', 'by name'], ['mem', 'by name, memory greens'],
	['module', 'by module'], ['kind', 'by kind of code']];
let coloring = COLORINGS[0][0];

function styleOf(node) {
	if (isDiff)
		return changeStyle(node);
	if (node.kind < 0)
		return 'hf-root';
	const kind = kinds[node.kind];
	if (kind.wrapper)
		return 'hf-wrap';
	if (coloring === 'module' || coloring === 'kind')
		return 'k' + (coloring === 'module' ? kind.hue : kind.sort);
	return kind.unnamed ? 'hf-anon'
		: (coloring === 'mem' ? 'm' : 'c') + kind.color;
}

const baseName = path => path.slice(path.lastIndexOf('/') + 1);

/* [class, words] of every colour that has a meaning of its own. */
function legend() {
	const seen = new Map();
	if (isDiff)
		return changeLegend();
	if (coloring !== 'module' && coloring !== 'kind')
		return [];
	for (const kind of kinds)
		if (kind.wrapper)
			seen.set(99, ['hf-wrap', 'allocation wrappers']);
		else if (coloring === 'module')
			seen.set(kind.hue, ['k' + kind.hue, kind.hue < 7
				? baseName(kind.module) : 'others']);
		else
			seen.set(kind.sort, ['k' + kind.sort, KINDS[kind.sort]]);
	return [...seen.keys()].sort((a, b) => a - b).map(key => seen.get(key));
}
