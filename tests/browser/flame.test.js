/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph in a real browser: what a reader does, and what the page then
 * shows. Any request beside the file itself, any dialog and any error in the
 * page fails the test that caused it.
 */
'use strict';
const { test, before, after, afterEach } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { chromium } = require('playwright-core');
const pictures = require('./pictures.js');

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update',
	'--disable-sync'];
const svgs = {};
let browser, troubles = [];

before(async () => {
	pictures.prepare();
	svgs.server = pictures.make('server', pictures.server, 1000);
	svgs.exact = pictures.make('exact', pictures.server);
	svgs.hostile = pictures.make('hostile', pictures.hostile);
	svgs.crowd = pictures.make('crowd', Array.from({ length: 20000 },
		(_, i) => `main;f_${String(i).padStart(5, '0')} 10`));
	svgs.big = pictures.make('big', pictures.big(124000), 100);
	svgs.names = pictures.make('names', ['main;' +
		'deep::name<space::of, many>::Class<T>::method_that_matters(int) const 9']);
	svgs.fixed = pictures.make('fixed', pictures.server, 0, 900);
	svgs.empty = pictures.make('empty', []);
	browser = await chromium.launch({ args: QUIET,
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
});

after(async () => {
	await browser?.close();
	pictures.remove();
});

afterEach(() => {
	const seen = troubles;
	troubles = [];
	assert.deepEqual(seen, []);
});

async function open(name, { hash = '', width = 1280, height = 800,
	colorScheme = 'light' } = {}) {
	const page = await browser.newPage({ viewport: { width, height }, colorScheme });
	const address = 'file://' + svgs[name];
	page.on('dialog', d => { troubles.push('dialog ' + d.message()); d.dismiss(); });
	page.on('pageerror', e => troubles.push('error ' + e.message));
	page.on('request', r => {
		if (!r.url().startsWith(address))
			troubles.push('request ' + r.url());
	});
	await page.goto(address + hash);
	return page;
}

/* The rectangle of the frame with that whole label; the n-th of them. */
const frame = (page, label, n = 0) => page.locator(
	`xpath=//*[local-name()="text"][.="${label}"]/preceding-sibling::*[1]`).nth(n);
const labels = page => page.locator('.hf-view text').allTextContents();
const term = page => page.locator('#hf-search').evaluate(e => e.value);
const widthOf = async rect => Number(await rect.getAttribute('width'));
const card = page => page.locator('#hf-card');

test('shows all frames that are wide enough', async () => {
	const page = await open('server');
	assert.deepEqual((await labels(page)).sort(), ['all', 'init', 'main', 'node_new',
		'parse', 'parse', 'reply', 'serve', 'string_dup', 'table_new', 'xmalloc']);
	assert.equal(await page.title(), 'Heap flame graph');
	assert.match(await page.locator('header p').textContent(),
		/^peak_space: 976\.6 KiB ± .* · server · 1,001 samples$/);
	/* Ten siblings of 100 bytes, each with one frame above it. */
	assert.match(await page.locator('#hf-zoom').textContent(),
		/^31 frames, 20 too narrow to draw/);
	const all = await widthOf(frame(page, 'all'));
	assert.ok(Math.abs(await widthOf(frame(page, 'reply')) - .399 * all) < .02);
	await page.close();
});

test('hover says name, bytes, error, shares, objects and place', async () => {
	const page = await open('server');
	assert.equal(await card(page).isVisible(), false);
	await frame(page, 'string_dup').hover();
	const text = await card(page).innerText();
	assert.match(text, /^string_dup\n/);
	assert.match(text, /src\/text\.c:10/);
	assert.match(text, /293\.0 KiB ± \d/);
	assert.match(text, /30\.0 % of all/);
	assert.match(text, /objects\s+3,000/);
	assert.match(text, /mean size\s+100 B/);
	await frame(page, 'xmalloc').hover();
	assert.match(await card(page).innerText(), /allocation wrapper/);
	await page.mouse.move(640, 40);
	assert.equal(await card(page).isVisible(), false);
	await page.close();
});

test('an exact profile is shown to the byte', async () => {
	const page = await open('exact');
	await frame(page, 'reply').hover();
	assert.match(await card(page).innerText(), /389\.6 KiB \(399,000 bytes\), exact/);
	await page.close();
});

test('click zooms, callers stay, reset brings all back', async () => {
	const page = await open('server');
	const full = await widthOf(frame(page, 'all'));
	await frame(page, 'string_dup').click();
	assert.deepEqual((await labels(page)).sort(),
		['all', 'main', 'parse', 'serve', 'string_dup', 'xmalloc']);
	for (const name of ['all', 'main', 'serve', 'parse', 'string_dup'])
		assert.equal(await widthOf(frame(page, name)), full);
	assert.match(await frame(page, 'main').getAttribute('class'), /hf-dim/);
	assert.doesNotMatch(await frame(page, 'string_dup').getAttribute('class'), /hf-dim/);
	assert.match(await page.locator('#hf-zoom').textContent(),
		/string_dup: 293\.0 KiB, 30\.0 % of all/);
	/* A click on a caller goes there. */
	await frame(page, 'serve').click();
	assert.ok((await labels(page)).includes('reply'));
	await frame(page, 'reply').hover();
	assert.match(await card(page).innerText(), /39\.9 % of all, 44\.3 % of the zoom/);
	await page.locator('#hf-reset').click();
	assert.equal((await labels(page)).length, 11);
	assert.equal(await page.locator('#hf-reset').isDisabled(), true);
	await page.close();
});

test('small frames are pooled, and a click on the pool shows them', async () => {
	const page = await open('server');
	await frame(page, 'serve').click();
	assert.ok((await labels(page)).length < 12);
	const pool = page.locator('rect.hf-pool');
	assert.equal(await pool.count(), 1);
	await pool.hover();
	assert.match(await card(page).innerText(), /^\(10 small, 1000 B\)/);
	await pool.click();
	const shown = await labels(page);
	for (let i = 0; i < 10; i++)
		assert.ok(shown.includes('small_' + i), 'small_' + i);
	await page.close();
});

test('a crowd of equal small frames can be walked through', async () => {
	const page = await open('crowd');
	let drawn = 0;
	for (let i = 0; i < 200 && !drawn; i++) {
		await page.locator('rect.hf-pool').first().click({ position: { x: 400, y: 5 } });
		drawn = (await labels(page)).filter(name => /^f_/.test(name)).length;
		const rects = await page.locator('.hf-view rect:not(.hf-pool)').count();
		if (rects > 50)
			break;
	}
	assert.ok(await page.locator('.hf-view rect:not(.hf-pool)').count() > 50);
	await page.close();
});

test('search highlights, and sums outermost matches only', async () => {
	const page = await open('server');
	await page.keyboard.press('/');
	await page.keyboard.type('PARSE');
	/* parse above parse counts once: 500,000 of 1,000,000. */
	assert.match(await page.locator('#hf-found').textContent(),
		/^488\.3 KiB matched, 50\.0 % of all, in 2 frames$/);
	assert.equal(await page.locator('rect.hf-hit').count(), 2);
	await page.locator('#hf-exact').click();
	assert.match(await page.locator('#hf-found').textContent(), /^0 B matched/);
	await page.locator('#hf-exact').click();
	await page.locator('#hf-search').fill('^(reply|init)$');
	assert.match(await page.locator('#hf-found').textContent(), /49\.9 % of all, in 2/);
	await page.locator('#hf-search').fill('deep');
	assert.match(await page.locator('#hf-found').textContent(),
		/^1000 B matched, 0\.10 % of all, in 10 frames$/);
	await page.locator('#hf-search').fill('(');
	assert.equal(await page.locator('#hf-search').getAttribute('aria-invalid'), 'true');
	assert.match(await page.locator('#hf-found').textContent(), /not a regular/);
	await page.locator('#hf-search').press('Escape');
	assert.equal(await term(page), '');
	assert.equal(await page.locator('#hf-found').textContent(), '');
	assert.equal(await page.locator('rect.hf-hit').count(), 0);
	await page.close();
});

test('a pool that hides matches is marked, shares follow the zoom', async () => {
	const page = await open('server');
	await frame(page, 'serve').click();
	await page.keyboard.press('Control+f');
	await page.keyboard.type('small_|reply');
	assert.equal(await page.locator('rect.hf-holds').count(), 1);
	assert.match(await page.locator('#hf-found').textContent(),
		/40\.0 % of all, 44\.4 % of the zoom, in 11 frames/);
	await page.close();
});

test('the address holds zoom and search, and a reload shows them', async () => {
	const page = await open('server');
	await frame(page, 'parse', 1).click();
	await page.keyboard.press('/');
	await page.keyboard.type('a+b|node');
	const address = page.url();
	assert.match(address, /#z=/);
	const seen = await labels(page);
	await page.close();

	const again = await open('server', { hash: address.slice(address.indexOf('#')) });
	assert.deepEqual(await labels(again), seen);
	assert.equal(await term(again), 'a+b|node');
	assert.equal(await again.locator('rect.hf-hit').count(), 1);
	await again.close();
});

test('the back button undoes a zoom', async () => {
	const page = await open('server');
	await frame(page, 'reply').click();
	await frame(page, 'serve').click();
	await page.goBack();
	await page.waitForFunction(() =>
		document.querySelector('#hf-zoom').textContent.includes('reply'));
	await page.goBack();
	await page.waitForFunction(() =>
		/^31 frames/.test(document.querySelector('#hf-zoom').textContent));
	await page.close();
});

test('an address from elsewhere does no harm', async () => {
	for (const hash of ['#z=1.2.3&s=%28&p=zz', '#%E0%A4%A', '#z=....&l=icicle',
		'#s=%3Cscript%3Ealert(1)%3C/script%3E']) {
		const page = await open('server', { hash });
		assert.ok((await labels(page)).includes('all'));
		await page.close();
	}
});

test('everything works with the keyboard', async () => {
	const page = await open('server');
	const cursor = () => page.locator('#hf-cursor').getAttribute('aria-label');
	await page.locator('.hf-view svg').focus();
	await page.keyboard.press('ArrowUp');
	assert.match(await cursor(), /^all: /);
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('ArrowUp');
	assert.match(await cursor(), /^serve: 878\.9 KiB, 90\.0 %/);
	await page.keyboard.press('ArrowRight');
	assert.match(await cursor(), /^init: /);
	await page.keyboard.press('ArrowLeft');
	await page.keyboard.press('ArrowUp');
	assert.match(await cursor(), /^parse: /);
	assert.equal(await card(page).isVisible(), true);
	await page.keyboard.press('Enter');
	assert.ok(!(await labels(page)).includes('reply'));
	await page.keyboard.press('ArrowDown');
	assert.match(await cursor(), /^serve: /);
	await page.keyboard.press('Backspace');
	assert.ok((await labels(page)).includes('reply'));
	await page.keyboard.press('r');
	assert.ok((await labels(page)).includes('init'));
	await page.keyboard.press('/');
	await page.keyboard.type('parse');
	await page.keyboard.press('Enter');
	assert.match(await cursor(), /^parse: /);
	await page.keyboard.press('n');
	assert.match(await cursor(), /^parse: .*20\.0 %/);
	await page.keyboard.press('Enter');
	await page.keyboard.press('Escape');
	assert.equal(await term(page), '');
	assert.ok(!(await labels(page)).includes('reply'));
	await page.keyboard.press('Escape');
	assert.ok((await labels(page)).includes('reply'));
	await page.keyboard.press('?');
	assert.equal(await page.locator('.hf-help').isVisible(), true);
	await page.close();
});

test('flipping puts the root on top', async () => {
	const page = await open('server');
	const y = async name => (await frame(page, name).boundingBox()).y;
	assert.ok(await y('all') > await y('reply'));
	await page.keyboard.press('i');
	assert.ok(await y('all') < await y('reply'));
	assert.match(page.url(), /l=icicle/);
	await page.close();
});

test('hostile names are text, and nothing of theirs runs', async () => {
	const page = await open('hostile');
	const rects = await page.locator('.hf-view rect').count();
	for (let i = 0; i < rects - 1; i++)
		await page.locator('.hf-view rect').nth(i).hover();
	await page.keyboard.press('/');
	await page.keyboard.type('.');
	await page.locator('#hf-search').press('Enter');
	assert.equal(await page.locator('rect.hf-hit').count(), pictures.hostile.length + 1);
	await page.locator('#hf-search').press('Escape');
	await frame(page, '__proto__').click();
	await page.keyboard.press('r');
	const name = '<script>alert(1)</script>';
	await page.keyboard.press('/');
	await page.keyboard.type('^<script>alert\\(1');
	await page.locator('#hf-search').press('Enter');
	assert.ok((await page.locator('#hf-card code').textContent()) === name);
	assert.equal(await page.locator('script').count(), 1);
	assert.equal(await page.locator('img').count(), 0);
	assert.doesNotMatch((await labels(page)).join(''), /[\u202e\x00-\x1f\x7f]/);
	await page.close();
});

for (const [width, colorScheme] of [[1280, 'light'], [700, 'dark'], [320, 'light']])
	test(`fits a window of ${width} px, ${colorScheme}`, async () => {
		const page = await open('server', { width, colorScheme });
		const boxes = await page.locator('.hf-view rect, .hf-view text').evaluateAll(
			all => all.map(e => e.getBoundingClientRect().right));
		assert.ok(Math.max(...boxes) <= width);
		const ground = await page.locator('.hf-app').evaluate(
			e => getComputedStyle(e).backgroundColor);
		assert.equal(ground, colorScheme === 'dark' ? 'rgb(23, 18, 15)'
			: 'rgb(255, 250, 245)');
		if (process.env.HEAPFLAME_SHOTS)
			await page.screenshot({ path:
				`${process.env.HEAPFLAME_SHOTS}/server-${width}.png` });
		await page.setViewportSize({ width: width + 200, height: 700 });
		await page.waitForFunction(w => Math.abs(document.querySelector(
			'.hf-view svg').getBoundingClientRect().width - w) < 40, width + 200);
		await page.close();
	});

test('no label is wider than its frame', async () => {
	const page = await open('big');
	const over = await page.evaluate(() =>
		[...document.querySelectorAll('.hf-view text')].filter(text =>
			text.getComputedTextLength() + 4 >
				Number(text.previousSibling.getAttribute('width'))).length);
	assert.equal(over, 0);
	await page.close();
});

test('a long name keeps its last component', async () => {
	for (const [width, label] of [[1280, 'deep::name<space::of, many>::Class<T>::' +
		'method_that_matters(int) const'], [480,
		'deep::name<space::of, many>::Class<T>::method_that_matters'],
	[240, /^deep::n.*\u2026.*method_that_matters$/]]) {
		const page = await open('names', { width });
		assert.match(' ' + (await labels(page)).join(' ') + ' ', label.source
			? RegExp(label.source.replace('^', ' ').replace('$', ' '))
			: RegExp(' ' + label.replace(/[()]/g, '\\$&') + ' '));
		await page.close();
	}
});

test('frames lie within their parents and keep to their shares', async () => {
	const page = await open('big');
	const bad = await page.evaluate(() => {
		const rows = new Map();
		for (const r of document.querySelectorAll('.hf-view rect[data-n]')) {
			const [x, y, w] = ['x', 'y', 'width'].map(a => +r.getAttribute(a));
			if (!rows.has(y))
				rows.set(y, []);
			rows.get(y).push([x, x + w]);
		}
		const ys = [...rows.keys()].sort((a, b) => b - a);
		let wrong = 0;
		for (let i = 0; i < ys.length; i++) {
			const row = rows.get(ys[i]).sort((a, b) => a[0] - b[0]);
			for (let k = 1; k < row.length; k++)
				wrong += row[k][0] < row[k - 1][1] - .02;
			if (i) {
				const below = rows.get(ys[i - 1]);
				wrong += row.filter(([l, r]) => !below.some(([bl, br]) =>
					l >= bl - .02 && r <= br + .02)).length;
			}
		}
		return wrong;
	});
	assert.equal(bad, 0);
	await page.close();
});

test('124,000 frames: small, and opened, zoomed and searched at once', async t => {
	const { size } = fs.statSync(svgs.big);
	assert.ok(size <= 3 << 20, `${size} bytes`);
	const page = await open('big');
	const frames = await page.locator('#hf-zoom').textContent();
	assert.ok(parseInt(frames.replaceAll(',', ''), 10) >= 124000, frames);
	const times = await page.evaluate(async () => {
		const load = performance.getEntriesByType('navigation')[0].duration;
		const timed = action => {
			const from = performance.now();
			action();
			document.querySelector('.hf-view svg').getBoundingClientRect();
			return Math.round(performance.now() - from);
		};
		const click = () => document.querySelectorAll('.hf-view rect')[3]
			.dispatchEvent(new MouseEvent('click', { bubbles: true }));
		const key = k => dispatchEvent(new KeyboardEvent('keydown', { key: k }));
		const input = document.querySelector('#hf-search');
		return { load: Math.round(load), zoom: timed(click),
			unzoom: timed(() => key('r')), search: timed(() => {
				input.value = 'method_1';
				input.dispatchEvent(new Event('input'));
			}) };
	});
	t.diagnostic(`${size} bytes; ms: ${JSON.stringify(times)}`);
	/* The aims are 500, 50, 50 and 50 ms; a busy machine gets some more. */
	assert.ok(times.load < 1500, `load ${times.load} ms`);
	for (const what of ['zoom', 'unzoom', 'search'])
		assert.ok(times[what] < 300, `${what} ${times[what]} ms`);
	await page.close();
});

test('a width that was asked for is kept', async () => {
	const page = await open('fixed');
	assert.equal(await widthOf(page.locator('.hf-view svg')), 900);
	await page.close();
});

test('an empty profile says so, without a script', async () => {
	const page = await open('empty');
	assert.match(await page.locator('text').allTextContents().then(a => a.join(' ')),
		/no sample at all.*--sample 1/);
	await page.close();
});

test('xmllint accepts and rsvg-convert renders every picture', () => {
	for (const name in svgs) {
		execFileSync('xmllint', ['--noout', '--nonet', svgs[name]]);
		const png = execFileSync('rsvg-convert', [svgs[name]], { maxBuffer: 1 << 28 });
		assert.ok(png.length > 5000, name);
	}
});
