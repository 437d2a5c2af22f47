/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .eh_frame_hdr has a sorted table from code addresses to frame descriptions
 * (FDE); each of those refers to common information (CIE), and both carry a
 * little program that says, address by address, how the frame changes. Only
 * three of its registers matter here: the CFA, rbp and the return address.
 *
 * A row that can't be understood is STRANGE, never a guess.
 */
#include "cfi.h"

#include "cfi_cursor.h"

enum { RBP = 6, RSP = 7, RA = 16 };

enum rule { SAME, AT_CFA, UNDEFINED, AT_RBP, STRANGE };

struct state {
	enum hf_row_kind kind; /* RSP, RBP, DEREF, PLT or STRANGE */
	int64_t offset;
	enum rule rbp, ra;
	int64_t rbp_at, ra_at;
};

struct cie {
	uint64_t code_align;
	int64_t data_align;
	uint8_t encoding;
	bool has_length, signal;
	struct hf_cfi_cursor program;
};

#define STATES 8

struct machine {
	const struct cie *cie;
	uintptr_t pc, location;
	struct state now, initial, saved[STATES];
	unsigned depth;
};

/* The record at `at`: its contents, and where they begin. */
static struct hf_cfi_cursor
record(const uint8_t *at, uintptr_t low, uintptr_t high)
{
	struct hf_cfi_cursor c = { at, (const uint8_t *)high,
		(uintptr_t)at >= low && (uintptr_t)at < high };
	uint64_t length = hf_cfi_fixed(&c, 4);

	/* 64-bit records do not occur in memory */
	if (length == 0 || length >= 0xfffffff0 ||
		(size_t)(c.end - c.at) < length)
		c.ok = false;
	else
		c.end = c.at + length;
	return c;
}

static void
read_augmentation(struct hf_cfi_cursor *c, struct cie *cie, const char *letters)
{
	uint64_t length = hf_cfi_uleb(c);
	const uint8_t *after;

	if (!c->ok || length > (size_t)(c->end - c->at)) {
		c->ok = false;
		return;
	}
	after = c->at + length;
	for (; *letters && c->ok; letters++) {
		if (*letters == 'R') {
			cie->encoding = (uint8_t)hf_cfi_fixed(c, 1);
		} else if (*letters == 'P') {
			uint8_t encoding = (uint8_t)hf_cfi_fixed(c, 1);

			hf_cfi_pointer(c, encoding & 0x7f);
		} else if (*letters == 'L') {
			hf_cfi_fixed(c, 1);
		} else if (*letters == 'S') {
			cie->signal = true;
		} else {
			break; /* the rest is skipped by its length */
		}
	}
	c->at = after;
}

static bool
read_cie(struct cie *cie, const uint8_t *at, uintptr_t low, uintptr_t high)
{
	struct hf_cfi_cursor c = record(at, low, high);
	const char *letters;
	uint64_t version;

	*cie = (struct cie){ .encoding = HF_PE_ABSPTR };
	if (hf_cfi_fixed(&c, 4) != 0) /* the id that tells a CIE */
		return false;
	version = hf_cfi_fixed(&c, 1);
	letters = (const char *)c.at;
	while (c.ok && hf_cfi_fixed(&c, 1) != 0)
		;
	cie->code_align = hf_cfi_uleb(&c);
	cie->data_align = hf_cfi_sleb(&c);
	if ((version == 1 ? hf_cfi_fixed(&c, 1) : hf_cfi_uleb(&c)) != RA)
		return false;
	if (!c.ok || (version != 1 && version != 3))
		return false;
	if (letters[0] == 'z') {
		cie->has_length = true;
		read_augmentation(&c, cie, letters + 1);
	} else if (letters[0]) {
		return false;
	}
	cie->program = c;
	return c.ok;
}

