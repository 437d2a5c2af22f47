/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and names as people read them. Names are strings from strangers: here
 * they are only ever cut.
 */
let unitName = 'bytes', isSpace = true, errorKnown = 'exact';

function setUnit(metric) {
	unitName = metric.unit;
	isSpace = unitName === 'bytes';
	errorKnown = metric.error;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
function unitOf(n) {
	let unit = 0;
	for (; n >= 1023.95 && unit < 6; n /= 1024)
		unit++;
	return unit;
}
const inUnit = (n, unit) =>
	unit ? (n / 1024 ** unit).toFixed(1) : String(Math.round(n));
const bytes = n => inUnit(n, unitOf(n)) + ' ' + UNITS[unitOf(n)];
const count = n => Math.round(n).toLocaleString('en-US');
const objects = n => count(n) + ' ' +
	(unitName === 'objects' && Math.round(n) === 1 ? 'object' : unitName);
function duration(ns) {
	const [size, word] = ns < 1e3 ? [1, 'ns'] : ns < 1e6 ? [1e3, '\u00b5s']
		: ns < 1e9 ? [1e6, 'ms'] : ns < 120e9 ? [1e9, 's']
			: ns < 7200e9 ? [60e9, 'min'] : [3600e9, 'h'];
	return (ns / size).toFixed(size > 1 ? 1 : 0) + ' ' + word;
}
const amount = n => isSpace ? bytes(n)
	: unitName === 'nanoseconds' ? duration(n) : objects(n);
function percent(part, whole) {
	const p = whole ? 100 * part / whole : 0;
	return p.toFixed(p >= 1000 ? 0 : p >= 10 || p === 0 ? 1 : p >= .1 ? 2 : 3) + ' %';
}

/* Stored in steps of 2 %, so two digits. */
const lifetime = ns => duration(Number(ns.toPrecision(2)));

/*
 * The 95 % interval as stats.c has it: Poisson with value^2 / variance counts;
 * Wilson and Hilferty's cube root in place of the gamma quantile.
 */
function limits(value, variance) {
	if (!(variance > 0))
		return [value, value];
	const n = value * value / variance, cube = x => x * x * x;
	return [value * cube(Math.max(0, 1 - 1 / (9 * n) - 1.96 / (3 * Math.sqrt(n)))),
		value / n * (n + 1) * cube(1 - 1 / (9 * (n + 1)) +
			1.96 / (3 * Math.sqrt(n + 1)))];
}

function error(value, variance) {
	if (!(variance > 0) || !(value > 0)) {
		const plain = isSpace && value >= 1024 ? ` (${count(value)} bytes)` : '';
		return errorKnown === 'unknown' ? '' : plain + ', exact';
	}
	const [low, high] = limits(value, variance);
	const half = (high - low) / 2;
	const short = isSpace && inUnit(half, unitOf(value));
	return half < value / 2 ? ' \u00b1 ' + (!isSpace ? count(half)
		: Number(short) ? short : bytes(half))
		: ', 95 % sure to lie in ' + amount(low) + ' to ' + amount(high);
}

const isWide = c => c >= 0x1100 && (c <= 0x115f || c >= 0x2e80 && c <= 0xa4cf ||
	c >= 0xac00 && c <= 0xd7a3 || c >= 0xf900 && c <= 0xfaff ||
	c >= 0xff00 && c <= 0xff60 || c >= 0x1f300);

/* A demangled name without its parameter list, if it has one. */
function withoutParameters(name) {
	let i = name.lastIndexOf(')'), open = 0;
	if (i < 0 || !['', ' const'].includes(name.slice(i + 1)))
		return name;
	for (; i > 0; i--) {
		open += name[i] === ')' ? 1 : name[i] === '(' ? -1 : 0;
		if (!open)
			break;
	}
	return i <= 0 || /(^|[ :]|operator)$/.test(name.slice(0, i)) ? name
		: name.slice(0, i);
}

/* What follows the last "::" that is not inside brackets. */
function lastComponent(name) {
	let depth = 0;
	for (let i = name.length - 1; i > 0; i--) {
		if (name[i] === '>' || name[i] === ')')
			depth++;
		else if (depth > 0 && (name[i] === '<' || name[i] === '('))
			depth--;
		else if (depth === 0 && name[i] === ':' && name[i - 1] === ':')
			return name.slice(i + 1);
	}
	return name;
}

const cellsOf = text => [...text].reduce(
	(sum, c) => sum + (isWide(c.codePointAt(0)) ? 2 : 1), 0);

/*
 * As many characters as `cells` can hold: the middle left out, the last
 * component of a qualified name kept as long as there is room.
 */
function fitted(name, cells) {
	if (name.length <= cells / 2 || cellsOf(name) <= cells)
		return name;
	name = withoutParameters(name);
	const last = lastComponent(name), kept = cellsOf(last);
	if (kept >= cells)
		name = last;
	if (cellsOf(name) <= cells)
		return name;
	const tail = Math.max(Math.floor((cells - 1) * 3 / 5),
		name === last ? 0 : kept);
	const letters = [...name];
	let left = cells - 1 - tail, head = 0, from = letters.length, right = tail;
	while (cellsOf(letters[head]) <= left)
		left -= cellsOf(letters[head++]);
	while (from > head && cellsOf(letters[from - 1]) <= right)
		right -= cellsOf(letters[--from]);
	return letters.slice(0, head).join('') + '\u2026' +
		letters.slice(from).join('');
}
