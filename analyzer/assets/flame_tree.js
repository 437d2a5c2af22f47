/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of one metric, made anew when a switch is turned: callers before
 * what they call, siblings heaviest first, so the descendants of frame i are
 * i + 1 to end[i] - 1. A million frames take part of a second.
 *
 * Of each frame there are five figures, in `sum` with all that stands on it, in
 * `own` alone: value, objects (of objects: bytes), variance; and if the file
 * knows lifetimes how many objects were freed, and the sum of those in ns.
 */
const FIGURES = 5;
const VALUE_OF = 0, OTHER_OF = 1, VARIANCE_OF = 2, FREED_OF = 3, LIFE_OF = 4;

/* Of a difference the last two are other ones; flame_diff.js. */
const newFigures = (n, metric) => Array.from({ length: isDiff
	? changeFigures(metric) : base.life ? FIGURES : 3 }, () => new Float64Array(n));

/* What each frame of the file holds itself, of one metric. */
function ownFigures(metric) {
	const own = newFigures(base.count, metric), { other } = metrics[metric];
	for (let i = 0; i < base.count; i++)
		for (let e = base.own[i]; e < base.own[i + 1]; e++) {
			const c = base.column[e];
			if (c === metric) {
				own[VALUE_OF][i] = base.value[e];
				own[VARIANCE_OF][i] = base.variance[e];
			} else if (c === other) {
				own[OTHER_OF][i] = base.value[e];
			} else if (c === metrics.length) {
				own[FREED_OF][i] = base.value[e];
				own[LIFE_OF][i] = base.variance[e];
			}
		}
	/* Only what counts here has a lifetime here. */
	for (let i = 0; i < base.count; i++)
		if (!own[VALUE_OF][i])
			for (const figures of own)
				figures[i] = 0;
	if (isDiff)
		addChanges(own, metric);
	return own;
}

/* An entry a (frame, function): the frame that is called from it. */
class Children {
	constructor(room) {
		let size = 64;
		while (size < room * 2)
			size *= 2;
		this.mask = size - 1;
		this.frame = new Int32Array(size).fill(-1);
		this.fn = new Uint32Array(size);
		this.child = new Uint32Array(size);
	}

	/* Where it is, or where it would be put. */
	find(frame, fn) {
		let at = (Math.imul(frame, 0x9e3779b1) ^ Math.imul(fn, 0x85ebca6b)) >>> 0;
		at = (at ^ at >>> 15) & this.mask;
		while (this.frame[at] >= 0 &&
			(this.frame[at] !== frame || this.fn[at] !== fn))
			at = (at + 1) & this.mask;
		return at;
	}

	put(at, frame, fn, child) {
		this.frame[at] = frame;
		this.fn[at] = fn;
		this.child[at] = child;
	}
}

/*
 * Which frame stands for each one of the file: itself; with wrappers folded the
 * caller that is charged; with recursion merged the frame of that function that
 * is open already: a call of it leads back there.
 */
function standIns(folded, merged) {
	const { count: n, parent, kind } = base;
	const into = new Uint32Array(n), above = Int32Array.from(parent);
	const children = merged ? new Children(n) : null;
	for (let i = 1; i < n; i++) {
		const p = into[parent[i]], { fn, wrapper } = kinds[kind[i]];
		above[i] = p;
		if (folded && wrapper) {
			into[i] = p;
			continue;
		}
		into[i] = i;
		if (!merged)
			continue;
		const at = children.find(p, fn);
		if (children.frame[at] < 0) {
			let open = p;
			while (open > 0 && kinds[kind[open]].fn !== fn)
				open = above[open];
			children.put(at, p, fn, open > 0 ? open : i);
		}
		into[i] = children.child[at];
	}
	return { into, above };
}

/* The children of each frame as lists, each sorted, heaviest first. */
function sortedChildren(alive, above, total) {
	const n = total.length, first = new Int32Array(n).fill(-1);
	const next = new Int32Array(n).fill(-1);
	for (let i = n; i-- > 1;)
		if (alive(i)) {
			next[i] = first[above[i]];
			first[above[i]] = i;
		}
	for (let i = 0; i < n; i++) {
		let sorted = true;
		for (let c = first[i]; c >= 0 && next[c] >= 0; c = next[c])
			sorted = sorted && total[c] >= total[next[c]];
		if (sorted)
			continue;
		const list = [];
		for (let c = first[i]; c >= 0; c = next[c])
			list.push(c);
		list.sort((a, b) => total[b] - total[a] || a - b);
		first[i] = list[0];
		list.forEach((c, k) => { next[c] = k + 1 < list.length ? list[k + 1] : -1; });
	}
	return { first, next };
}

/* Sums of all that stands on a frame; callers come before what they call. */
function summed(own, above) {
	const sum = own.map(figures => Float64Array.from(figures));
	for (const figures of sum)
		for (let i = figures.length; i-- > 1;)
			figures[above[i]] += figures[i];
	return sum;
}

/* Moves what a frame holds itself to the one that stands for it. */
function moveOwn(own, into) {
	for (let i = 1; i < into.length; i++)
		if (into[i] !== i)
			for (const figures of own) {
				figures[into[i]] += figures[i];
				figures[i] = 0;
			}
}

function emptyTree(n, metric) {
	return { count: n, rows: 1, kind: new Uint32Array(n),
		frame: isDiff && new Uint32Array(n), parent: new Int32Array(n),
		end: new Uint32Array(n), own: newFigures(n, metric),
		sum: newFigures(n, metric) };
}

/* Down to the first child, else on to the next one of somebody above. */
function inPreorder(t, { first, next }, above, put) {
	for (let i = 0, at = 0, up = -1, depth = 1; ; at++) {
		t.parent[at] = up;
		put(at, i);
		if (t.sum[VALUE_OF][at] > 0)
			t.rows = Math.max(t.rows, depth);
		if (first[i] >= 0) {
			up = at;
			i = first[i];
			depth++;
			continue;
		}
		t.end[at] = at + 1;
		while (i && next[i] < 0) {
			i = above[i];
			t.end[up] = at + 1;
			up = t.parent[up];
			depth--;
		}
		if (!i)
			return;
		i = next[i];
	}
}

function makeTree(metric, folded, merged) {
	const own = ownFigures(metric), { into, above } = standIns(folded, merged);
	moveOwn(own, into);
	const sum = summed(own, above), total = sum[VALUE_OF];
	/* What vanished has no width, and is a part of what its callers changed. */
	const also = isDiff ? sum[BEFORE_OF] : total;
	const alive = i => into[i] === i && (total[i] > 0 || also[i] > 0);
	let n = 1, wide = 1;
	for (let i = 1; i < base.count; i++) {
		n += alive(i) ? 1 : 0;
		wide += alive(i) && total[i] > 0 ? 1 : 0;
	}
	if (isDiff)
		countOnce(sum);
	const t = emptyTree(n, metric);
	t.wide = wide;
	inPreorder(t, sortedChildren(alive, above, total), above, (at, i) => {
		t.kind[at] = base.kind[i];
		if (isDiff)
			t.frame[at] = i;
		for (let k = 0; k < own.length; k++) {
			t.own[k][at] = own[k][i];
			t.sum[k][at] = sum[k][i];
		}
	});
	return t;
}