/* Expressions occur in three shapes; everything else is strange. */
static void
cfa_expression(struct machine *m, const uint8_t *e, uint64_t n)
{
	struct hf_cfi_cursor c = { e + 1, e + n, true };

	m->now.kind = HF_ROW_STRANGE;
	if (n >= 3 && e[0] == 0x70 + RBP) { /* breg6 x, deref */
		m->now.offset = hf_cfi_sleb(&c);
		if (c.ok && c.at + 1 == c.end && *c.at == 0x06)
			m->now.kind = HF_ROW_DEREF;
	} else if (n == 11 && e[0] == 0x70 + RSP && e[1] == 8 && e[2] == 0x80 &&
		   e[4] == 0x3f && e[5] == 0x1a) {
		/* rsp + 8 + ((rip & 15) >= e[6] ? 8 : 0): a PLT entry */
		m->now.kind = HF_ROW_PLT;
		m->now.offset = e[6] - 0x30;
	}
}

static void
register_expression(
	struct machine *m, uint64_t reg, const uint8_t *e, uint64_t n)
{
	struct hf_cfi_cursor c = { e + 1, e + n, true };
	int64_t at;

	if (reg != RBP && reg != RA)
		return;
	at = n >= 2 ? hf_cfi_sleb(&c) : 0;
	if (reg == RBP && n >= 2 && e[0] == 0x70 + RBP && c.ok &&
		c.at == c.end) { /* breg6 x */
		m->now.rbp = AT_RBP;
		m->now.rbp_at = at;
	} else {
		*(reg == RBP ? &m->now.rbp : &m->now.ra) = STRANGE;
	}
}

/* In units of the data alignment; wraps, where the numbers make no sense. */
static int64_t
scaled(int64_t n, const struct cie *cie)
{
	return (int64_t)((uint64_t)n * (uint64_t)cie->data_align);
}

static void
set_rule(struct state *s, uint64_t reg, enum rule rule, int64_t at)
{
	if (reg == RBP) {
		s->rbp = rule;
		s->rbp_at = at;
	} else if (reg == RA) {
		s->ra = rule;
		s->ra_at = at;
	}
}

static void
restore(struct machine *m, uint64_t reg)
{
	const struct state *i = &m->initial;

	if (reg == RBP)
		set_rule(&m->now, reg, i->rbp, i->rbp_at);
	else if (reg == RA)
		set_rule(&m->now, reg, i->ra, i->ra_at);
}

static void
set_cfa(struct machine *m, uint64_t reg, int64_t offset)
{
	m->now.kind = reg == RSP   ? HF_ROW_RSP
		      : reg == RBP ? HF_ROW_RBP
				   : HF_ROW_STRANGE;
	m->now.offset = offset;
}

static void
set_cfa_register(struct machine *m, uint64_t reg)
{
	set_cfa(m, reg, m->now.offset);
}

/* DW_CFA_expression and _val_expression: register, block. */
static void
any_expression(struct machine *m, struct hf_cfi_cursor *c, bool is_value)
{
	uint64_t reg = hf_cfi_uleb(c), n = hf_cfi_uleb(c);

	if (!c->ok || n > (size_t)(c->end - c->at)) {
		c->ok = false;
		return;
	}
	if (is_value)
		set_rule(&m->now, reg, STRANGE, 0);
	else
		register_expression(m, reg, c->at, n);
	c->at += n;
}

