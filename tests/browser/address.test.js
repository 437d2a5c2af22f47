/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report page's address: what a reader does inside its graphs is in it, so
 * that a link shows it again, and each step of theirs is one step back.
 */
'use strict';
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const pictures = require('./pictures.js');
const { make, folded, series, open, graph, labels, until, term } =
	require('./report.js');

before(() => {
	make('server', folded('server', pictures.server));
	const dir = series('run', 8, ['one.so', 'two.so', 'three.so']);
	make('run', dir);
	make('since', '--base', path.join(dir, 'h.77-18c0000.1.t1.heap'), dir);
});

const hashOf = page => new URL(page.url()).hash;
const wordsOf = page => new URLSearchParams(hashOf(page).slice(1));
const steps = page => page.evaluate(() => history.length);
const zoomText = (page, place = '#r-graph') => page.frameLocator(`${place} iframe`)
	.locator('#hf-zoom').textContent();
const isZoomedTo = (page, name, place) => until(async () =>
	(await zoomText(page, place)).startsWith(`zoomed to ${name}:`), true);
const isWhole = (page, place) => until(async () =>
	/^\d+ frames|^change/.test(await zoomText(page, place)), true);

async function clickFrame(page, label, place = '#r-graph') {
	await page.locator(`${place} iframe`).scrollIntoViewIfNeeded();
	await page.frameLocator(`${place} iframe`).locator('.hf-view').locator(
		`xpath=.//*[local-name()="text"][.="${label}"]/preceding-sibling::*[1]`)
		.first().click({ position: { x: 3, y: 3 } });
}

test('a zoom in the graph is in the address, and a link shows it', async () => {
	const page = await open('server');
	await isWhole(page);
	assert.equal(hashOf(page), '');
	const begin = await steps(page);
	await clickFrame(page, 'parse');
	await isZoomedTo(page, 'parse');
	await until(() => wordsOf(page).has('z'), true);
	assert.equal(await steps(page), begin + 1);
	const hash = hashOf(page);
	await page.reload();
	await isZoomedTo(page, 'parse');
	assert.equal(hashOf(page), hash);
	assert.equal(await steps(page), begin + 1);
	const again = await open('server', { hash });
	await isZoomedTo(again, 'parse');
	await again.close();
	await page.close();
});

test('one step of the reader is one step back, and forward', async () => {
	const page = await open('server');
	await isWhole(page);
	const begin = await steps(page), seen = [hashOf(page)];
	for (const name of ['serve', 'parse', 'string_dup']) {
		await clickFrame(page, name);
		await isZoomedTo(page, name);
		await until(() => seen.includes(hashOf(page)), false);
		seen.push(hashOf(page));
	}
	assert.equal(await steps(page), begin + 3);
	for (const [at, name] of [[2, 'parse'], [1, 'serve'], [0, '']]) {
		await page.goBack();
		await (name ? isZoomedTo(page, name) : isWhole(page));
		assert.equal(hashOf(page), seen[at]);
	}
	for (const [at, name] of [[1, 'serve'], [2, 'parse'], [3, 'string_dup']]) {
		await page.goForward();
		await isZoomedTo(page, name);
		assert.equal(hashOf(page), seen[at]);
	}
	/* Fast ones are not mixed up. */
	await page.evaluate(() => { history.back(); history.go(-1); });
	await until(() => hashOf(page), seen[1]);
	await isZoomedTo(page, 'serve');
	await new Promise(done => setTimeout(done, 300));
	assert.deepEqual([hashOf(page), await steps(page)], [seen[1], begin + 3]);
	await page.close();
});

test('the search and all switches of the graph are in the address', async () => {
	const page = await open('run');
	await isWhole(page);
	const begin = await steps(page);
	const tool = graph(page);
	await tool.locator('#hf-search').fill('two;one');
	await until(() => wordsOf(page).get('s'), 'two;one');
	assert.equal(await steps(page), begin); /* no step a letter */
	await tool.locator('#hf-flip').click();
	await until(() => wordsOf(page).get('l'), 'icicle');
	await tool.locator('#hf-metric').selectOption({ label: 'inuse, objects' });
	await until(() => wordsOf(page).get('m'), 'inuse_objects');
	await tool.locator('#hf-colors').selectOption('kind');
	await until(() => wordsOf(page).get('k'), 'kind');
	await tool.locator('#hf-callers').click();
	await until(() => wordsOf(page).get('v'), 'callers');
	const hash = hashOf(page);
	assert.equal(await steps(page), begin + 2); /* the metric, the callers */
	const again = await open('run', { hash });
	await until(() => term(again), 'two;one');
	for (const [name, value] of [['metric', 'inuse_objects'], ['colors', 'kind']])
		assert.equal(await graph(again).locator('#hf-' + name).evaluate(
			(e, words) => e.value === words || e.selectedOptions[0]
				.textContent.replace(', ', '_') === words, value), true, name);
	for (const name of ['flip', 'callers'])
		assert.equal(await graph(again).locator('#hf-' + name).getAttribute(
			'aria-pressed'), 'true', name);
	await again.close();
	await page.goBack();
	await until(() => wordsOf(page).get('v'), null);
	await until(() => tool.locator('#hf-callers').getAttribute('aria-pressed'), 'false');
	await clickFrame(page, '[two.so+0x20]');
	await tool.locator('#hf-pivot').click();
	await until(() => wordsOf(page).has('f'), true);
	await until(async () => /^callers above/.test(await zoomText(page)), true);
	await page.goBack();
	await isZoomedTo(page, '[two.so+0x20]');
	await page.close();
});

