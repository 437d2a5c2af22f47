/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of all frames, as analyzer/svg_data.h writes them. Frames are
 * numbers, in preorder, siblings heaviest first: the descendants of i are i + 1
 * to end[i] - 1, and siblings that are too narrow to draw are neighbours.
 *
 * The flame*.js are put into one function, in the order that
 * analyzer/write_svg.c names, and so share what they declare.
 */
const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';
const svg = (document.currentScript || {}).parentNode || document.documentElement;

function chunks(name) {
	const parts = [...svg.querySelectorAll('metadata.hf-' + name)];
	for (const part of parts)
		part.remove();
	return parts.map(part => part.textContent).join('');
}

const VALUE = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
	.forEach((c, i) => { VALUE[c.charCodeAt(0)] = i; });

/* A function that takes the next number off the text; undefined at its end. */
function numbers(text) {
	let at = 0;
	return () => {
		let n = 0, scale = 1, digit;
		if (at >= text.length)
			return undefined;
		do {
			digit = VALUE[text.charCodeAt(at++)];
			n += (digit & 31) * scale;
			scale *= 32;
		} while (digit > 31);
		return n;
	};
}

function readKinds(strings) {
	const next = numbers(chunks('kinds')), kinds = [];
	for (let name; (name = next()) !== undefined;) {
		const file = next(), line = next(), module = next();
		const flags = next(), color = next();
		kinds.push({
			name: strings[name],
			place: file ? strings[file - 1] + (line ? ':' + line : '') : '',
			module: module ? strings[module - 1] : '',
			wrapper: flags & 1, inlined: flags & 4,
			style: flags & 1 ? 'hf-wrap' : flags & 2 ? 'hf-anon' : 'c' + color
		});
	}
	return kinds;
}

/* One array a property, since there may be a million frames. */
function readTree() {
	const next = numbers(chunks('tree')), n = next();
	const t = {
		count: n, rows: 0,
		kind: new Uint32Array(n), parent: new Int32Array(n),
		end: new Uint32Array(n), depth: new Uint32Array(n),
		start: new Float64Array(n), total: new Float64Array(n),
		self: new Float64Array(n), other: new Float64Array(n),
		variance: new Float64Array(n)
	};
	const path = [], free = new Float64Array(n);
	for (let i = 0; i < n; i++) {
		const up = next(), depth = i ? t.depth[i - 1] + 1 - up : 0;
		t.depth[i] = depth;
		t.rows = Math.max(t.rows, depth + 1);
		t.parent[i] = depth ? path[depth - 1] : -1;
		path[depth] = i;
		t.kind[i] = next();
		t.self[i] = t.total[i] = next();
		if (t.self[i]) {
			t.other[i] = next();
			t.variance[i] = t.self[i] * (2 ** (next() / 16) - 1);
		}
	}
	for (let i = n; i-- > 0;) {
		const p = t.parent[i];
		t.end[i] = Math.max(t.end[i], i + 1);
		if (p < 0)
			continue;
		t.end[p] = Math.max(t.end[p], t.end[i]);
		t.total[p] += t.total[i];
		t.other[p] += t.other[i];
		t.variance[p] += t.variance[i];
	}
	for (let i = 1; i < n; i++) {
		const p = t.parent[i];
		t.start[i] = t.start[p] + free[p];
		free[p] += t.total[i];
	}
	return t;
}

let tree, kinds; /* set once the whole file has been read */

function readData() {
	kinds = readKinds(chunks('strings').split('\n'));
	tree = readTree();
}

const nameOf = i => i ? kinds[tree.kind[i]].name : 'all';
const childrenEnd = i => tree.start[i] + tree.total[i] - tree.self[i];
