/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of all frames, as analyzer/svg_data.h writes them. Frames are
 * numbers, in preorder, callers before what they call.
 *
 * The flame*.js are put into one function, in the order that
 * analyzer/write_svg.c names, and so share what they declare.
 */
const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';
const svg = (document.currentScript || {}).parentNode || document.documentElement;

const asked = svg.dataset;

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

/* In the order of enum svg_kind. */
const KINDS = ['program', 'libraries', 'C library', 'kernel', 'made at run time',
	'inlined', 'no symbol', 'no code'];

function readMetrics() {
	const lines = chunks('metrics').split('\n'), list = [];
	for (let i = 0; i + 3 < lines.length; i += 4) {
		const [name, unit, error, words] = lines.slice(i, i + 4);
		list.push({ name, unit, error, words });
	}
	/* Of bytes and objects each knows the other. */
	for (const m of list) {
		const other = m.name.endsWith('_space') ? m.name.slice(0, -5) + 'objects'
			: m.name.endsWith('_objects') ? m.name.slice(0, -7) + 'space' : '';
		m.other = list.findIndex(o => o.name === other);
	}
	return list;
}

/* Of each function, whatever the line, one number: `fn`. */
function readKinds(strings) {
	const next = numbers(chunks('kinds')), list = [], functions = new Map();
	for (let name; (name = next()) !== undefined;) {
		const file = next(), line = next(), module = next();
		const flags = next(), color = next(), hue = next(), sort = next();
		const key = name + ' ' + file + ' ' + module;
		if (!functions.has(key))
			functions.set(key, functions.size);
		list.push({
			fn: functions.get(key),
			name: strings[name],
			place: file ? strings[file - 1] + (line ? ':' + line : '') : '',
			module: module ? strings[module - 1] : '',
			wrapper: flags & 1, unnamed: flags & 2, inlined: flags & 4,
			color, hue, sort
		});
	}
	return list;
}

/*
 * One array a property, since there may be a million frames. What frame i holds
 * itself: the entries from own[i] to own[i + 1] of column, value and variance;
 * behind the metrics' columns is that of lifetimes: how many, and their sum.
 */
function readBase() {
	const next = numbers(chunks('tree')), n = next(), life = metrics.length;
	const b = { count: n, life: false, kind: new Uint32Array(n),
		parent: new Int32Array(n), own: new Uint32Array(n + 1),
		column: [], value: [], variance: [] };
	const path = [], sampled = metrics.map(m => m.error === 'sampled');
	for (let i = 0, depth = -1; i < n; i++) {
		depth += 1 - next();
		if (!i)
			depth = 0;
		b.parent[i] = depth ? path[depth - 1] : -1;
		path[depth] = i;
		b.kind[i] = next();
		for (let c = 0, bits = next(); bits; c++, bits = Math.floor(bits / 2)) {
			if (!(bits & 1))
				continue;
			const value = next();
			b.column.push(c);
			b.value.push(value);
			b.variance.push(c === life ? value * (2 ** (next() / 32) - 1)
				: sampled[c] ? value * (2 ** (next() / 16) - 1) : 0);
			b.life = b.life || c === life;
		}
		b.own[i + 1] = b.column.length;
	}
	return b;
}

/* Set once the whole file has been read. */
let metrics, kinds, base;

function readData() {
	metrics = readMetrics();
	kinds = readKinds(chunks('strings').split('\n'));
	base = readBase();
	if (isDiff)
		readChanges();
}
