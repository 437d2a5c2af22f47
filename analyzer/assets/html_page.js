/* SPDX-License-Identifier: Apache-2.0 */
/* What the page is beyond its text, once a script runs. */
function addContents() {
	const list = make('ul');
	for (const heading of document.querySelectorAll('main h2'))
		list.append(make('li', {}, make('a', { href: '#' +
			heading.parentNode.id }, heading.textContent)));
	document.querySelector('header').append(make('nav',
		{ 'aria-label': 'Contents' }, list));
}

/* A function is searched in the graph; a stack is zoomed to. */
function linkNames() {
	for (const link of document.querySelectorAll('.fn'))
		link.addEventListener('click', event => {
			event.preventDefault();
			searchFor(link);
		});
	for (const stack of document.querySelectorAll('.stack')) {
		const button = make('button', { type: 'button', class: 'plain' },
			'Show in the flame graph');
		button.onclick = () => zoomTo([...stack.querySelectorAll(
			'li:not(.wrap) > span:first-child')].map(
			it => it.textContent).reverse());
		stack.append(button);
	}
}

root.classList.add('js');
addContents();
startTables();
linkNames();
for (const figure of document.querySelectorAll('.time'))
	startTime(figure);
startGraphs();
