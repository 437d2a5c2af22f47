/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under a strict Content-Security-Policy, as a site serves the files of others:
 * without scripts the static picture shows all that it has, with scripts the page
 * works, and neither asks the network for anything.
 */
'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const pictures = require('./pictures.js');
const { svgs, openAt, labels } = require('./page.js');

/* What raw.githubusercontent.com sends with a file; then what allows nothing. */
const POLICIES = { raw: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
	nothing: "default-src 'none'; sandbox",
	/* Of a page that trusts its own scripts, and nobody else. */
	scripts: "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'" };
let server, asked = [];

before(async () => {
	svgs.plain = pictures.make('plain', pictures.server, 1000);
	svgs.change = pictures.makeDifference('change', ['main;a 700', 'main;b 300'],
		['main;a 400', 'main;c 500'], '--countname', 'bytes');
	server = http.createServer((request, response) => {
		const [, policy, name] = request.url.split('/');
		asked.push(request.url);
		if (!svgs[name] && policy !== 'page') {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, policy === 'page'
			? { 'Content-Type': 'text/html' }
			: { 'Content-Type': 'image/svg+xml', 'X-Content-Type-Options': 'nosniff',
				'Content-Security-Policy': POLICIES[policy] });
		response.end(policy === 'page' ? `<!DOCTYPE html><title>x</title>
			<link rel="icon" href="data:,"><img src="/raw/${name}" alt="x">`
			: fs.readFileSync(svgs[name]));
	});
	await new Promise(done => server.listen(0, '127.0.0.1', done));
});

after(() => server.close());

async function visit(policy, name) {
	asked = [];
	return openAt(`http://127.0.0.1:${server.address().port}/${policy}/${name}`);
}
const requests = () => asked.filter(url => url !== '/favicon.ico');

/* [left edge, width, title] of the picture's frames, as the file has them. */
function framesOf(name) {
	const text = fs.readFileSync(svgs[name], 'utf8');
	const [, group] = text.match(/<g class="hf-frames[^>]*>([^]*?)<\/g>/);
	return [...group.matchAll(
		/<rect ([^>]*?)(?:\/>|>(?:<title>([^<]*)<\/title>)?<\/rect>)/g)]
		.map(([, words, title]) => [Number(words.match(/ x="([\d.]+)"/)[1]),
			Number(words.match(/ width="([\d.]+)"/)[1]), title || '']);
}

/* The same as the browser draws them, and their colours. */
const drawn = page => page.locator('.hf-frames rect').evaluateAll(all => all.map(e => {
	const box = e.getBoundingClientRect();
	return [box.left, box.width, e.textContent, getComputedStyle(e).fill];
}));

for (const policy of ['raw', 'nothing'])
	for (const name of ['plain', 'change'])
		test(`no script may run (${policy}): all of ${name} is there`, async () => {
			const page = await visit(policy, name);
			const expected = framesOf(name), seen = await drawn(page);
			assert.ok(expected.length > 8);
			assert.equal(seen.length, expected.length);
			expected.forEach(([x, w, title], i) => {
				assert.ok(Math.abs(seen[i][0] - x) < .05, `${title} at ${seen[i][0]}`);
				assert.ok(Math.abs(seen[i][1] - w) < .05, `${title} is ${seen[i][1]}`);
				/* The text is XML: what browsers show is unescaped. */
				assert.equal(seen[i][2].replace(/[&<>"']/g, ''),
					title.replace(/&[#\w]+;/g, ''));
				assert.ok(!['none', 'rgb(0, 0, 0)'].includes(seen[i][3]), title);
			});
			assert.ok((await page.locator('.hf-frames text').allTextContents())
				.includes('main'));
			assert.equal(await page.locator('.hf-title').isVisible(), true);
			/* Nothing of the page that the script makes. */
			assert.equal(await page.locator('.hf-app').count(), 0);
			assert.deepEqual(requests(), [`/${policy}/${name}`]);
			await page.close();
		});

test('its own script may run, and nothing else: the page works', async () => {
	const page = await visit('scripts', 'plain');
	assert.ok((await labels(page)).includes('string_dup'));
	await page.keyboard.press('/');
	await page.keyboard.type('node_new');
	assert.match(await page.locator('#hf-found').textContent(), /20\.0 % of all/);
	assert.deepEqual(requests(), ['/scripts/plain']);
	await page.close();
});

test('as an image of another page', async () => {
	asked = [];
	const page = await openAt(`http://127.0.0.1:${server.address().port}/`,
		{ hash: 'page/plain' });
	const size = await page.locator('img').evaluate(async e => {
		await e.decode();
		return [e.naturalWidth, e.naturalHeight];
	});
	const [, width, height] = fs.readFileSync(svgs.plain, 'utf8')
		.match(/<svg [^>]*width="(\d+)" height="(\d+)"/);
	assert.deepEqual(size, [Number(width), Number(height)]);
	assert.deepEqual(requests(), ['/page/plain', '/raw/plain']);
	await page.close();
});
