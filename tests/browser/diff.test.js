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
	svgs.negated = pictures.makeDifference('negated', OLD, NEW, '--countname', 'bytes',
		'--negate');
	svgs.turned = pictures.makeDifference('turned', ['main;a;alloc 100000',
		'main;b;alloc 60000', 'main;f 100000', 'main;f;g;f 300000'],
	['main;b;alloc 90000', 'main;c;alloc 30000', 'main;f 300000',
		'main;f;g;f 100000'], '--countname', 'bytes');
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
	/* Of one metric there is none to choose. */
	assert.ok(await page.locator('#hf-metric').isHidden());
	await page.close();
});

/* [width in bytes, class, card] of a frame; its n-th. The whole is `all`. */
async function facts(page, name, all, n = 0) {
	const it = frame(page, name, n);
	await it.hover({ position: { x: 3, y: 3 } });
	const width = await widthOf(it) / await widthOf(frame(page, 'all')) * all;
	return [Math.round(width / 1000), await classOf(it), await card(page).innerText()];
}

/*
 * alloc: before 100 by a, 60 by b; now 0 by a, 90 by b, 30 by the new c. So it
 * holds 40 less, and of its 160 before 100 are gone.
 */
test('callers of what changed: both sides are added up, then compared', async () => {
	const page = await open('turned', { hash: '#v=callers' });
	const all = 820e3; /* 520 now, 300 gone */
	assert.deepEqual((await labels(page)).sort(), ['a', 'all', 'alloc', 'alloc', 'b', 'c',
		'f', 'f', 'f', 'f', 'g', 'g', 'gone and shrunk', 'main', 'main', 'main', 'main',
		'main', 'main', 'now']);
	const seen = [await facts(page, 'alloc', all, 0), await facts(page, 'alloc', all, 1)]
		.sort((a, b) => b[0] - a[0]);
	assert.deepEqual(seen.map(s => s.slice(0, 2)), [[120, 'hf-s2'], [100, 'hf-s4']]);
	assert.match(seen[0][2], /before\s+156\.3 KiB[^]*now\s+117\.2 KiB[^]*% of now/);
	assert.match(seen[1][2], /before\s+97\.7 KiB[^]*now\s+0 B[^]*% of gone/);
	assert.deepEqual((await facts(page, 'c', all)).slice(0, 2), [30, 'hf-g4']);
	assert.deepEqual((await facts(page, 'b', all)).slice(0, 2), [90, 'hf-g2']);
	assert.deepEqual((await facts(page, 'a', all)).slice(0, 2), [100, 'hf-s4']);
	assert.match(await zoomText(page),
		/^change: −39\.1 KiB \(−7\.14 %\); what holds memory, and callers on it$/);
	await page.close();
});

test('recursion merged: a function has the change of all its calls', async () => {
	const page = await open('turned');
	/* f;g;f: 300 before, 100 now in the inner f; the outer one 100 and 300. */
	assert.equal((await labels(page)).filter(text => text === 'f').length, 4);
	await page.keyboard.press('u');
	assert.equal((await labels(page)).filter(text => text === 'f').length, 2);
	const seen = [await facts(page, 'f', 820e3), await facts(page, 'f', 820e3, 1)]
		.sort((a, b) => b[0] - a[0]);
	assert.deepEqual(seen.map(s => s.slice(0, 2)), [[400, 'hf-same'], [200, 'hf-s3']]);
	assert.match(seen[0][2], /change\s+0 B[^]*before\s+390\.6 KiB[^]*now\s+390\.6 KiB/);
	await page.close();
});

test('a pivot has the frames of both panels, and counts each stack once', async () => {
	const page = await open('turned');
	await frame(page, 'alloc').click({ modifiers: ['Shift'] });
	assert.match(await zoomText(page),
		/^callers above, callees below alloc: 214\.8 KiB, .* change −39\.1 KiB \(−25\.0 %\)/);
	assert.deepEqual((await labels(page)).sort(),
		['a', 'alloc', 'b', 'c', 'main', 'main', 'main']);
	await frame(page, 'a').hover({ position: { x: 3, y: 3 } });
	assert.match(await card(page).innerText(), /−97\.7 KiB, gone[^]*of both sides/);
	assert.equal(await classOf(frame(page, 'a')), 'hf-s4');
	assert.equal(await classOf(frame(page, 'b')), 'hf-g2');
	const again = await open('turned', { hash: hashOf(page) });
	assert.deepEqual(await labels(again), await labels(page));
	await again.close();
	await page.keyboard.press('Escape');
	/* A panel is no function. */
	await frame(page, 'now').click({ modifiers: ['Shift'] });
	assert.match(await zoomText(page), /^zoomed to now/);
	await page.close();
});

test('each metric has its own difference, and its errors', async () => {
	const page = await open('sampled');
	const names = await page.locator('#hf-metric option').allTextContents();
	assert.ok(names.length >= 4, String(names));
	for (const metric of ['alloc_objects', 'inuse_objects']) {
		await page.locator('#hf-metric').selectOption(String(
			names.indexOf(metric.replace('_', ', '))));
		const said = pictures.difference('sampled', '--metric', metric);
		const words = await page.locator('header p').textContent();
		assert.ok(words.startsWith(metric + ': +'), words);
		const { delta, before: was, after } = said.rows.find(
			r => r.stack[0] === 'little');
		for (const view of ['flame', 'callers']) {
			await frame(page, 'little').hover({ position: { x: 5, y: 4 } });
			const text = await card(page).innerText();
			const number = re => Number(text.match(re)[1].replaceAll(',', ''));
			assert.equal(number(/before\s+([\d,]+) obj/), was.value, view);
			assert.equal(number(/now\s+([\d,]+) obj/), after.value);
			const half = number(/± ([\d,]+) obj/);
			assert.ok(Math.abs(half / (delta.value - delta.low) - 1) < .015, text);
			assert.match(text, /may be chance/);
			await page.keyboard.press('c');
		}
	}
	const again = await open('sampled', { hash: hashOf(page) });
	assert.match(await again.locator('header p').textContent(), /^inuse_objects: /);
	await again.close();
	/* By itself each, where frames are put together otherwise. */
	await page.keyboard.press('c');
	await page.locator('#hf-colors').selectOption('certain');
	assert.equal(await classOf(frame(page, 'little')), 'hf-chance');
	assert.equal(await classOf(frame(page, 'much')), 'hf-g3');
	await page.close();
});

test('negated: the widths are what was', async () => {
	const page = await open('negated');
	assert.equal(await classOf(frame(page, 'row')), 'hf-g4');
	assert.equal(await classOf(frame(page, 'node_new')), 'hf-s3');
	const legend = await page.locator('#hf-legend').textContent();
	assert.match(legend, /what is less/);
	await frame(page, 'node_new').hover({ position: { x: 20, y: 4 } });
	assert.match(await card(page).innerText(), /before\s+410\.2 KiB[^]*% of before/);
	await frame(page, 'before').hover();
	assert.match(await card(page).innerText(), /was held before/);
	assert.ok(await frame(page, 'new and grown').isVisible());
	const node = await widthOf(frame(page, 'node_new'));
	const lines = await page.locator('.hf-view rect.hf-grown:not([visibility])')
		.evaluateAll(all => all.map(e => Number(e.getAttribute('width'))));
	assert.ok(lines.some(w => Math.abs(w / node - 220 / 420) < .01), String(lines));
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
