/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switches of the page: another metric, another order, other colours, one
 * function's callers and callees. pictures.js has the figures of `all`.
 */
'use strict';
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const pictures = require('./pictures.js');
const { svgs, open, frame, labels, widthOf, card, found, zoomText, shoot } =
	require('./page.js');

before(() => {
	svgs.all = pictures.makeOfDump('all');
	svgs.callers = pictures.makeOfDump('callers', '--reverse', '--inverted',
		'--metric', 'alloc_space', '--colors', 'kind', '--nametype', 'Function:',
		'--notes', 'seen on <Tuesday>', '--title', 'Of <all>');
	svgs.server = pictures.make('server', pictures.server, 1000);
});

const pick = (page, name, value) => page.locator('#hf-' + name).selectOption(value);
const pressed = (page, name) => page.locator('#hf-' + name)
	.getAttribute('aria-pressed');
const fillOf = rect => rect.evaluate(e => getComputedStyle(e).fill);
const hashOf = page => page.url().slice(page.url().indexOf('#'));

/* Share of the root's width, in percent with a decimal. */
async function shareOf(page, name, n = 0) {
	return (100 * await widthOf(frame(page, name, n)) /
		await widthOf(page.locator('.hf-view svg'))).toFixed(1);
}

test('every metric of the file is in the page, and in the address', async () => {
	const page = await open('all');
	const names = await page.locator('#hf-metric option').allTextContents();
	assert.deepEqual(names, ['inuse, bytes', 'inuse, objects', 'alloc, bytes',
		'alloc, objects', 'peak, bytes', 'peak, objects', 'temp, bytes',
		'temp, objects']);
	/* A program that ended shows its peak: 20,000. */
	assert.match(await page.locator('header p').textContent(), /^peak_space: 19\.5 KiB/);
	assert.equal(await shareOf(page, 'scratch'), '40.0');
	await pick(page, 'metric', 'inuse, bytes');
	assert.match(await page.locator('header p').textContent(), /^inuse_space: 9\.8 KiB/);
	assert.ok(!(await labels(page)).includes('scratch'));
	assert.equal(await shareOf(page, 'init'), '65.0');
	await pick(page, 'metric', 'alloc, objects');
	assert.equal(await shareOf(page, 'scratch'), '50.0');
	await frame(page, 'scratch').hover();
	assert.match(await card(page).innerText(),
		/80 objects, exact[^]*50\.0 % of all[^]*7\.8 KiB[^]*mean size\s+100 B/);
	assert.match(hashOf(page), /m=alloc_objects/);
	const again = await open('all', { hash: hashOf(page) });
	assert.equal(await shareOf(again, 'scratch'), '50.0');
	await again.keyboard.press('m');
	assert.match(await again.locator('header p').textContent(), /^peak_space/);
	await again.keyboard.press('M');
	await again.keyboard.press('M');
	assert.match(await again.locator('header p').textContent(), /^alloc_space/);
	await again.close();
	await page.close();
});

test('hover says how long what was freed had lived', async () => {
	const page = await open('all', { hash: '#m=alloc_space' });
	await frame(page, 'scratch').hover();
	assert.match(await card(page).innerText(), /mean lifetime\s+5\.0 µs of 80 freed/);
	await frame(page, 'init').hover();
	assert.doesNotMatch(await card(page).innerText(), /lifetime/);
	await page.close();
});

test('a zoom stays where it is in another metric', async () => {
	const page = await open('all', { hash: '#m=alloc_space' });
	await frame(page, 'reply').click();
	assert.match(await zoomText(page), /^zoomed to reply: 9\.3 KiB, 31\.7 % of all/);
	await page.keyboard.press('m');
	assert.match(await zoomText(page), /^zoomed to reply: 19 objects, 11\.9 % of all/);
	await page.goBack();
	await page.waitForFunction(() =>
		document.querySelector('#hf-zoom').textContent.includes('9.3 KiB'));
	await page.close();
});

test('callers: what holds memory first, those that called it on it', async () => {
	const page = await open('all', { hash: '#m=alloc_space' });
	await page.keyboard.press('c');
	assert.equal(await pressed(page, 'callers'), 'true');
	/* 4,000 + 2,000 + 9,500 of 30,000 end in xmalloc. */
	assert.equal(await shareOf(page, 'xmalloc'), '51.7');
	assert.equal(await shareOf(page, 'node_new'), '51.7');
	assert.equal(await shareOf(page, 'reply'), '31.7');
	assert.equal(await shareOf(page, 'scratch'), '26.7');
	const y = async name => (await frame(page, name).boundingBox()).y;
	assert.ok(await y('reply') < await y('node_new'));
	/* Each row adds up to what is below it: here 15,500. */
	const widths = await Promise.all([0, 1].map(async () =>
		await widthOf(frame(page, 'parse')) + await widthOf(frame(page, 'reply'))));
	assert.ok(Math.abs(widths[0] - await widthOf(frame(page, 'node_new'))) < .03);
	await frame(page, 'node_new').click();
	assert.match(hashOf(page), /v=callers/);
	const again = await open('all', { hash: hashOf(page) });
	assert.deepEqual(await labels(again), await labels(page));
	assert.match(await zoomText(again), /^zoomed to node_new: 15\.1 KiB, 51\.7 %/);
	await again.close();
	await page.close();
});

