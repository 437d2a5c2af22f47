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

function frameFacts(list, node) {
	const [value, other, , freed, life] = node.sum;
	const n = isSpace ? other : value, size = isSpace ? value : other;
	if (!isSpace && size)
		row(list, 'bytes', bytes(size));
	if (isSpace && n)
		row(list, 'objects', count(n));
	if (n && size)
		row(list, 'mean size', bytes(size / n));
	if (freed)
		row(list, 'mean lifetime', lifetime(life / freed) + ' of ' +
			count(freed) + ' freed');
	const self = node.from ? 0 : selfOf(node);
	if (self > 0 && self < value)
		row(list, 'of its own', amount(self));
}

/* Lines below the name: where it is, and what is special about it. */
function notesOf(it) {
	if (isPool(it))
		return ['too narrow to draw; click to see them'];
	if (isDiff && state.pivot < 0 && it.node.depth < 2)
		return panelNotes(it.node);
	if (it.node.kind < 0)
		return [state.callers ? 'everything; on it stand the functions that ' +
			'hold memory, and on them their callers'
			: 'everything that was recorded'];
	const kind = kinds[it.node.kind];
	return [kind.place, kind.module, kind.wrapper
		? 'allocation wrapper: its caller is charged'
		: kind.inlined ? 'inlined' : ''];
}

function fillCard(it) {
	const list = html('dl'), value = itemValue(it), whole = wholeValue();
	const within = viewValue(), node = it.node;
	if (isDiff && !isPool(it))
		changeFacts(list, node);
	else
		row(list, isSpace ? 'bytes' : unitName, amount(value) +
		(isPool(it) ? '' : error(value, node.sum[VARIANCE_OF])));
	if (!isDiff)
		row(list, 'share', percent(value, whole) + ' of all' +
		(within < whole && !it.dim && value <= within
			? ', ' + percent(value, within) + ' of the zoom' : ''));
	if (!isPool(it) && !isDiff)
		frameFacts(list, node);
	const fill = html('i');
	fill.style.width = 100 * value / whole + '%';
	const named = !isPool(it) && node.kind >= 0 && asked.nametype;
	page.card.replaceChildren(html('code', {}, (named ? named + ' ' : '') +
		labelOf(it)), ...notesOf(it).filter(Boolean).map(text =>
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
	it.rect.setAttribute('aria-level', Math.abs(it.row) + 1);
	it.rect.setAttribute('aria-label', `${labelOf(it)}: ${amount(itemValue(it))}, ` +
		percent(itemValue(it), wholeValue()));
	svg.setAttribute('aria-activedescendant', 'hf-cursor');
	if (!show)
		return;
	it.rect.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	const box = it.rect.getBoundingClientRect();
	showCard(it, box.left + Math.min(box.width / 2, 60), box.bottom - 12);
}

/* The drawn item one row up or down, or one place further. */
function neighbour(rows, places) {
	if (!cursor)
		return items.find(it => it.node === view.node && !isPool(it)) || items[0];
	const { row: at, x, w } = cursor, away = (at + rows) ** 2 > at ** 2;
	if (rows)
		return items.find(it => it.row === at + rows && (away
			? it.x >= x - .01 && it.x < x + w
			: it.x <= x + .01 && it.x + it.w >= x));
	const same = items.filter(it => it.row === at).sort((a, b) => a.x - b.x);
	return same[same.indexOf(cursor) + places];
}

function move(rows, places) {
	const it = neighbour(state.icicle || state.pivot >= 0 ? rows : -rows, places);
	if (it)
		setCursor(it, true);
	updateButtons();
}
