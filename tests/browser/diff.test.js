/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of a difference: two panels to one scale, colours by the change of
 * all that stands on a frame, and what the page can do with them.
 */
'use strict';
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const pictures = require('./pictures.js');
const { svgs, open, frame, labels, widthOf, card, found, zoomText, shoot } =
	require('./page.js');

const OLD = ['main;init;table 100000', 'main;serve;parse;node_new 200000',
	'main;serve;parse;string_dup 150000', 'main;serve;reply;buffer 300000',
	'main;cache;entry 120000', 'main;legacy;import;row 90000'];
const NEW = ['main;init;table 101000', 'main;serve;parse;node_new 420000',
	'main;serve;parse;string_dup 170000', 'main;serve;reply;buffer 130000',
	'main;cache;entry 118000', 'main;index;word 61000'];

before(() => {
	svgs.plain = pictures.makeDifference('plain', OLD, NEW, '--countname', 'bytes');
	svgs.hostile = pictures.makeDifference('bad', pictures.hostile,
		[...pictures.hostile.map(line => line.replace(/1000$/, '3000')),
			'main;fine 5'], '--countname', 'bytes',
		'--title', '<script>alert(6)</script>');
	svgs.sampled = pictures.makeSampledDifference('sampled');
});

const fillOf = rect => rect.evaluate(e => getComputedStyle(e).fill);
const classOf = async rect => (await rect.getAttribute('class')).split(' ')[0];
const hashOf = page => page.url().slice(page.url().indexOf('#'));

test('both panels, to one scale', async () => {
	const page = await open('plain');
	const all = await widthOf(frame(page, 'all'));
	/* 1,000,000 now; 170,000 + 2,000 + 90,000 is held no more. */
	assert.ok(Math.abs(await widthOf(frame(page, 'now')) / all - 1e6 / 1.262e6) < .001);
	assert.ok(Math.abs(await widthOf(frame(page, 'gone and shrunk')) / all -
		.262e6 / 1.262e6) < .001);
	assert.ok(Math.abs(await widthOf(frame(page, 'row')) / all - .09e6 / 1.262e6) < .001);
	assert.equal(await frame(page, 'row').count(), 1);
	assert.equal(await frame(page, 'buffer').count(), 1);
	assert.equal((await labels(page)).filter(text => text === 'buffer').length, 2);
	assert.match(await page.locator('header p').textContent(),
		/^bytes: \+39\.1 KiB \(\+4\.2%\), from 937\.5 KiB to 976\.6 KiB · plain\.old\.folded → plain\.folded$/);
	assert.match(await zoomText(page), /^change: \+39\.1 KiB \(\+4\.17 %\); 24 frames$/);
	await shoot(page, 'diff-1280-light');
	await page.close();
});

test('a colour is the change of all that stands on a frame', async () => {
	const page = await open('plain');
	const expected = { node_new: 'hf-g3', parse: 'hf-g2', string_dup: 'hf-g2',
		entry: 'hf-same', table: 'hf-same', index: 'hf-g4', row: 'hf-s4',
		legacy: 'hf-s4', now: 'hf-g1' };
	for (const name in expected)
		assert.equal(await classOf(frame(page, name)), expected[name], name);
	/* In both panels: what of it is gone, and what it has become. */
	for (const [name, gone, now] of [['serve', 'hf-s3', 'hf-g1'],
		['buffer', 'hf-s3', 'hf-s3']])
		assert.deepEqual([await classOf(frame(page, name)),
			await classOf(frame(page, name, 1))], [gone, now], name);
	/* The line along a frame is what is more: 220,000 of node_new's 420,000. */
	const lines = await page.locator('.hf-view rect.hf-grown:not([visibility])')
		.evaluateAll(all => all.map(e => Number(e.getAttribute('width'))));
	const node = await widthOf(frame(page, 'node_new'));
	assert.ok(lines.some(w => Math.abs(w / node - 220 / 420) < .01), String(lines));
	/* It leaves "_" to be seen: a label's pixels end 3 below its base line. */
	const covered = await page.locator('.hf-view rect.hf-grown').evaluateAll(all =>
		all.filter(e => e.previousSibling.tagName === 'text').map(e =>
			e.getAttribute('y') - e.previousSibling.getAttribute('y')));
	assert.ok(covered.length > 2 && covered.every(d => d >= 3), String(covered));
	const seen = (await page.locator('#hf-legend').textContent());
	for (const words of ['gone', 'less than half', 'the same', 'doubled or more', 'new',
		'what is more'])
		assert.ok(seen.includes(words), words);
	await page.close();
});

