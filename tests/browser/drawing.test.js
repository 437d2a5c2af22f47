/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is in the file: it fits, it is quick, and names stay text. */
'use strict';
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const pictures = require('./pictures.js');
const { svgs, open, frame, labels, widthOf, shoot } = require('./page.js');

before(() => {
	svgs.server = pictures.make('server', pictures.server, 1000);
	svgs.hostile = pictures.make('hostile', pictures.hostile);
	svgs.big = pictures.make('big', pictures.big(124000), 100);
	svgs.names = pictures.make('names', ['main;' +
		'deep::name<space::of, many>::Class<T>::method_that_matters(int) const 9']);
	svgs.fixed = pictures.make('fixed', pictures.server, 0, 900);
	svgs.empty = pictures.make('empty', []);
	svgs.all = pictures.makeOfDump('all');
	svgs.looks = pictures.makeOfDump('looks', '--fontsize', '20', '--fonttype',
		'Georgia, serif', '--bgcolors', 'blue');
});

test('an address from elsewhere does no harm', async () => {
	for (const hash of ['#z=1.2.3&s=%28&p=zz', '#%E0%A4%A', '#z=....&l=icicle',
		'#s=%3Cscript%3Ealert(1)%3C/script%3E']) {
		const page = await open('server', { hash });
		assert.ok((await labels(page)).includes('all'));
		await page.close();
	}
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
		await shoot(page, `server-${width}`);
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

test('124,000 frames: small, and opened, zoomed and searched in no time', async t => {
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
			}), jumps: timed(() => {
				for (let i = 0; i < 10; i++)
					key('n');
			}) };
	});
	t.diagnostic(`${size} bytes; ms: ${JSON.stringify(times)}`);
	/*
	 * tests/bench/pages.sh measures it: the aims are 500, 50, 50 and 50 ms. Here
	 * the machine may have ten things to do; what is not linear is still found.
	 */
	assert.ok(times.load < 10000, `load ${times.load} ms`);
	for (const what of ['zoom', 'unzoom', 'search', 'jumps'])
		assert.ok(times[what] < 2000, `${what} ${times[what]} ms`);
	await page.close();
});

test('a font and a ground that were asked for, in a dark system, too', async () => {
	const page = await open('looks', { colorScheme: 'dark' });
	const style = (place, name) => page.locator(place).first().evaluate(
		(e, what) => getComputedStyle(e)[what], name);
	assert.equal(await style('.hf-view text', 'fontSize'), '20px');
	assert.match(await style('.hf-view text', 'fontFamily'), /^Georgia, serif$/);
	assert.equal(await style('.hf-app', 'backgroundColor'), 'rgb(224, 224, 255)');
	assert.equal(await style('.hf-app', 'color'), 'rgb(43, 29, 20)');
	const rows = await page.locator('.hf-view rect[data-n]').evaluateAll(all =>
		[...new Set(all.map(e => Number(e.getAttribute('y'))))].sort((a, b) => a - b));
	assert.equal(rows[1] - rows[0], 25);
	/* A label ends where its frame does. */
	for (const text of await page.locator('.hf-view text').all()) {
		const [right, end] = await text.evaluate(e => [e.getBoundingClientRect().right,
			e.previousSibling.getBoundingClientRect().right]);
		assert.ok(right <= end + 1, await text.textContent());
	}
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
