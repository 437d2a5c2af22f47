/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast pages are in Chromium: ours, and an SVG of flamegraph.pl's structure
 * (a group with a title, a rectangle and a text a frame) for the same stacks.
 * Zooming and searching that one is what its script does: each frame's
 * attributes are written anew. usage: node pages.bench.js FRAMES...
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const pictures = require('./pictures.js');

const ROUNDS = Number(process.env.ROUNDS) || 5;

/* Frames as { name, x, w, depth }, by folded lines that are sorted. */
function framesOf(lines) {
	const frames = [], open = [];
	let at = 0;
	for (const line of [...lines].sort()) {
		const names = line.slice(0, line.lastIndexOf(' ')).split(';');
		const value = Number(line.slice(line.lastIndexOf(' ')));
		let same = 0;
		while (same < open.length && open[same].name === names[same])
			same++;
		open.length = same;
		for (const name of names.slice(same)) {
			open.push({ name, x: at, w: 0, depth: open.length });
			frames.push(open.at(-1));
		}
		for (const frame of open)
			frame.w += value;
		at += value;
	}
	return { frames, total: at };
}

const escaped = text => text.replace(/[<>&"]/g, c => `&#${c.charCodeAt(0)};`);

/* What its script does with a zoom and a search, in as few steps as it can. */
const SCRIPT = `
const groups = [...document.querySelectorAll('#frames g')];
const parts = groups.map(g => [g, g.children[1], g.children[2],
	g.children[0].textContent]);
const all = parts.map(([, r]) => [+r.getAttribute('x'), +r.getAttribute('width')]);
function label(text, width, name) {
	const room = Math.floor((width - 6) / 7.1);
	text.textContent = room < 3 ? '' : name.length > room
		? name.slice(0, room - 2) + '..' : name;
}
function zoom(low, high) {
	const scale = 1180 / (high - low);
	parts.forEach(([g, rect, text, name], i) => {
		const [x, w] = all[i], left = Math.max(x, low), right = Math.min(x + w, high);
		if (right <= left) {
			g.classList.add('hide');
			return;
		}
		g.classList.remove('hide');
		rect.setAttribute('x', 10 + (left - low) * scale);
		rect.setAttribute('width', (right - left) * scale);
		text.setAttribute('x', 13 + (left - low) * scale);
		label(text, (right - left) * scale, name);
	});
}
function search(re) {
	for (const [, rect, , name] of parts)
		if (re.test(name))
			rect.setAttribute('fill', 'rgb(230,0,230)');
}`;

/* Of frames of 0.1 px and more, as flamegraph.pl draws them. */
function plainSvg(lines, file) {
	const { frames, total } = framesOf(lines), scale = 1180 / total;
	const rows = frames.reduce((most, f) => Math.max(most, f.depth), 0) + 1;
	const out = fs.openSync(file, 'w');
	fs.writeSync(out, '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" ' +
		`width="1200" height="${rows * 16 + 60}"><style>text { font-size:12px } ` +
		`.hide { display:none }</style><g id="frames">`);
	let drawn = 0;
	for (const f of frames) {
		const x = 10 + f.x * scale, w = f.w * scale, y = (rows - f.depth) * 16;
		if (w < (process.env.MIN_PX || 0))
			continue;
		drawn++;
		fs.writeSync(out, `<g><title>${escaped(f.name)} (${f.w} bytes, ` +
			`${(100 * f.w / total).toFixed(2)}%)</title><rect x="${x.toFixed(1)}" ` +
			`y="${y}" width="${w.toFixed(1)}" height="15.0" fill="rgb(230,120,40)" ` +
			`rx="2" ry="2" /><text x="${(x + 3).toFixed(2)}" y="${y + 10.5}">` +
			`${w > 30 ? escaped(f.name.slice(0, Math.floor(w / 7.1))) : ''}</text></g>\n`);
	}
	fs.writeSync(out, `</g><script><![CDATA[${SCRIPT}]]></script></svg>`);
	fs.closeSync(out);
	return drawn;
}

/* In the page: what is done, and laid out again, in ms. */
const timed = `window.timed = action => {
	const from = performance.now();
	action();
	(document.querySelector('.hf-view svg') || document.documentElement)
		.getBoundingClientRect();
	return performance.now() - from;
}`;
const ours = () => {
	const key = k => dispatchEvent(new KeyboardEvent('keydown', { key: k }));
	const input = document.querySelector('#hf-search');
	const typed = text => () => {
		input.value = text;
		input.dispatchEvent(new Event('input'));
	};
	const click = () => document.querySelectorAll('.hf-view rect')[3]
		.dispatchEvent(new MouseEvent('click', { bubbles: true }));
	const { timed } = window;
	const times = { zoom: timed(click), unzoom: timed(() => key('r')),
		search: timed(typed('method_1')), clear: timed(typed('')),
		callers: timed(() => key('c')), flame: timed(() => key('c')),
		merge: timed(() => key('u')) };
	click();
	return { ...times, pivot: timed(() => key('p')) };
};
const theirs = () => {
	const { timed, zoom, search } = window;
	return { zoom: timed(() => zoom(200, 600)), unzoom: timed(() => zoom(10, 1190)),
		search: timed(() => search(/method_1/)) };
};

async function measure(browser, file, action) {
	const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	page.setDefaultTimeout(300000);
	await page.goto('file://' + file, { timeout: 300000 });
	await page.evaluate(timed);
	const load = await page.evaluate(() =>
		performance.getEntriesByType('navigation')[0].duration);
	const times = { load, ...await page.evaluate(action) };
	await page.close();
	return times;
}

async function compare(browser, count) {
	const lines = pictures.big(count), plain = path.join(pictures.folder, 'plain.svg');
	const kinds = [['heapflame', pictures.make('big', lines, 100), ours, ROUNDS],
		['a group a frame', plain, theirs, Math.min(ROUNDS, 2)]];
	const drawn = count > 2e5 && !process.env.MIN_PX ? 0 : plainSvg(lines, plain);
	for (const [name, file, action, rounds] of kinds) {
		if (action === theirs && !drawn)
			continue;
		const least = {};
		for (let i = 0; i < rounds; i++)
			for (const [what, ms] of Object.entries(await measure(browser, file, action)))
				least[what] = Math.min(least[what] ?? Infinity, Math.round(ms));
		console.log(`${count} frames, ${name}: ` +
			`${(fs.statSync(file).size / 1e6).toFixed(1)} MB; ms: ` +
			Object.entries(least).map(([what, ms]) => `${what} ${ms}`).join(', '));
	}
}

(async () => {
	pictures.prepare();
	const browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu'],
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
	for (const count of process.argv.slice(2).map(Number))
		await compare(browser, count);
	await browser.close();
	pictures.remove();
})();
