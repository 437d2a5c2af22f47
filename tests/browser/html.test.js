/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report page in a real browser: what a reader does, and what the page then
 * shows.
 */
'use strict';
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const pictures = require('./pictures.js');
const { make, folded, series, open, graph, labels, column, until, term } =
	require('./report.js');

before(() => {
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
});

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

test('a table says which wrappers were called, and they are searched, too', async () => {
	make('many', '--countname', 'bytes', folded('many', [...pictures.server, ...Array.from({ length: 9 },
		(_, i) => `main;f_${i} 10`)]));
	const page = await open('many');
	const row = page.locator('#r-top tbody tr', { hasText: 'string_dup' });
	assert.equal(await row.locator('td.via').textContent(), 'xmalloc');
	await page.locator('#r-top-search').fill('^xmalloc$');
	assert.deepEqual(await page.locator('#r-top .fn:visible').allTextContents(),
		['string_dup']);
	await page.locator('#r-top th button', { hasText: 'Via' }).click();
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

test('words of the timeline keep within it, and off the bars', async () => {
	make('late', series('late', 21, ['one.so', 'two.so', 'three.so']));
	const page = await open('late', { width: 400 });
	const spans = page.locator('.chart span');
	assert.match((await spans.allTextContents()).join(), /20\.0 s/);
	for (const span of await spans.all())
		assert.ok(await span.evaluate(e => {
			const box = e.getBoundingClientRect();
			const chart = e.parentNode.getBoundingClientRect();
			return box.left >= chart.left - 1 && box.right <= chart.right + 1;
		}), await span.textContent());
	const words = await page.locator('.chart.rate span').boundingBox();
	const bars = await page.locator('.a-rate').boundingBox();
	assert.ok(bars.y >= words.y + words.height - 1);
	await page.close();
});

test('growth and what lives are told, and shown in the graph', async () => {
	const page = await open('run');
	assert.match(await page.locator('#growth').textContent(), /linear growth/);
	assert.equal(await page.locator('#r-leaks tbody tr').count(), 2);
	/* Which of them accumulates, the series alone can tell here. */
	assert.deepEqual(await page.locator('#r-leaks .age').allTextContents(),
		['still accumulating', '']);
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

test('the difference is a picture, too, in which its functions are found', async () => {
	const page = await open('since');
	const tool = page.frameLocator('#r-change iframe');
	await page.locator('#r-change iframe').scrollIntoViewIfNeeded();
	await until(async () => (await tool.locator('.hf-view text').allTextContents())
		.includes('now'), true);
	assert.match(await tool.locator('header p').textContent(), new RegExp(
		'^inuse_space: \\+683.6 KiB .* h\\.77-18c0000\\.1\\.t1\\.heap → run$'));
	assert.equal(await page.locator('#difference .drawn').isVisible(), false);
	await page.locator('#r-diff .fn').click();
	await until(() => tool.locator('#hf-search').evaluate(e => e.value),
		'^\\[one\\.so\\+0x20\\]$');
	await until(() => tool.locator('.hf-hit').count(), 1);
	assert.equal(await term(page), ''); /* not in the other graph */
	assert.equal(await page.locator('#r-diff tr.here').count(), 1);
	assert.equal(await page.locator('#r-top tr.here').count(), 0);
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

test('on paper the graphs are drawn, and what can be clicked is not there', async () => {
	const page = await open('since', { media: 'print', colorScheme: 'dark' });
	assert.deepEqual(await page.locator('.drawn svg').evaluateAll(all =>
		all.map(e => e.checkVisibility())), [true, true]);
	assert.equal(await page.locator('#difference .drawn').getByText('doubled or more')
		.isVisible(), true);
	/* Words of 12 of 900 units' height can be read on A4. */
	assert.deepEqual(await page.locator('.drawn svg').evaluateAll(all =>
		all.map(e => e.viewBox.baseVal.width)), [900, 900]);
	for (const selector of ['.hint', '.graph', '.dump', 'nav', '.tools', '.plain'])
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