test('merged recursion: a call of what is open leads back to it', async () => {
	const page = await open('all', { hash: '#m=inuse_space' });
	assert.equal((await labels(page)).filter(name => name === 'parse').length, 2);
	await page.keyboard.press('u');
	assert.equal(await pressed(page, 'merge'), 'true');
	const shown = await labels(page);
	assert.equal(shown.filter(name => name === 'parse').length, 1);
	/* read called only parse: nothing is left of its own. */
	assert.ok(!shown.includes('read'));
	assert.equal(await shareOf(page, 'parse'), '30.0');
	/* 1,000 and 2,000, on parse now both. */
	assert.equal(await shareOf(page, 'node_new'), '30.0');
	assert.match(hashOf(page), /r=merged/);
	await page.keyboard.press('u');
	assert.equal((await labels(page)).filter(name => name === 'parse').length, 2);
	await page.close();
});

test('wrappers are shown grey, or folded into what called them', async () => {
	const page = await open('all');
	assert.match(await frame(page, 'xmalloc').getAttribute('class'), /hf-wrap/);
	await page.keyboard.press('w');
	assert.ok(!(await labels(page)).includes('xmalloc'));
	await frame(page, 'node_new').hover();
	assert.doesNotMatch(await card(page).innerText(), /of its own/);
	assert.match(hashOf(page), /w=folded/);
	await page.keyboard.press('c');
	/* What is charged is the leaf now. */
	assert.equal(await shareOf(page, 'node_new'), '27.5');
	await page.close();
});

test('pivot: callers above, callees below, in one picture', async () => {
	const page = await open('all', { hash: '#m=alloc_space' });
	await frame(page, 'node_new').click({ modifiers: ['Shift'] });
	assert.match(await zoomText(page),
		/^callers above, callees below node_new: 15\.1 KiB, 51\.7 % of all$/);
	const y = async (name, n) => (await frame(page, name, n).boundingBox()).y;
	assert.equal((await labels(page)).filter(name => name === 'node_new').length, 1);
	assert.ok(await y('xmalloc') > await y('node_new'));
	assert.ok(await y('reply') < await y('node_new'));
	assert.ok(await y('serve') < await y('reply'));
	/* 9,500 of 15,500 came by reply, 6,000 by parse. */
	assert.equal(await shareOf(page, 'reply'), '61.3');
	assert.equal(await shareOf(page, 'parse'), '38.7');
	await shoot(page, 'pivot');
	await frame(page, 'reply').click();
	assert.match(await zoomText(page), /^zoomed to reply: 9\.3 KiB, 31\.7 % of all/);
	const again = await open('all', { hash: hashOf(page) });
	assert.deepEqual(await labels(again), await labels(page));
	await again.keyboard.press('r');
	assert.match(await zoomText(again), /^12 frames|^\d+ frames/);
	await again.close();
	await page.close();
});

test('pivot on a function that calls itself counts it once', async () => {
	const page = await open('all', { hash: '#m=inuse_space' });
	await frame(page, 'parse').click({ modifiers: ['Shift'] });
	assert.match(await zoomText(page), /parse: 2\.9 KiB, 30\.0 % of all$/);
	await page.close();
});

test('colours by module, by kind, memory greens; wrappers stay grey', async () => {
	const page = await open('all');
	const before = await fillOf(frame(page, 'init'));
	await pick(page, 'colors', 'mem');
	const [r, g, b] = (await fillOf(frame(page, 'init'))).match(/\d+/g).map(Number);
	assert.ok(g > r && g > b, 'green');
	assert.notEqual(before, `rgb(${r}, ${g}, ${b})`);
	await pick(page, 'colors', 'kind');
	assert.match(await page.locator('#hf-legend').textContent(),
		/program.*allocation wrappers/);
	assert.equal(await fillOf(frame(page, 'init')), await fillOf(frame(page, 'serve')));
	assert.match(hashOf(page), /k=kind/);
	await page.keyboard.press('k');
	assert.equal(await page.locator('#hf-colors').evaluate(e => e.value), 'name');
	assert.equal(await fillOf(frame(page, 'init')), before);
	assert.equal(await page.locator('#hf-legend').textContent(), '');
	await page.close();
});