/* The instructions without an operand in their opcode. */
static void
extended(struct machine *m, struct hf_cfi_cursor *c, uint8_t op)
{
	const struct cie *cie = m->cie;
	uint64_t reg, n;

	switch (op) {
	case 0x00: /* nop */
		break;
	case 0x01: /* set_loc */
		m->location = hf_cfi_pointer(c, cie->encoding);
		break;
	case 0x02: /* advance_loc1, 2, 4 */
		m->location += hf_cfi_fixed(c, 1) * cie->code_align;
		break;
	case 0x03:
		m->location += hf_cfi_fixed(c, 2) * cie->code_align;
		break;
	case 0x04:
		m->location += hf_cfi_fixed(c, 4) * cie->code_align;
		break;
	case 0x05: /* offset_extended */
		reg = hf_cfi_uleb(c);
		set_rule(&m->now, reg, AT_CFA,
			scaled((int64_t)hf_cfi_uleb(c), cie));
		break;
	case 0x06: /* restore_extended */
		restore(m, hf_cfi_uleb(c));
		break;
	case 0x07: /* undefined */
		set_rule(&m->now, hf_cfi_uleb(c), UNDEFINED, 0);
		break;
	case 0x08: /* same_value */
		set_rule(&m->now, hf_cfi_uleb(c), SAME, 0);
		break;
	case 0x09: /* register: reg in reg */
		reg = hf_cfi_uleb(c);
		hf_cfi_uleb(c);
		set_rule(&m->now, reg, STRANGE, 0);
		break;
	case 0x0a: /* remember_state */
		if (m->depth == STATES)
			c->ok = false;
		else
			m->saved[m->depth++] = m->now;
		break;
	case 0x0b: /* restore_state */
		if (m->depth == 0)
			c->ok = false;
		else
			m->now = m->saved[--m->depth];
		break;
	case 0x0c: /* def_cfa */
		reg = hf_cfi_uleb(c);
		set_cfa(m, reg, (int64_t)hf_cfi_uleb(c));
		break;
	case 0x0d: /* def_cfa_register */
		set_cfa_register(m, hf_cfi_uleb(c));
		break;
	case 0x0e: /* def_cfa_offset */
		m->now.offset = (int64_t)hf_cfi_uleb(c);
		break;
	case 0x0f: /* def_cfa_expression */
		n = hf_cfi_uleb(c);
		if (!c->ok || n > (size_t)(c->end - c->at)) {
			c->ok = false;
			break;
		}
		cfa_expression(m, c->at, n);
		c->at += n;
		break;
	case 0x10: /* expression, val_expression */
	case 0x16:
		any_expression(m, c, op == 0x16);
		break;
	case 0x11: /* offset_extended_sf */
		reg = hf_cfi_uleb(c);
		set_rule(&m->now, reg, AT_CFA, scaled(hf_cfi_sleb(c), cie));
		break;
	case 0x12: /* def_cfa_sf */
		reg = hf_cfi_uleb(c);
		set_cfa(m, reg, scaled(hf_cfi_sleb(c), cie));
		break;
	case 0x13: /* def_cfa_offset_sf */
		m->now.offset = scaled(hf_cfi_sleb(c), cie);
		break;
	case 0x14: /* val_offset, val_offset_sf */
	case 0x15:
		reg = hf_cfi_uleb(c);
		hf_cfi_sleb(c);
		set_rule(&m->now, reg, STRANGE, 0);
		break;
	case 0x2e: /* GNU_args_size */
		hf_cfi_uleb(c);
		break;
	default:
		c->ok = false;
	}
}

/* Runs until the row of m->pc is complete. */
static bool
run(struct machine *m, struct hf_cfi_cursor c)
{
	struct state before;

	while (c.ok && c.at < c.end) {
		uint8_t op = (uint8_t)hf_cfi_fixed(&c, 1), low = op & 0x3f;

		before = m->now;
		switch (op >> 6) {
		case 1: /* advance_loc */
			m->location += low * m->cie->code_align;
			break;
		case 2: /* offset */
			set_rule(&m->now, low, AT_CFA,
				scaled((int64_t)hf_cfi_uleb(&c), m->cie));
			break;
		case 3:
			restore(m, low);
			break;
		default:
			extended(m, &c, op);
		}
		if (m->location > m->pc) {
			m->now = before;
			break;
		}
	}
	return c.ok;
}

