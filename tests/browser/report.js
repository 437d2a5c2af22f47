/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A browser for the tests of report pages, and how those are made. Any request
 * beside the file itself and the graphs that are in it, any dialog, and anything
 * on the console fails the test that caused it.
 */
'use strict';
const { before, after, afterEach } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update',
	'--disable-sync'];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heapflame-html-'));
const pages = {};
let browser, troubles = [];

function make(name, ...args) {
	pages[name] = path.join(folder, name + '.html');
	execFileSync(process.env.HEAPFLAME, ['html', '-o', pages[name], ...args],
		{ stdio: ['ignore', 'ignore', 'pipe'] });
}

function folded(name, lines) {
	const file = path.join(folder, name + '.folded');
	/* Without the source files that the pictures have. */
	fs.writeFileSync(file, lines.map(line => {
		const [, stack, value] = line.match(/^(.*) (\d+)$/s);
		return stack.split(';').map(it => it.split('\t')[0]).join(';') +
			` ${value}\n`;
	}).join(''));
	return file;
}

/*
 * A process of which there are dumps at 1 to `count` seconds: stack 1 grows by
 * 100,000 bytes a second, stack 2 holds as much as it did, stack 3 is there at
 * the third second alone. Names are those of its modules.
 */
function series(name, count, names) {
	const dir = path.join(folder, name);
	fs.mkdirSync(dir);
	const word = s => encodeURIComponent(s).replace(/[!'()*]/g,
		c => '%' + c.charCodeAt(0).toString(16));
	for (let n = 1; n <= count; n++) {
		const held = [100000 * n, 500000, n === 3 ? 900000 : 0];
		const sum = held.reduce((a, b) => a + b);
		const lines = ['heap_v2/1', `  t*: ${sum / 100}: ${sum} [${sum / 100}: ${
			sum}]`, '# heapflame 1', '# id 77-18c0000', '# boot x',
		'# exe /bin/server', `# time 1700000000000 ${1700000000000 + n * 1000
		} 1000 ${1000 + n * 1e9}`, `# reason ${n === count ? 'f' : 't'} ${n} ${n}`,
		'# interval 0 1 0', `# samples ${sum / 100} ${sum / 100} 0`,
		`# rss ${sum + 300000} 0 0 0 ${sum + 300000} 0`,
		`# phase 1 500000000 2500000000 0 ${word('warm <up>')}`,
		`# phase 2 2500000000 - 0 ${word('serve')}`];
		names.forEach((m, i) => lines.push(`# module ${i} 0 - - /lib/${word(m)} ${
			(0x1000000 * (i + 1)).toString(16)}-${
			(0x1000000 * (i + 1) + 0x10000).toString(16)}@0`));
		held.forEach((bytes, i) => bytes && lines.push(
			`@ 0x${(0x1000000 * (i + 1) + 0x20).toString(16)} 0x1000040`,
			`  t*: ${bytes / 100}: ${bytes} [${bytes / 100}: ${bytes}]`));
		lines.push('# end');
		fs.writeFileSync(path.join(dir, `h.77-18c0000.${n}.${
			n === count ? 'f' : 't' + n}.heap`), lines.join('\n') + '\n');
	}
	return dir;
}

before(async () => {
	browser = await chromium.launch({ args: QUIET,
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
});

after(async () => {
	await browser?.close();
	fs.rmSync(folder, { recursive: true });
});

afterEach(() => {
	const seen = troubles;
	troubles = [];
	assert.deepEqual(seen, []);
});

async function open(name, { hash = '', width = 1280, colorScheme = 'light',
	media = 'screen', scripts = true } = {}) {
	const page = await browser.newPage({ viewport: { width, height: 900 },
		colorScheme, javaScriptEnabled: scripts, reducedMotion: 'reduce' });
	await page.emulateMedia({ media, colorScheme });
	const address = 'file://' + pages[name];
	page.on('dialog', d => { troubles.push('dialog ' + d.message()); d.dismiss(); });
	page.on('pageerror', e => troubles.push('error ' + e.message));
	page.on('console', m => troubles.push('console ' + m.text()));
	page.on('request', r => {
		if (!r.url().startsWith(address) && !r.url().startsWith('blob:null/'))
			troubles.push('request ' + r.url());
	});
	await page.goto(address + hash);
	return page;
}

const graph = page => page.frameLocator('#r-graph iframe');
/* A frame that nobody sees is not drawn by the browser, or for no width. */
const labels = async page => {
	await page.locator('#r-graph iframe').scrollIntoViewIfNeeded();
	return graph(page).locator('.hf-view text').allTextContents();
};
const column = (page, table, n) => page.locator(
	`#${table} tbody tr:visible td:nth-child(${n})`).allTextContents();
async function until(what, expected) {
	let seen;
	for (let i = 0; i < 800; i++) {
		seen = await what();
		if (JSON.stringify(seen) === JSON.stringify(expected))
			return;
		await new Promise(done => setTimeout(done, 25));
	}
	assert.deepEqual(seen, expected);
}
const term = page => graph(page).locator('#hf-search').evaluate(e => e.value);

module.exports = { make, folded, series, open, graph, labels, column, until, term };
