/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A browser for the tests of a file, and what they look at. Any request beside
 * the file itself, any dialog and any error in the page fails the test that
 * caused it.
 */
'use strict';
const { before, after, afterEach } = require('node:test');
const assert = require('node:assert/strict');
const { chromium } = require('playwright-core');
const pictures = require('./pictures.js');

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update',
	'--disable-sync'];
const svgs = {}; /* name: path; made by the file's own before() */
let browser, troubles = [];

before(async () => {
	pictures.prepare();
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

const open = (name, options) => openAt('file://' + svgs[name], options);

async function openAt(address, { hash = '', width = 1280, height = 800,
	colorScheme = 'light' } = {}) {
	const page = await browser.newPage({ viewport: { width, height }, colorScheme });
	page.on('dialog', d => { troubles.push('dialog ' + d.message()); d.dismiss(); });
	page.on('pageerror', e => troubles.push('error ' + e.message));
	page.on('request', r => {
		if (!r.url().startsWith(address))
			troubles.push('request ' + r.url());
	});
	page.setDefaultTimeout(10000);
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
const found = page => page.locator('#hf-found').textContent();
const zoomText = page => page.locator('#hf-zoom').textContent();

/* Screenshots for whoever wants to look: HEAPFLAME_SHOTS=FOLDER. */
async function shoot(page, name) {
	if (process.env.HEAPFLAME_SHOTS)
		await page.screenshot({ path: `${process.env.HEAPFLAME_SHOTS}/${name}.png` });
}

module.exports = { svgs, open, openAt, frame, labels, term, widthOf, card, found, zoomText,
	shoot };
