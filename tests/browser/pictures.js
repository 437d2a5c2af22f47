/* SPDX-License-Identifier: Apache-2.0 */
/* The profiles that the page tests look at, as folded text, made into SVGs. */
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heapflame-pages-'));
const maker = path.join(path.dirname(process.env.HEAPFLAME), 'unit/test_write_svg');

/* Sums that are easy to check by head: 1,000,000 bytes in all. */
const server = [
	'main;init;table_new\tsrc/table.c 100000',
	'main;serve\tsrc/serve.c;parse\tsrc/parse.c;string_dup\tsrc/text.c;xmalloc 300000',
	'main;serve\tsrc/serve.c;parse\tsrc/parse.c;parse\tsrc/parse.c;node_new\tsrc/node.c 200000',
	'main;serve\tsrc/serve.c;reply 399000',
	...Array.from({ length: 10 }, (_, i) =>
		`main;serve\tsrc/serve.c;small_${i};deep 100`)
];

const hostile = [
	'<script>alert(1)</script>', ']]></metadata><script>alert(2)</script>',
	'"><img src=x onerror=alert(3)>', '\'onload=\'alert(4)', '&lt&#60',
	'javascript:alert(5)', '<![CDATA[x]]>', '\u202eright to left',
	'control\x01\x1b[31m\x7f', '__proto__', 'constructor'
].map(name => `main;${name}\t/src/<b>"${name.replace(/[/;]/g, '')}.c 1000`);

const crowd = Array.from({ length: 20000 },
	(_, i) => `main;f_${String(i).padStart(5, '0')} 10`);

/* A tree of at least `frames` frames, the same each time. */
function big(frames) {
	const lines = [], path = [];
	let seed = 12345, made = 0;
	const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
	const name = () => `ns_${Math.floor(random() * 90)}::Class<std::pair<int, ` +
		`T${Math.floor(random() * 15)}>>::method_${Math.floor(random() * 40)}`;
	function grow(value, depth) {
		made++;
		if (made >= frames || value < 60 || depth > 36) {
			lines.push(path.join(';') + ' ' + Math.max(1, Math.floor(value)));
			return;
		}
		const n = 1 + Math.floor(random() ** 2 * 4);
		const weights = Array.from({ length: n }, () => .05 + random() ** 3);
		const sum = weights.reduce((a, b) => a + b);
		for (const w of weights) {
			path.push(name());
			grow(value * w / sum, depth + 1);
			path.pop();
		}
	}
	path.push('main');
	for (let i = 0; made < frames; i++) {
		path.push('part_' + i);
		grow(4e6, 0);
		path.pop();
	}
	return lines;
}

/* Makes NAME.svg; returns its path. Lines need not be sorted. */
function make(name, lines, interval = 0, width = '') {
	const folded = path.join(folder, name + '.folded');
	const sorted = lines.map(line => Buffer.from(line)).sort(Buffer.compare);
	fs.writeFileSync(folded, Buffer.concat(sorted.flatMap(
		line => [line, Buffer.from('\n')])));
	const svg = path.join(folder, name + '.svg');
	fs.writeFileSync(svg, execFileSync(maker, [folded, String(interval),
		'/usr/bin/server', String(width)].filter(Boolean),
		{ maxBuffer: 1 << 30 }));
	return svg;
}

/*
 * A dump with all metrics, by its own lines, exact. Of each stack: bytes and
 * objects in use, allocated, short-lived, at the peak, ns of mean lifetime.
 */
const dump = [
	['main;serve;parse;node_new;xmalloc', 1000, 10, 4000, 40, 1000, 10, 3000, 30, 1e6],
	['main;serve;parse;read;parse;node_new;xmalloc', 2000, 20, 2000, 20, 0, 0, 2000, 20, 0],
	['main;serve;reply;node_new;xmalloc', 500, 1, 9500, 19, 0, 0, 500, 1, 0],
	['main;init;table', 6500, 1, 6500, 1, 0, 0, 6500, 1, 0],
	['main;scratch', 0, 0, 8000, 80, 8000, 80, 8000, 80, 5e3]
];