test('a moment and the zoom into it are one address', async () => {
	const page = await open('run');
	await isWhole(page);
	const begin = await steps(page);
	await page.locator('.dump').nth(2).click();
	await until(async () => (await labels(page)).includes('[three.so+0x20]'), true);
	await clickFrame(page, '[three.so+0x20]');
	await isZoomedTo(page, '[three.so+0x20]');
	await until(() => wordsOf(page).has('z') && wordsOf(page).has('at'), true);
	assert.equal(await steps(page), begin + 2);
	const hash = hashOf(page);
	await page.goBack();
	await isWhole(page);
	assert.equal(await page.locator('.dump').nth(2).getAttribute('aria-pressed'), 'true');
	await page.goBack();
	await until(async () => (await labels(page)).includes('[three.so+0x20]'), false);
	assert.equal(await page.locator('.dump[aria-pressed=true]').count(), 0);
	await page.goForward();
	await page.goForward();
	await isZoomedTo(page, '[three.so+0x20]');
	assert.equal(await steps(page), begin + 2);
	const again = await open('run', { hash });
	await isZoomedTo(again, '[three.so+0x20]');
	await until(() => again.locator('#r-what').textContent(), 'What lived at 3.0 s');
	await again.close();
	await page.close();
});

test('a place in the page remembers what the graph showed', async () => {
	const page = await open('server');
	await isWhole(page);
	await clickFrame(page, 'serve');
	await isZoomedTo(page, 'serve');
	await page.locator('nav a', { hasText: 'Functions' }).click();
	assert.equal(hashOf(page), '#functions');
	await page.locator('#r-top .fn', { hasText: 'reply' }).click();
	await until(() => term(page), '^reply$');
	assert.equal(await page.locator('#r-top tr.here .fn').textContent(), 'reply');
	await page.goBack();
	await isZoomedTo(page, 'serve');
	await until(() => term(page), '');
	assert.equal(hashOf(page), '#functions');
	assert.equal(await page.locator('#r-top tr.here').count(), 0);
	await page.reload();
	await isZoomedTo(page, 'serve');
	await page.close();
	const linked = await open('server', { hash: '#functions' });
	await isWhole(linked);
	await linked.close();
});

test('both graphs are in one address, each with its own words', async () => {
	const page = await open('since');
	await isWhole(page);
	await isWhole(page, '#r-change');
	const begin = await steps(page);
	await clickFrame(page, '[two.so+0x20]');
	await isZoomedTo(page, '[two.so+0x20]');
	await clickFrame(page, '[one.so+0x20]', '#r-change');
	await isZoomedTo(page, '[one.so+0x20]', '#r-change');
	await until(() => wordsOf(page).has('diff'), true);
	assert.equal(await steps(page), begin + 2);
	const hash = hashOf(page);
	await page.goBack();
	await isWhole(page, '#r-change');
	await isZoomedTo(page, '[two.so+0x20]');
	await page.goBack();
	await isWhole(page);
	await page.goForward();
	await page.goForward();
	await isZoomedTo(page, '[one.so+0x20]', '#r-change');
	assert.equal(hashOf(page), hash);
	await page.close();
	const again = await open('since', { hash });
	await isZoomedTo(again, '[two.so+0x20]');
	await isZoomedTo(again, '[one.so+0x20]', '#r-change');
	await again.close();
});

test('words from anywhere but its own graphs are not heard', async () => {
	const page = await open('server');
	await isWhole(page);
	await page.evaluate(() => new Promise(done => {
		window.addEventListener('message', ({ data }) => data === 'end' && done());
		for (const data of [{ words: 's=mine', isStep: true }, null, 7, 'end'])
			window.postMessage(data, '*');
	}));
	assert.equal(hashOf(page), '');
	/* From its graph, but no words; then words that are the page's own. */
	const frame = page.frames().find(it => it.url().startsWith('blob:'));
	await frame.evaluate(() => {
		for (const data of [null, 's=x', { words: 5 }, { words: 's=' +
			'x'.repeat(200000) }, { words: 'at=1&diff=a&s=heard', isStep: 1 }])
			window.parent.postMessage(data, '*');
	});
	await until(() => hashOf(page), '#s=heard');
	assert.equal(await term(page), '');
	await page.close();
});

test('a frame keeps the address that it was made with', async () => {
	const page = await open('server', { hash: '#s=%5Ereply%24&c=1' });
	await until(() => term(page), '^reply$');
	const inner = await page.locator('#r-graph iframe').getAttribute('src');
	await graph(page).locator('#hf-clear').click();
	await until(() => hashOf(page), '#c=1');
	assert.equal(await page.locator('#r-graph iframe').getAttribute('src'), inner);
	await page.close();
});
