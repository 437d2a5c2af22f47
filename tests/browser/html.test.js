/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report page in a real browser: what a reader does, and what the page then
 * shows. Any request beside the file itself and the graphs that are in it, any
 * dialog, and anything on the console fails the test that caused it.
 */
'use strict';
const { test, before, after, afterEach } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');
const pictures = require('./pictures.js');

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
	make('server', folded('server', pictures.server));
	make('wide', '--top', '5', folded('wide', Array.from({ length: 60 },
		(_, i) => `main;part_${i % 7};f_${i} ${1000 + i}`)));
	const dir = series('run', 8, ['one.so', 'two.so', 'three.so']);
	make('run', dir);
	make('since', '--base', path.join(dir, 'h.77-18c0000.1.t1.heap'), dir);
	make('hostile', folded('hostile', pictures.hostile));
	make('evil', '--title', '</title><script>alert(9)</script>', series('evil', 5,
		['<script>alert(1)</script>', '"><img src=x onerror=alert(3)>',
			'\'onload=\'alert(4)']));
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

test('says what it is of, and shows its graph', async () => {
	const page = await open('server');
	assert.match(await page.title(), /: memory$/);
	assert.equal(await page.locator('.figures .main dd').getAttribute('data-v'),
		'1000000');
	await until(async () => (await labels(page)).includes('string_dup'), true);
	assert.equal(await page.locator('.drawn').isVisible(), false);
	await page.close();
});

test('a table is sorted by its headings', async () => {
	const page = await open('server');
	const self = await column(page, 'r-top', 1);
	assert.ok(self.length > 5);
	const heading = name => page.locator('#r-top th button', { hasText: name });
	const values = n => page.locator(`#r-top tbody td:nth-child(${n})`).evaluateAll(
		cells => cells.map(c => Number(c.dataset.v)));
	await heading('Total').click();
	const total = await values(3);
	assert.deepEqual(total, [...total].sort((a, b) => b - a));
	assert.equal(await page.locator('#r-top th[aria-sort]').textContent(), 'Total');
	await heading('Total').click();
	assert.deepEqual(await values(3), [...total].sort((a, b) => a - b));
	await heading('Function').click();
	const names = await page.locator('#r-top .fn').allTextContents();
	assert.equal(await page.locator('#r-top th[aria-sort=ascending]').textContent(),
		'Function');
	assert.ok(names.indexOf('init') < names.indexOf('reply'));
	await page.close();
});

test('a table is longer on demand, and searched as a whole', async () => {
	const page = await open('wide');
	assert.equal((await column(page, 'r-top', 1)).length, 5);
	await page.locator('#r-top-search').fill('f_1$|f_1\\b');
	assert.deepEqual(await page.locator('#r-top .fn:visible').allTextContents(),
		['f_1']);
	await page.locator('#r-top-search').fill('(');
	assert.equal(await page.locator('#r-top-search').getAttribute('aria-invalid'),
		'true');
	await page.locator('#r-top-search').fill('');
	assert.equal((await column(page, 'r-top', 1)).length, 5);
	await page.getByRole('button', { name: 'Show all 68 rows' }).click();
	assert.equal((await column(page, 'r-top', 1)).length, 68);
	await page.close();
});

test('a name is searched in the graph, and a link shows it again', async () => {
	const page = await open('server');
	await page.locator('#r-top .fn', { hasText: 'node_new' }).click();
	await until(() => term(page), '^node_new$');
	await until(() => graph(page).locator('.hf-hit').count(), 1);
	assert.equal(await page.locator('#r-top tr.here .fn').textContent(), 'node_new');
	const { hash } = new URL(page.url());
	await page.close();
	const again = await open('server', { hash });
	await until(() => term(again), '^node_new$');
	await again.goBack().catch(() => null);
	await again.close();
});

test('a dump on the timeline shows what lived then', async () => {
	const page = await open('run');
	const dumps = page.locator('.dump');
	assert.equal(await dumps.count(), 8);
	await graph(page).locator('.hf-view text').first().waitFor();
	await dumps.nth(2).click();
	await until(() => page.locator('#r-what').textContent(), 'What lived at 3.0 s');
	await until(async () => (await labels(page)).includes('[three.so+0x20]'), true);
	assert.match(await graph(page).locator('header p').textContent(),
		/^inuse_space: 1\.6 MiB/);
	assert.equal(await dumps.nth(2).getAttribute('aria-pressed'), 'true');
	const { hash } = new URL(page.url());
	await dumps.nth(3).click();
	await until(async () => (await labels(page)).includes('[three.so+0x20]'), false);
	await page.getByRole('button', { name: 'Back to the whole run' }).click();
	await until(async () => /^peak_space|^inuse_space: 1\.2 MiB/.test(
		await graph(page).locator('header p').textContent()), true);
	assert.equal(await page.locator('.dump[aria-pressed=true]').count(), 0);
	await page.close();
	const again = await open('run', { hash });
	await until(async () => (await labels(again)).includes('[three.so+0x20]'), true);
	await again.close();
});

