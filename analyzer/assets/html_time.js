/* SPDX-License-Identifier: Apache-2.0 */
/* What the lines over time say at the pointer; and the dumps on them. */
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
function bytes(n) {
	let unit = 0;
	for (; n >= 1023.95 && unit < 5; n /= 1024)
		unit++;
	return n.toFixed(unit ? 1 : 0) + ' ' + UNITS[unit];
}

function duration(ns) {
	const [size, word] = ns < 1e3 ? [1, 'ns'] : ns < 1e6 ? [1e3, '\u00b5s']
		: ns < 1e9 ? [1e6, 'ms'] : ns < 120e9 ? [1e9, 's'] : [60e9, 'min'];
	return (ns / size).toFixed(size > 1 ? 1 : 0) + ' ' + word;
}

const FIGURES = ['live', 'resident', 'peak'];

function startTime(figure) {
	const data = JSON.parse(figure.querySelector('.r-points').textContent);
	const chart = figure.querySelector('.chart.main');
	const readout = figure.querySelector('.readout');
	const cursor = make('div', { class: 'cursor', hidden: '' });
	chart.append(cursor);
	chart.addEventListener('pointermove', event => {
		const box = chart.getBoundingClientRect();
		const ns = data.begin + (event.clientX - box.left) / box.width *
			(data.end - data.begin);
		let best = data.points[0];
		for (const point of data.points)
			if (Math.abs(point[0] - ns) < Math.abs(best[0] - ns))
				best = point;
		cursor.hidden = false;
		cursor.style.left = (best[0] - data.begin) / (data.end - data.begin) *
			100 + '%';
		readout.textContent = [duration(best[0]), ...FIGURES.flatMap((name, i) =>
			best[i + 1] < 0 ? [] : `${name} ${bytes(best[i + 1])}`)].join(' \u00b7 ');
	});
	chart.addEventListener('pointerleave', () => {
		cursor.hidden = true;
		readout.textContent = '';
	});
	const dumps = [...chart.querySelectorAll('.dump')];
	dumps.forEach((button, i) => {
		button.onclick = () => go(runGraph,
			Number(button.dataset.graph), new URLSearchParams());
		button.onkeydown = event => {
			const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
			if (step && dumps[i + step]) {
				event.preventDefault();
				dumps[i + step].focus();
			}
		};
	});
}
