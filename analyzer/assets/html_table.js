/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: sorted by a click on a heading, searched, and longer on demand. Names
 * of strangers are read as text and compared, never parsed.
 */
function make(name, attributes = {}, ...parts) {
	const it = document.createElement(name);
	for (const [key, value] of Object.entries(attributes))
		it.setAttribute(key, value);
	it.append(...parts);
	return it;
}

const valueIn = (row, column, kind) => kind === 'n'
	? Number(row.cells[column].dataset.v) || 0
	: row.cells[column].textContent;

const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;

/* Numbers begin with the largest, words with the first. */
function sortBy(table, heading) {
	const column = heading.cellIndex, { kind } = heading.dataset;
	const down = heading.ariaSort ? heading.ariaSort === 'ascending' : kind === 'n';
	const keyed = [...table.tBodies[0].rows].map((row, i) =>
		({ row, i, key: valueIn(row, column, kind) }));
	keyed.sort((a, b) => (down ? compare(b.key, a.key) : compare(a.key, b.key)) ||
		a.i - b.i);
	for (const other of heading.parentNode.cells)
		other.removeAttribute('aria-sort');
	heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
	table.tBodies[0].append(...keyed.map(it => it.row));
	keyed.forEach(({ row }, i) =>
		row.classList.toggle('more', table.begin > 0 && i >= table.begin));
}

function addHeadings(table) {
	for (const heading of table.tHead.rows[0].cells) {
		if (heading.dataset.kind === '-')
			continue;
		const button = make('button', { type: 'button' });
		button.append(...heading.childNodes);
		heading.append(button);
		button.onclick = () => sortBy(table, heading);
	}
}

function addMore(table, rows) {
	const text = () => table.classList.contains('all')
		? `Show ${table.begin} rows` : `Show all ${rows.length} rows`;
	const button = make('button', { type: 'button', class: 'plain' }, text());
	button.onclick = () => {
		table.classList.toggle('all');
		button.textContent = text();
	};
	table.parentNode.after(button);
}

/* All of the table's rows are searched, also those that are not shown yet. */
function addSearch(table, rows) {
	const label = table.caption.textContent;
	const input = make('input', { type: 'search', placeholder: 'Search',
		'aria-label': 'Search in: ' + label, spellcheck: 'false',
		autocomplete: 'off', id: table.id + '-search' });
	const found = make('span', { role: 'status' });
	input.oninput = () => {
		let test = () => true;
		try {
			const re = new RegExp(input.value, 'iu');
			test = text => re.test(text);
			input.removeAttribute('aria-invalid');
		} catch {
			input.setAttribute('aria-invalid', true);
		}
		let n = 0;
		for (const row of rows) {
			const hit = [...row.cells].some(cell =>
				cell.classList.contains('t') && test(cell.textContent));
			row.classList.toggle('miss', !hit);
			n += hit;
		}
		table.classList.toggle('all', Boolean(input.value));
		found.textContent = input.value ? `${n} of ${rows.length}` : '';
	};
	table.parentNode.before(make('div', { class: 'tools' }, input, found));
}

function startTables() {
	for (const table of document.querySelectorAll('table')) {
		const rows = [...table.tBodies[0].rows];
		const more = rows.findIndex(row => row.classList.contains('more'));
		table.begin = Math.max(more, 0);
		if (!table.querySelector('td .e:not(:empty)'))
			table.classList.add('exact');
		if (rows.length > 1)
			addHeadings(table);
		if (rows.length > 8 && table.id !== 'r-memory')
			addSearch(table, rows);
		if (more > 0)
			addMore(table, rows);
	}
}