test('the timeline says its figures, and its marks', async () => {
	const page = await open('run');
	const chart = page.locator('.chart.main');
	const box = await chart.boundingBox();
	await page.mouse.move(box.x + box.width * 4 / 8, box.y + 60);
	assert.match(await page.locator('.readout').textContent(),
		/^4\.0 s · live 878\.9 KiB · resident 1\.1 MiB/);
	assert.deepEqual(await page.locator('.chart .mark').allTextContents(),
		['warm <up>', 'serve']);
	await page.close();
});

test('growth and what lives are told, and shown in the graph', async () => {
	const page = await open('run');
	assert.match(await page.locator('#growth').textContent(), /linear growth/);
	assert.equal(await page.locator('#r-leaks tbody tr').count(), 2);
	await page.locator('#r-leaks summary').first().click();
	await page.locator('#r-leaks').getByRole('button',
		{ name: 'Show in the flame graph' }).first().click();
	await until(async () => /so\+0x20/.test(
		await graph(page).locator('#hf-zoom').textContent()), true);
	await page.close();
});

test('the difference to another run', async () => {
	const page = await open('since');
	assert.equal(await page.locator('#r-diff-total').getAttribute('data-v'), '700000');
	assert.equal(await page.locator('#r-diff tbody tr').count(), 1);
	assert.match(await page.locator('#r-diff tbody tr').textContent(), /grown/);
	await page.close();
});

test('keyboard alone does', async () => {
	const page = await open('run');
	await page.locator('.dump').first().focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await until(() => page.locator('#r-what').textContent(), 'What lived at 2.0 s');
	await page.locator('#r-top th button').first().focus();
	await page.keyboard.press('Enter');
	assert.equal(await page.locator('#r-top th').first().getAttribute('aria-sort'),
		'ascending');
	await page.locator('#r-leaks summary').first().focus();
	await page.keyboard.press('Enter');
	assert.equal(await page.locator('#r-leaks details[open]').count(), 1);
	for (const it of await page.locator('button, a, input, iframe').all())
		assert.ok(await it.evaluate(e => e.getAttribute('aria-label') || e.title ||
			e.textContent.trim()), await it.evaluate(e => e.outerHTML));
	await page.close();
});

/* Relative luminance as WCAG has it. */
const contrast = (page, selector) => page.locator(selector).first().evaluate(e => {
	const light = text => text.match(/[\d.]+/g).slice(0, 3).map(Number).map(
		v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const a = light(getComputedStyle(e).color);
	const b = light(getComputedStyle(document.body).backgroundColor);
	return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
});

test('light and dark, wide and narrow, all can be read', async () => {
	for (const colorScheme of ['light', 'dark'])
		for (const width of [1280, 700]) {
			const page = await open('run', { colorScheme, width });
			for (const selector of ['h1', '.lede', 'caption', 'th', '.at',
				'.figures .main dd', '.chart .y', '.reading li', 'footer'])
				if (await page.locator(selector).count())
					assert.ok(await contrast(page, selector) >= 4.5,
						`${selector} ${colorScheme}`);
			assert.equal(await page.evaluate(() =>
				document.documentElement.scrollWidth > innerWidth), false);
			const ground = await page.evaluate(() =>
				getComputedStyle(document.body).backgroundColor);
			assert.equal(/^rgb\(2\d\d/.test(ground), colorScheme === 'light');
			await page.close();
		}
});

test('on paper the graph is drawn, and what can be clicked is not there', async () => {
	const page = await open('run', { media: 'print', colorScheme: 'dark' });
	assert.equal(await page.locator('.drawn svg').isVisible(), true);
	for (const selector of ['#r-graph', '.dump', 'nav', '.tools', '.plain'])
		assert.equal(await page.locator(selector).filter({ visible: true }).count(), 0,
			selector);
	assert.equal(await page.evaluate(() =>
		getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
	assert.ok((await page.pdf({ format: 'A4' })).length > 10000);
	await page.close();
});

test('without scripts everything but the tool is there', async () => {
	const page = await open('run', { scripts: false });
	assert.equal(await page.locator('.drawn svg').isVisible(), true);
	assert.equal(await page.locator('#r-graph').isVisible(), false);
	assert.equal(await page.locator('.dump').first().isVisible(), false);
	assert.ok(await page.locator('#r-top tbody tr').count() > 1);
	await page.close();
});

test('names that try to be markup or script are text', async () => {
	for (const name of ['hostile', 'evil']) {
		const page = await open(name);
		await graph(page).locator('.hf-view text').first().waitFor();
		const names = await page.locator('#r-top .fn').allTextContents();
		assert.ok(names.some(it => it.includes('alert(')), names.join());
		const links = await page.locator('#r-top .fn:visible').all();
		for (const link of links.slice(0, 6)) {
			const text = await link.textContent();
			await link.click();
			await until(async () => Boolean(await term(page)), true);
			assert.ok(await graph(page).locator('.hf-hit, .hf-holds').count() > 0 ||
				text.includes('all'), text);
		}
		assert.equal(await page.locator('img, main script:not([type])').count(), 0);
		for (const dump of await page.locator('.dump').all())
			await dump.click();
		await page.close();
	}
});
