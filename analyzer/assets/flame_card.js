/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The card that says what is under the pointer, and the cursor that is the
 * keyboard's pointer.
 */
function hideCard() {
	page.card.hidden = true;
}

function row(list, term, text) {
	list.append(html('dt', {}, term), html('dd', {}, text));
}

function frameFacts(list, i) {
	const other = tree.other[i], value = tree.total[i];
	const n = isSpace ? other : value, size = isSpace ? value : other;
	if (!isSpace && size)
		row(list, 'bytes', bytes(size));
	if (isSpace && n)
		row(list, 'objects', count(n));
	if (n && size)
		row(list, 'mean size', bytes(size / n));
	if (tree.self[i] && tree.self[i] < value)
		row(list, 'of its own', amount(tree.self[i]));
}

function fillCard(it) {
	const list = html('dl'), value = valueOf(it), whole = tree.total[0];
	const kind = it.pool || !it.i ? null : kinds[tree.kind[it.i]];
	const within = view.from < 0 ? tree.total[view.node] : poolValue(view.from);
	row(list, isSpace ? 'bytes' : unitName, amount(value) +
		(it.pool ? '' : error(value, tree.variance[it.i])));
	row(list, 'share', percent(value, whole) + ' of all' +
		(within < whole && !it.dim && value <= within
			? ', ' + percent(value, within) + ' of the zoom' : ''));
	if (!it.pool)
		frameFacts(list, it.i);
	const fill = html('i');
	fill.style.width = 100 * value / whole + '%';
	const notes = !kind ? [it.pool ? 'too narrow to draw; click to see them' :
		'everything that was recorded'] : [kind.place, kind.module,
		kind.wrapper ? 'allocation wrapper: its caller is charged' :
			kind.inlined ? 'inlined' : ''];
	page.card.replaceChildren(html('code', {}, labelOf(it)),
		...notes.filter(Boolean).map(text =>
			html('div', { class: 'hf-place' }, text)),
		list, html('div', { class: 'hf-meter' }, fill));
}

/* x, y: where in the window the card is to be near. */
function showCard(it, x, y) {
	const card = page.card;
	if (card.hidden || card.item !== it)
		fillCard(it);
	card.item = it;
	card.hidden = false;
	const box = card.getBoundingClientRect();
	const left = Math.min(x + 14, innerWidth - box.width - 8);
	const below = y + 18 + box.height < innerHeight;
	card.style.transform = `translate(${Math.max(8, left)}px,` +
		`${Math.max(8, below ? y + 18 : y - box.height - 12)}px)`;
}

/* Moves the keyboard's place; null takes it away. */
function setCursor(it, show) {
	if (cursor && cursor.rect)
		for (const name of ['id', 'role', 'aria-level', 'aria-label'])
			cursor.rect.removeAttribute(name);
	cursor = it || null;
	svg.removeAttribute('aria-activedescendant');
	ring.setAttribute('visibility', it ? 'visible' : 'hidden');
	if (!it)
		return;
	for (const name of ['x', 'y', 'width', 'height'])
		ring.setAttribute(name, it.rect.getAttribute(name));
	it.rect.setAttribute('id', 'hf-cursor');
	it.rect.setAttribute('role', 'treeitem');
	it.rect.setAttribute('aria-level', it.row + 1);
	it.rect.setAttribute('aria-label', `${labelOf(it)}: ${amount(valueOf(it))}, ` +
		percent(valueOf(it), tree.total[0]));
	svg.setAttribute('aria-activedescendant', 'hf-cursor');
	if (!show)
		return;
	it.rect.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	const box = it.rect.getBoundingClientRect();
	showCard(it, box.left + Math.min(box.width / 2, 60), box.bottom - 12);
}

/* The drawn item one row or one place further. */
function neighbour(rows, places) {
	if (!cursor)
		return items.find(it => it.i === view.node && !it.pool) || items[0];
	const { row: at, x, w } = cursor;
	if (rows)
		return items.filter(it => it.row === at + rows && (rows < 0
			? it.x <= x + .01 && it.x + it.w >= x
			: it.x >= x - .01 && it.x < x + w))[0];
	const same = items.filter(it => it.row === at).sort((a, b) => a.x - b.x);
	return same[same.indexOf(cursor) + places];
}

function move(rows, places) {
	const it = neighbour(icicle ? rows : -rows, places);
	if (it)
		setCursor(it, true);
}