/* The text of that dump, behind the names of its addresses as jeprof has them. */
function dumpText() {
	const places = new Map();
	const place = name => {
		if (!places.has(name))
			places.set(name, 0x1000 + 16 * places.size);
		return places.get(name);
	};
	const body = dump.map(([names, l, ln, a, an, m, mn, p, pn, life], i) => {
		const stack = names.split(';').reverse().map((name, at) =>
			'0x' + (place(name) + (at ? 1 : 0)).toString(16)).join(' ');
		const freed = an - ln;
		return `@ ${stack}\n  t*: ${ln}: ${l} [${an}: ${a}]\n` +
			`# s ${i + 1} a=${an},${a},${an},0,0 l=${ln},${l},${ln},0,0 ` +
			`p=${p},${pn},0` +
			(freed ? ` f=${freed},${freed},${freed * life}` : '') +
			(m ? ` m=${m},${mn},0,0` : '') + '\n';
	}).join('');
	const names = [...places].map(([name, at]) =>
		`0x${at.toString(16).padStart(16, '0')} ${name}\n`).join('');
	return `--- symbol\nbinary=/usr/bin/server\n${names}---\n--- heap\n` +
		'heap_v2/1\n  t*: 32: 10000 [160: 30000]\n# heapflame 1\n' +
		'# exe /usr/bin/server\n# interval 0 1 0\n# reason f 0 1\n' +
		`# peak 20000 139 0 5\n${body}# end\n`;
}

/* Makes NAME.svg of that dump, as the command does. */
function makeOfDump(name, ...options) {
	const heap = path.join(folder, name + '.heap');
	const svg = path.join(folder, name + '.svg');
	fs.writeFileSync(heap, dumpText());
	execFileSync(process.env.HEAPFLAME, ['flame', heap, '-o', svg, ...options]);
	return svg;
}

/* Makes NAME.svg of the difference of two folded texts. */
function makeDifference(name, old, now, ...options) {
	const svg = path.join(folder, name + '.diff.svg');
	const files = [[name + '.old', old], [name, now]].map(([word, lines]) => {
		const file = path.join(folder, word + '.folded');
		fs.writeFileSync(file, lines.map(line => line + '\n').join(''));
		return file;
	});
	execFileSync(process.env.HEAPFLAME, ['diff', ...files, '-o', svg, ...options]);
	return svg;
}

/* The same of two sampled dumps: `little` may be chance, `much` is not. */
function makeSampledDifference(name) {
	const svg = path.join(folder, name + '.svg');
	const files = [[8, 20], [11, 100]].map(([little, much], i) => {
		const file = path.join(folder, `${name}.${i}.heap`);
		const stacks = [[0x1000, little], [0x1010, much]].map(([at, n]) =>
			`@ 0x${at.toString(16)} 0x1021\n  t*: ${n}: ${n * 64} [${n}: ${n * 64}]\n`);
		fs.writeFileSync(file, '--- symbol\nbinary=/usr/bin/server\n' +
			'0x0000000000001000 little\n0x0000000000001010 much\n' +
			'0x0000000000001020 main\n---\n--- heap\nheap_v2/65536\n' +
			`  t*: ${little + much}: ${(little + much) * 64} [${little + much}: ` +
			`${(little + much) * 64}]\n${stacks.join('')}`);
		return file;
	});
	execFileSync(process.env.HEAPFLAME, ['diff', ...files, '-o', svg,
		'--metric', 'inuse_space']);
	return svg;
}

/* What heapflame diff --json says of that. */
const difference = (name, ...options) => JSON.parse(execFileSync(process.env.HEAPFLAME,
	['diff', '--json', '--stacks', ...options,
		...[0, 1].map(i => path.join(folder, `${name}.${i}.heap`))]));

/* The program that makes them is a unit test. */
function prepare() {
	const env = { ...process.env };
	delete env.MAKEFLAGS;
	/* As make itself names it: other flags would have all compiled anew. */
	const build = path.relative(env.SRC, path.dirname(env.HEAPFLAME));
	execFileSync('make', ['-s', '-C', env.SRC,
		'BUILD=' + build, path.join(build, 'unit/test_write_svg')],
	{ env, stdio: 'inherit' });
}

const remove = () => fs.rmSync(folder, { recursive: true });

module.exports = { server, hostile, crowd, big, make, makeOfDump, dumpText,
	makeDifference, makeSampledDifference, difference, prepare, remove, folder };