test('hover says before, now and change', async () => {
	const page = await open('plain');
	await frame(page, 'node_new').hover({ position: { x: 20, y: 4 } });
	assert.match(await card(page).innerText(),
		/node_new[^]*change\s+\+214\.8 KiB \(\+110\.0 %\)[^]*before\s+195\.3 KiB[^]*now\s+410\.2 KiB[^]*42\.0 % of now/);
	await frame(page, 'row').hover();
	assert.match(await card(page).innerText(),
		/change\s+−87\.9 KiB, gone[^]*now\s+0 B[^]*of gone and shrunk/);
	await frame(page, 'gone and shrunk').hover();
	assert.match(await card(page).innerText(), /held no more/);
	await page.close();
});

test('zoom, search, icicle, keys and the address', async () => {
	const page = await open('plain');
	await frame(page, 'gone and shrunk').click();
	assert.match(await zoomText(page), /zoomed to gone and shrunk: 255\.9 KiB/);
	assert.ok(!(await labels(page)).includes('node_new'));
	const again = await open('plain', { hash: hashOf(page) });
	assert.match(await again.locator('#hf-zoom').textContent(), /gone and shrunk/);
	await again.keyboard.press('r');
	await again.keyboard.press('i');
	await again.locator('#hf-search').fill('buffer');
	/* 130,000 now and 170,000 that are gone. */
	assert.match(await found(again), /^293\.0 KiB matched, 23\.8 % of all, in 2 frames/);
	await again.close();
	/* What would add up other figures is not there, by key or address. */
	for (const name of ['metric', 'callers', 'merge', 'pivot'])
		assert.ok(await page.locator('#hf-' + name).isHidden(), name);
	await page.keyboard.press('r');
	const labelsBefore = await labels(page);
	for (const key of ['c', 'u', 'p', 'm'])
		await page.keyboard.press(key);
	await frame(page, 'parse').click({ modifiers: ['Shift'] });
	assert.deepEqual(await labels(page), labelsBefore);
	const forced = await open('plain', { hash: '#v=callers&r=merged&k=module' });
	assert.deepEqual(await labels(forced), labelsBefore);
	await forced.close();
	await page.close();
});

test('what may be chance is grey if wanted', async () => {
	const page = await open('sampled');
	assert.equal(await classOf(frame(page, 'little')), 'hf-g2');
	await frame(page, 'little').hover({ position: { x: 5, y: 4 } });
	assert.match(await card(page).innerText(), /±[^]*may be chance/);
	await page.locator('#hf-colors').selectOption('certain');
	assert.equal(await classOf(frame(page, 'little')), 'hf-chance');
	assert.equal(await classOf(frame(page, 'much')), 'hf-g3');
	assert.match(await page.locator('#hf-legend').textContent(), /may be chance/);
	const again = await open('sampled', { hash: hashOf(page) });
	assert.equal(await classOf(frame(again, 'little')), 'hf-chance');
	await shoot(again, 'diff-sampled');
	await again.close();
	await page.close();
});

/* Contrast of two rgb(...), as WCAG has it. */
function contrast(a, b) {
	const light = text => {
		const [r, g, b2] = text.match(/\d+/g).map(n => n / 255).map(c =>
			c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b2 + .05;
	};
	const [x, y] = [light(a), light(b)];
	return Math.max(x, y) / Math.min(x, y);
}

test('light and dark, wide and narrow, names can be read', async () => {
	for (const colorScheme of ['light', 'dark'])
		for (const width of [1280, 700]) {
			const page = await open('plain', { colorScheme, width });
			const ink = await fillOf(page.locator('.hf-view text').first());
			const fills = await page.locator('#hf-legend rect').evaluateAll(all =>
				all.map(e => [e.getAttribute('class'), getComputedStyle(e).fill]));
			for (const [name, fill] of fills)
				if (name !== 'hf-grown')
					assert.ok(contrast(fill, ink) >= 4.5, `${colorScheme} ${name}`);
			assert.equal(new Set(fills.map(f => f[1])).size, 10);
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <=
				window.innerWidth));
			await shoot(page, `diff-${width}-${colorScheme}`);
			await page.close();
		}
});

test('names that are markup stay text', async () => {
	const page = await open('hostile');
	assert.equal(await page.locator('h1').textContent(), '<script>alert(6)</script>');
	assert.equal(await page.locator('img, [onload], [onerror]').count(), 0);
	assert.ok((await labels(page)).some(text => /[<&"]/.test(text)));
	for (let n = 0; n < await page.locator('.hf-view rect[data-n]').count(); n++)
		await page.locator('.hf-view rect[data-n]').nth(n).dispatchEvent('pointermove');
	assert.equal(await page.locator('.hf-card img, .hf-card script').count(), 0);
	await page.close();
});