static struct hf_row
row_of(const struct state *s, bool signal)
{
	struct hf_row row = { .kind = s->kind };

	if (signal)
		row.kind = HF_ROW_SIGNAL;
	else if (s->ra == UNDEFINED)
		row.kind = HF_ROW_END;
	else if (s->ra != AT_CFA || s->ra_at != -8 || s->rbp == STRANGE ||
		 s->offset > INT32_MAX || s->offset < INT32_MIN ||
		 s->rbp_at > INT32_MAX || s->rbp_at < INT32_MIN)
		row.kind = HF_ROW_STRANGE;
	else if (s->rbp == AT_RBP && s->kind != HF_ROW_DEREF)
		row.kind = HF_ROW_STRANGE;
	else if (s->rbp == AT_CFA && s->kind == HF_ROW_DEREF)
		row.kind = HF_ROW_STRANGE;
	row.offset = (int32_t)s->offset;
	row.rbp_saved = s->rbp == AT_CFA || s->rbp == AT_RBP;
	row.saved = row.rbp_saved ? (int32_t)s->rbp_at : 0;
	return row;
}

/* The FDE at `at`, if it covers pc. */
static struct hf_row
interpret(uintptr_t pc, const uint8_t *at, uintptr_t low, uintptr_t high)
{
	static const struct hf_row none = { .kind = HF_ROW_NONE },
				   strange = { .kind = HF_ROW_STRANGE };
	struct hf_cfi_cursor c = record(at, low, high);
	const uint8_t *id_at = c.at;
	uint64_t back = hf_cfi_fixed(&c, 4), begin, size, skip;
	struct machine m = { .pc = pc, .now.kind = HF_ROW_STRANGE };
	struct cie cie;

	if (!c.ok || !read_cie(&cie, id_at - back, low, high))
		return none;
	begin = hf_cfi_pointer(&c, cie.encoding);
	size = hf_cfi_pointer(&c, cie.encoding & 0x0f);
	if (!c.ok || pc < begin || pc - begin >= size)
		return none;
	if (cie.has_length) {
		skip = hf_cfi_uleb(&c);
		if (!c.ok || skip > (size_t)(c.end - c.at))
			return strange;
		c.at += skip;
	}
	m.cie = &cie;
	m.location = begin;
	if (!run(&m, cie.program))
		return strange;
	m.initial = m.now;
	if (!run(&m, c))
		return strange;
	return row_of(&m.now, cie.signal);
}

struct hf_row
hf_cfi_row(uintptr_t pc, const uint8_t *header, uintptr_t low, uintptr_t high)
{
	static const struct hf_row none = { .kind = HF_ROW_NONE };
	struct hf_cfi_cursor c = { header, (const uint8_t *)high,
		header && (uintptr_t)header >= low &&
			(uintptr_t)header < high };
	uint64_t version = hf_cfi_fixed(&c, 1), frame = hf_cfi_fixed(&c, 1);
	uint64_t counts = hf_cfi_fixed(&c, 1), table = hf_cfi_fixed(&c, 1), n,
		 left, right;
	const int32_t *pairs;

	/* The one form that linkers write: a sorted table, relative to here. */
	if (!c.ok || version != 1 || counts != HF_PE_UDATA4 ||
		table != (HF_PE_DATAREL | HF_PE_SDATA4))
		return none;
	hf_cfi_pointer(&c, (uint8_t)frame);
	n = hf_cfi_fixed(&c, 4);
	if (!c.ok || n == 0 || n > (size_t)(c.end - c.at) / 8)
		return none;
	pairs = (const int32_t *)c.at;
	for (left = 0, right = n; left < right;) {
		uint64_t middle = (left + right) / 2;

		if ((uintptr_t)header + (uint64_t)(int64_t)pairs[2 * middle] <=
			pc)
			left = middle + 1;
		else
			right = middle;
	}
	if (left == 0)
		return none;
	return interpret(pc, header + pairs[2 * left - 1], low, high);
}