test('several terms have a colour each, and are counted together', async () => {
	const page = await open('all', { hash: '#m=alloc_space' });
	await page.keyboard.press('/');
	await page.keyboard.type('reply; INIT; node');
	assert.match(await found(page), /^reply: 31\.7 %init: 21\.7 %|reply: 31\.7 %INIT: 21\.7 %/);
	/* reply lies below a node_new: 9,500 + 6,500 + 6,000. */
	assert.match(await found(page), /together 21\.5 KiB matched, 73\.3 % of all/);
	const fills = await Promise.all(['reply', 'init', 'node_new'].map(name =>
		fillOf(frame(page, name))));
	assert.equal(new Set(fills).size, 3);
	await page.keyboard.press('Enter');
	await frame(page, 'reply').click();
	assert.match(await found(page), /reply: 100\.0 %/);
	const again = await open('all', { hash: hashOf(page) });
	assert.equal(await found(again), await found(page));
	await again.close();
	await page.close();
});

test('matches are counted by stack among callers, too', async () => {
	const page = await open('all', { hash: '#m=alloc_space&v=callers' });
	await page.keyboard.press('/');
	await page.keyboard.type('reply');
	assert.match(await found(page), /31\.7 % of all/);
	await page.locator('#hf-search').press('Enter');
	await frame(page, 'node_new').click();
	/* 9,500 of 15,500. */
	assert.match(await found(page), /31\.7 % of all, 61\.3 % of the zoom/);
	await page.close();
});

test('all switches by keyboard alone', async () => {
	const page = await open('all', { hash: '#m=alloc_space' });
	await page.locator('.hf-view svg').focus();
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('ArrowUp');
	const cursor = () => page.locator('#hf-cursor').getAttribute('aria-label');
	assert.match(await cursor(), /^serve: /);
	await page.keyboard.press('p');
	assert.match(await zoomText(page), /callees below serve/);
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	assert.match(await cursor(), /^reply: |^parse: /);
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('ArrowUp');
	assert.match(await cursor(), /^main: /);
	await page.keyboard.press('Enter');
	assert.match(await zoomText(page), /^zoomed to main/);
	await page.keyboard.press('Backspace');
	assert.match(await zoomText(page), /callees below serve/);
	await page.keyboard.press('Backspace');
	assert.match(await zoomText(page), /frames/);
	/* A list of choices keeps its keys. */
	await page.locator('#hf-metric').focus();
	await page.keyboard.press('ArrowDown');
	assert.equal(await page.locator('#hf-cursor').count(), 0);
	assert.match(await page.locator('header p').textContent(), /^alloc_objects/);
	await page.locator('#hf-flip').focus();
	await page.keyboard.press('Enter');
	assert.equal(await pressed(page, 'flip'), 'true');
	await page.close();
});

test('roles and names for those who do not see it', async () => {
	const page = await open('all');
	for (const [role, name] of [['combobox', /widths/], ['combobox', /colours/],
		['button', /upside down/], ['button', /callers on it/], ['toolbar', /View/],
		['textbox', /Search/], ['tree', /./]])
		assert.equal(await page.getByRole(role, { name }).count(), 1, `${role} ${name}`);
	await page.close();
});

test('what the command line chose is where the page begins', async () => {
	const page = await open('callers');
	assert.equal(await page.title(), 'Of <all>');
	assert.equal(await page.locator('.hf-notes').textContent(), 'seen on <Tuesday>');
	assert.equal(await pressed(page, 'callers'), 'true');
	assert.equal(await pressed(page, 'flip'), 'true');
	assert.equal(await page.locator('#hf-colors').evaluate(e => e.value), 'kind');
	assert.equal(await shareOf(page, 'xmalloc'), '51.7');
	await frame(page, 'scratch').hover();
	assert.match(await card(page).innerText(), /^Function: scratch\n/);
	/* Only what differs from the file stands in the address. */
	assert.doesNotMatch(page.url(), /[#&](m|l|v|k)=/);
	await page.keyboard.press('c');
	assert.match(hashOf(page), /v=flame/);
	await page.close();
});

for (const [name, hash, width, colorScheme] of [['flame', '', 1280, 'light'],
	['callers', '#v=callers&k=module', 700, 'dark'], ['merged', '#r=merged&k=mem', 700, 'light'],
	['search', '#s=parse;reply&m=alloc_objects', 1280, 'dark']])
	test(`${name} fits ${width} px, ${colorScheme}`, async () => {
		const page = await open('all', { hash, width, colorScheme });
		const right = await page.locator('.hf-app *').evaluateAll(all => Math.max(
			...all.map(e => e.getBoundingClientRect().right)));
		assert.ok(right <= width, `${right} px`);
		await shoot(page, name);
		await page.close();
	});
