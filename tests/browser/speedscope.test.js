/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `convert --to speedscope` writes, opened in speedscope itself (its page
 * from npm, in a real browser), and saved again by it: every metric is there
 * with the total that `report` has, frame by frame.
 */
'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const HEAPFLAME = process.env.HEAPFLAME;
const PAGE = path.join(path.dirname(require.resolve('speedscope/package.json')),
	'dist/release/index.html');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heapflame-speedscope-'));
let browser;

/* As heaptrack writes it: names of every kind, a function inlined twice. */
const s = text => `s ${Buffer.byteLength(text).toString(16)} ${text}\n`;
const heaptrack = Buffer.concat([Buffer.from('v 10400 3\nX ./app\nI 1000 1\n' +
	s('/bin/app') + s('main') + s('operator new<"a", \\b>(\u00fc)') + s('a b.c') +
	s('line\nbreak')), Buffer.from('s 3 a\xff\x07\n', 'latin1'), Buffer.from(
	'i 10 1 2 4 5\ni 20 1 3 4 7 5 4 9 2 4 a\ni 30 1 6\nt 1 0\nt 2 1\nt 3 1\nt 3 2\n' +
	'a 64 2\na 1000000000 3\na 1 4\na 7 1\n' +
	'+ 0\n+ 1\n+ 2\n- 1\n+ 3\n- 3\n+ 2\nc 10\n')]);

before(async () => {
	browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu',
		'--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync'],
	executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
});

after(async () => {
	await browser?.close();
	fs.rmSync(folder, { recursive: true });
});

function run(...args) {
	return execFileSync(HEAPFLAME, args, { encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
}

/* Opens the file in speedscope and returns what it saves. */
async function through(file) {
	const page = await browser.newPage({ acceptDownloads: true });
	const troubles = [];
	page.on('pageerror', e => troubles.push(e.message));
	page.on('dialog', d => { troubles.push(d.message()); d.dismiss(); });
	await page.goto('file://' + PAGE);
	await page.setInputFiles('input[type=file]', file);
	const save = page.getByText('Export', { exact: false }).first();
	await save.waitFor();
	const title = await page.title();
	const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
	const saved = JSON.parse(fs.readFileSync(await download.path(), 'utf8'));
	await page.close();
	assert.deepEqual(troubles, []);
	return { title, saved };
}

/*
 * What each stack holds, from samples as we write them, or from the opening and
 * closing of frames along the scale, as speedscope saves them.
 */
function stacks(group, profile) {
	const sums = {}, open = [], frames = group.shared.frames;
	const add = (sample, value) => {
		const key = sample.map(f => [frames[f].name, frames[f].file,
			frames[f].line].join('\t')).join('\n');
		if (value > 0)
			sums[key] = (sums[key] || 0) + value;
	};
	if (profile.type === 'sampled')
		profile.samples.forEach((sample, i) => add(sample, profile.weights[i]));
	else
		profile.events.reduce((at, event) => {
			add(open, event.at - at);
			if (event.type === 'O')
				open.push(event.frame);
			else
				assert.equal(open.pop(), event.frame);
			return event.at;
		}, profile.startValue);
	return sums;
}

const sum = list => list.reduce((a, b) => a + b, 0);

async function agrees(input) {
	const file = path.join(folder, path.basename(input) + '.speedscope.json');
	run('convert', '--to', 'speedscope', '-o', file, input);
	const text = fs.readFileSync(file);
	assert.ok(text.equals(Buffer.from(text.toString('utf8'))), 'is UTF-8');
	const written = JSON.parse(text);
	const { title, saved } = await through(file);
	assert.equal(saved.profiles.length, written.profiles.length);
	assert.ok(written.profiles.length >= 8);
	/* Speedscope shows the one that report shows. */
	const usual = JSON.parse(run('report', '--json', input)).metric;
	assert.equal(written.profiles[written.activeProfileIndex].name, usual);
	assert.equal(title, `${written.name} - speedscope`);
	assert.equal(saved.activeProfileIndex, written.activeProfileIndex);
	written.profiles.forEach((profile, i) => {
		const theirs = saved.profiles[i];
		const report = JSON.parse(run('report', '--json', '--metric', profile.name,
			input));
		assert.equal(theirs.name, profile.name);
		assert.equal(theirs.unit, profile.name.endsWith('space') ? 'bytes' : 'none');
		assert.equal(theirs.unit, profile.unit);
		assert.equal(sum(Object.values(stacks(saved, theirs))),
			report.total.value, profile.name);
		assert.equal(profile.endValue, report.total.value);
		assert.deepEqual(stacks(saved, theirs), stacks(written, profile));
	});
	return written;
}

test('every metric, name and inlined frame comes through speedscope', async () => {
	const file = path.join(folder, 'heaptrack.app.1');
	fs.writeFileSync(file, heaptrack);
	const group = await agrees(file);
	const inuse = group.profiles.find(p => p.name === 'alloc_space');
	assert.equal(sum(inuse.weights), 0x64 + 0x1000000000 + 2 + 7);
	const deep = inuse.samples.map(l => l.map(f => group.shared.frames[f]))
		.find(l => l.length === 4);
	assert.deepEqual(deep.map(f => f.name),
		['main', 'main', 'line\nbreak', 'operator new<"a", \\b>(\u00fc)']);
	assert.deepEqual(deep.map(f => f.line), [5, 10, 9, 7]);
	assert.ok(group.shared.frames.some(f => f.name === 'a\ufffd\x07'));
});

test('the dump of a real program, sampled', async () => {
	execFileSync('/usr/bin/python3', ['-c',
		'import json; l = [str(i) * 9 for i in range(50000)]'], { env: {
		...process.env, LD_PRELOAD: process.env.LIBHEAPFLAME,
		HEAPFLAME_SAMPLE: '4096', HEAPFLAME_PREFIX: path.join(folder, 'py') } });
	const dump = fs.readdirSync(folder).find(n => n.startsWith('py') && n.endsWith('.f.heap'));
	await agrees(path.join(folder, dump));
	/* The same bytes each time. */
	const first = run('convert', '--to', 'speedscope', path.join(folder, dump));
	assert.equal(run('convert', '--to', 'speedscope', path.join(folder, dump)), first);
	/* What is asked for alone. */
	const one = JSON.parse(run('convert', '--to', 'speedscope', '--metric',
		'inuse_space', '--by', 'process', path.join(folder, dump)));
	assert.deepEqual(one.profiles.map(p => p.name), ['inuse_space']);
	assert.equal(one.activeProfileIndex, 0);
});
