/* SPDX-License-Identifier: Apache-2.0 */
/* The flame graph in a real browser: what a reader does, and what the page then
 * shows. */
'use strict';
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const pictures = require('./pictures.js');
const { svgs, open, frame, labels, term, widthOf, card, zoomText } =
	require('./page.js');

before(() => {
	svgs.server = pictures.make('server', pictures.server, 1000);
	svgs.exact = pictures.make('exact', pictures.server);
	svgs.crowd = pictures.make('crowd', pictures.crowd);
});

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

test('n and N go from match to match, also into pools and back', async () => {
	const page = await open('server');
	const cursor = () => page.locator('#hf-cursor').getAttribute('aria-label');
	await page.locator('#hf-search').fill('small_|reply|deep');
	assert.equal(await labels(page).then(all => all.includes('small_0')), false);
	await page.locator('#hf-search').press('Enter');
	assert.match(await cursor(), /^reply: /);
	const seen = [];
	for (let i = 0; i < 20; i++) {
		await page.keyboard.press('n');
		seen.push((await cursor()).replace(/:.*/, ''));
		/* There it is, wide enough to be seen. */
		assert.ok(await widthOf(page.locator('#hf-cursor')) >= 4, seen.at(-1));
	}
	assert.deepEqual(seen, Array.from({ length: 10 },
		(_, i) => ['small_' + i, 'deep']).flat());
	assert.match(await zoomText(page), /^zoomed to .* in serve/);
	/* Round: back to where it began. */
	await page.keyboard.press('n');
	assert.match(await cursor(), /^reply: /);
	await page.keyboard.press('N');
	assert.match(await cursor(), /^deep: /);
	await page.keyboard.press('N');
	assert.match(await cursor(), /^small_9: /);
	await page.reload();
	assert.ok((await labels(page)).includes('small_9'));
	await page.close();
});

test('whoever has zoomed is led through that zoom only', async () => {
	const page = await open('server');
	const cursor = () => page.locator('#hf-cursor').getAttribute('aria-label');
	await frame(page, 'parse').click();
	await page.locator('#hf-search').fill('parse|reply|small');
	for (const expected of [/^parse: 488/, /^parse: 195/, /^parse: 488/]) {
		await page.locator('#hf-search').press('Enter');
		assert.match(await cursor(), expected);
		await page.locator('#hf-search').focus();
	}
	await page.close();
});

test('a jump into a crowd, callers and a pivot', async () => {
	const page = await open('crowd');
	await page.locator('#hf-search').fill('f_19999|f_00042');
	await page.locator('#hf-search').press('Enter');
	for (const name of ['f_00042', 'f_19999', 'f_00042']) {
		assert.equal((await page.locator('#hf-cursor').getAttribute('aria-label'))
			.replace(/:.*/, ''), name);
		assert.ok(await widthOf(page.locator('#hf-cursor')) >= 3.9, name);
		await page.keyboard.press('n');
	}
	await page.close();
	const turned = await open('server', { hash: '#v=callers' });
	await turned.locator('#hf-search').fill('small_3$');
	await turned.locator('#hf-search').press('Enter');
	const place = turned.locator('#hf-cursor');
	assert.match(await place.getAttribute('aria-label'), /^small_3: /);
	await turned.keyboard.press('n');
	assert.match(await place.getAttribute('aria-label'), /^small_3: /);
	await turned.keyboard.press('Escape');
	await turned.keyboard.press('Escape');
	await frame(turned, 'reply').click({ modifiers: ['Shift'] });
	await turned.locator('#hf-search').fill('main|reply');
	for (const name of [/^reply: /, /^main: /, /^reply: /]) {
		await turned.locator('#hf-search').press('Enter');
		assert.match(await place.getAttribute('aria-label'), name);
	}
	await turned.close();
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

