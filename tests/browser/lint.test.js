/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripts of the flame graph and of the report page, as they stand in the
 * files, and these tests pass the linter. Nothing in it makes code or markup of text, or asks the network.
 */
'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { ESLint } = require('eslint');
const js = require('@eslint/js');
const globals = names => Object.fromEntries(names.map(name => [name, 'readonly']));

const PAGE = ['document', 'history', 'location', 'window', 'innerWidth', 'innerHeight',
	'ResizeObserver', 'URLSearchParams', 'requestAnimationFrame'];
const NODE = ['require', 'module', 'process', 'Buffer', 'document', 'performance',
	'location', 'history', 'window', 'getComputedStyle', 'URLSearchParams', 'MouseEvent', 'KeyboardEvent', 'Event',
	'dispatchEvent', 'setTimeout', 'console', 'URL', 'innerWidth'];
const FORBIDDEN = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write', 'writeln',
	'srcdoc', 'createContextualFragment'];
const rules = {
	'no-eval': 2, 'no-implied-eval': 2, 'no-new-func': 2, 'no-script-url': 2,
	'no-restricted-properties': [2, ...FORBIDDEN.map(property => ({ property }))],
	eqeqeq: 2, 'no-var': 2, 'prefer-const': 2, 'no-shadow': 0, 'no-use-before-define': 0,
	'max-lines-per-function': [2, 40]
};

/* The parts in the order of their writer, in one function. */
function script(writer, prefix, least) {
	const folder = path.join(process.env.SRC, 'analyzer');
	const order = [...fs.readFileSync(path.join(folder, writer), 'utf8')
		.matchAll(/^\tPART\((\w+)\);$/gm)].map(found => found[1]);
	assert.ok(order.length >= least);
	return order.map(name => fs.readFileSync(
		path.join(folder, 'assets', `${prefix}_${name}.js`), 'utf8')).join('');
}

async function lint(text, names, extra, sourceType) {
	const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: [
		js.configs.recommended,
		{ languageOptions: { sourceType, globals: globals(names) },
			rules: { ...rules, ...extra } }] });
	const [{ messages }] = await eslint.lintText(text);
	return messages.map(m => `${m.line}: ${m.message}`);
}

test('the linter has nothing to say of the scripts', async () => {
	assert.deepEqual(await lint(script('write_svg.c', 'flame', 6), PAGE, {}, 'script'),
		[]);
	assert.deepEqual(await lint(script('html_page.c', 'html', 4), [...PAGE, 'Blob',
		'URL', 'matchMedia'], {}, 'script'), []);
});

test('the linter has nothing to say of the tests', async () => {
	const long = { 'max-lines-per-function': 0, 'no-restricted-properties': 0,
		'no-control-regex': 0, 'no-script-url': 0 };
	for (const name of fs.readdirSync(__dirname))
		if (name.endsWith('.js'))
			assert.deepEqual(await lint(fs.readFileSync(
				path.join(__dirname, name), 'utf8'),
			NODE.concat('__dirname'), long, 'commonjs'), [], name);
});

test('it would: markup, code and requests of text are found', async () => {
	for (const line of ['document.body.innerHTML = location.hash;', 'eval(\'1\');',
		'fetch(\'x\');', 'new Function(\'x\')();'])
		assert.notDeepEqual(await lint(line, PAGE, {}, 'script'), [], line);
});
