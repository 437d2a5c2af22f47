/* SPDX-License-Identifier: Apache-2.0 */
/* build: -Wl,--no-as-needed -lstdc++ */
/*
 * Rows of unwind tables against readelf's reading of the same tables, at the
 * first and the last byte of every row that it prints.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cfi.h"
#include "hf_modules_seen.h"
#include "hf_readelf_rows.h"

static const struct hf_row strange = { .kind = HF_ROW_STRANGE };

static bool
expect_cfa(
	struct hf_row *row, const struct wanted *w, const struct expressions *e)
{
	int offset;

	if (sscanf(w->cfa, "rsp+%d", &row->offset) == 1) {
		row->kind = HF_ROW_RSP;
	} else if (sscanf(w->cfa, "rbp+%d", &row->offset) == 1) {
		row->kind = HF_ROW_RBP;
	} else if (strcmp(w->cfa, "exp") != 0) {
		return false;
	} else if (sscanf(e->cfa, "(DW_OP_breg6 (rbp): %d; DW_OP_deref)",
			   &row->offset) == 1) {
		row->kind = HF_ROW_DEREF;
	} else if (sscanf(e->cfa,
			   "(DW_OP_breg7 (rsp): 8; DW_OP_breg16 (rip): 0; "
			   "DW_OP_lit15; DW_OP_and; DW_OP_lit%d; DW_OP_ge; "
			   "DW_OP_lit3; DW_OP_shl; DW_OP_plus",
			   &offset) == 1) {
		row->kind = HF_ROW_PLT;
		row->offset = offset;
	} else {
		return false;
	}
	return true;
}

/* What our row must be, by its contract in cfi.h. */
static struct hf_row
expect(const struct wanted *w, const struct expressions *e)
{
	struct hf_row row = strange;

	if (w->signal)
		return (struct hf_row){ .kind = HF_ROW_SIGNAL };
	if (strcmp(w->ra, "u") == 0)
		return (struct hf_row){ .kind = HF_ROW_END };
	if (strcmp(w->ra, "c-8") != 0 || !expect_cfa(&row, w, e))
		return strange;
	if (strcmp(w->rbp, "u") == 0 || strcmp(w->rbp, "s") == 0)
		return row;
	row.rbp_saved = true;
	if (sscanf(w->rbp, "c%d", &row.saved) == 1)
		return row.kind == HF_ROW_DEREF ? strange : row;
	if (strcmp(w->rbp, "exp") == 0 && row.kind == HF_ROW_DEREF &&
		sscanf(e->rbp, "(DW_OP_breg6 (rbp): %d)", &row.saved) == 1)
		return row;
	return strange;
}

static bool
same(const struct hf_row *a, const struct hf_row *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == HF_ROW_STRANGE || a->kind == HF_ROW_SIGNAL ||
		a->kind == HF_ROW_END)
		return true; /* nothing else of it is read */
	return a->offset == b->offset && a->rbp_saved == b->rbp_saved &&
	       (!a->rbp_saved || a->saved == b->saved);
}

static struct {
	const struct hf_module_seen *module;
	uint64_t tried, kinds[HF_ROW_KINDS], differences;
} result;

static void
compare(uint64_t address, const struct wanted *w, const struct expressions *e)
{
	const struct hf_module_seen *m = result.module;
	struct hf_row wanted = expect(w, e);
	struct hf_row got =
		hf_cfi_row(m->bias + address, m->header, m->low, m->high);

	result.tried++;
	result.kinds[got.kind]++;
	/* Of several expressions the listing does not tell which is in force */
	if (same(&got, &wanted) || (e->several && got.kind == HF_ROW_DEREF))
		return;
	if (result.differences++ < 10)
		print_error("%s 0x%lx: cfa %s rbp %s ra %s %s, "
			    "got kind %d offset %d saved %d %d\n",
			m->path, (long)address, w->cfa, w->rbp, w->ra, e->cfa,
			(int)got.kind, got.offset, got.rbp_saved, got.saved);
}

static void
compare_row(uint64_t start, uint64_t end, const struct wanted *w,
	const struct expressions *e)
{
	compare(start, w, e);
	if (end - start > 1)
		compare(end - 1, w, e);
}

/* Compares all of a module; returns the share of plain rows. */
static double
check_module(const struct hf_module_seen *m)
{
	uint64_t plain;

	memset(&result, 0, sizeof result);
	result.module = m;
	readelf_rows(m->path, compare_row);
	plain = result.kinds[HF_ROW_RSP] + result.kinds[HF_ROW_RBP];
	print_message("%s: %lu addresses, %.3f %% plain; realigned %lu, plt "
		      "%lu, signal %lu, end %lu, strange %lu\n",
		m->path, (long)result.tried,
		100.0 * (double)plain / (double)result.tried,
		(long)result.kinds[HF_ROW_DEREF],
		(long)result.kinds[HF_ROW_PLT],
		(long)result.kinds[HF_ROW_SIGNAL],
		(long)result.kinds[HF_ROW_END],
		(long)result.kinds[HF_ROW_STRANGE]);
	assert_int_equal(result.differences, 0);
	return (double)plain / (double)result.tried;
}

/*
 * Rows that compilers seldom or never write, for readelf to read in this very
 * program: each instruction of the little language, far advances, nested
 * states, a signal frame, realigned stacks. The code is never run.
 */
__asm__(".text\n"
	".type odd_frames, @function\n"
	"odd_frames:\n"
	".cfi_startproc\n"
	"nop\n.cfi_def_cfa_offset 4112\n"
	"nop\n.cfi_def_cfa 6, 16\n.cfi_offset 6, -16\n"
	"nop\n.cfi_remember_state\n.cfi_def_cfa 7, 8\n.cfi_restore 6\n"
	"nop\n.cfi_remember_state\n.cfi_def_cfa_offset 24\n"
	"nop\n.cfi_offset 3, -24\n.cfi_offset 12, -32\n"
	"nop\n.cfi_restore_state\n"
	"nop\n.cfi_restore_state\n"
	".skip 300, 0x90\n.cfi_def_cfa_register 7\n"
	".skip 70000, 0x90\n.cfi_same_value 6\n"
	"nop\n.cfi_undefined 6\n"
	"nop\n.cfi_register 6, 3\n"
	"nop\n.cfi_escape 0x15, 0x06, 0x02\n"
	"nop\n.cfi_restore 6\n.cfi_register 12, 13\n"
	"nop\n.cfi_def_cfa 10, 0\n"
	"nop\n.cfi_def_cfa 7, 0x400000\n"
	"nop\n.cfi_escape 0x2e, 0x10\n" /* args_size */
	"nop\n.cfi_escape 0x12, 6, 0x7e\n" /* def_cfa_sf rbp, 2 */
	"nop\n.cfi_escape 0x13, 0x7c\n" /* def_cfa_offset_sf 4 */
	"nop\n.cfi_escape 0x11, 6, 0x03\n" /* offset_extended_sf rbp, 3 */
	"nop\n.cfi_escape 0x05, 6, 0x05\n" /* offset_extended rbp, 5 */
	"nop\n.cfi_escape 0x06, 6\n" /* restore_extended rbp */
	"nop\n.cfi_escape 0x10, 12, 2, 0x76, 0x68\n" /* r12 at breg6 - 24 */
	"nop\n.cfi_escape 0x16, 6, 2, 0x77, 0x08\n" /* rbp is breg7 + 8 */
	"nop\n.cfi_restore 6\n.cfi_offset 16, -16\n" /* ra elsewhere */
	"nop\n.cfi_offset 16, -8\n"
	"nop\n.cfi_undefined 16\n"
	"nop\n.cfi_endproc\n"
	".size odd_frames, . - odd_frames\n"

	".type realigned_frame, @function\n"
	"realigned_frame:\n"
	".cfi_startproc\n"
	"nop\n.cfi_def_cfa 10, 0\n"
	"nop\n.cfi_escape 0x10, 6, 2, 0x76, 0\n"
	"nop\n.cfi_escape 0x0f, 3, 0x76, 0x58, 0x06\n"
	"nop\n.cfi_offset 6, -16\n" /* no compiler does: not to be guessed */
	"nop\n.cfi_endproc\n"
	".size realigned_frame, . - realigned_frame\n"

	".type signal_frame, @function\n"
	"signal_frame:\n"
	".cfi_startproc\n.cfi_signal_frame\n"
	"nop\n.cfi_def_cfa_offset 168\n"
	"nop\n.cfi_endproc\n"
	".size signal_frame, . - signal_frame\n");

static void
rows_of_what_is_loaded_are_as_readelf_reads_them(void **state)
{
	struct hf_module_seen m;

	assert_true(hf_module_loaded(&m, "/libc.so.6"));
	assert_true(check_module(&m) > 0.999);
	assert_true(result.tried > 20000);
	assert_true(hf_module_loaded(&m, "/libstdc++.so.6"));
	assert_true(check_module(&m) > 0.999);
	assert_true(result.tried > 20000);
}

static void
rows_that_are_seldom_seen_are_as_readelf_reads_them(void **state)
{
	struct hf_module_seen m;

	assert_true(hf_module_loaded(&m, ""));
	check_module(&m);
	for (int kind = HF_ROW_STRANGE; kind < HF_ROW_KINDS; kind++)
		assert_true(result.kinds[kind] > 0);
	/* Whatever the tables know has a row, and be it a strange one. */
	assert_int_equal(result.kinds[HF_ROW_NONE], 0);
}

static void
rows_of_large_programs_are_as_readelf_reads_them(void **state)
{
	struct hf_module_seen m;
	char path[PATH_MAX] = "";
	FILE *f = popen("realpath \"$(gcc -print-prog-name=cc1plus)\" "
			"/usr/bin/python3 2>/dev/null",
		"r");
	int programs = 0;

	assert_non_null(f);
	while (fgets(path, sizeof path, f)) {
		path[strcspn(path, "\n")] = '\0';
		if (path[0] != '/' || !hf_module_mapped(&m, path))
			continue;
		assert_true(check_module(&m) > 0.999);
		assert_true(result.tried > 20000);
		programs++;
	}
	pclose(f);
	assert_true(programs > 0);
}

static void
addresses_without_code_have_no_row(void **state)
{
	struct hf_module_seen m;

	assert_true(hf_module_loaded(&m, "/libc.so.6"));
	for (uintptr_t pc = m.low - 4096; pc < m.low + 4096; pc += 16)
		assert_int_equal(hf_cfi_row(pc, m.header, m.low, m.high).kind,
			HF_ROW_NONE);
	assert_int_equal(
		hf_cfi_row(m.high, m.header, m.low, m.high).kind, HF_ROW_NONE);
	assert_int_equal(
		hf_cfi_row(m.low, NULL, m.low, m.high).kind, HF_ROW_NONE);
	/* A table that lies elsewhere than it may. */
	assert_int_equal(hf_cfi_row((uintptr_t)strlen, m.header, m.low,
				 (uintptr_t)m.header)
				 .kind,
		HF_ROW_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			rows_of_what_is_loaded_are_as_readelf_reads_them),
		cmocka_unit_test(
			rows_that_are_seldom_seen_are_as_readelf_reads_them),
		cmocka_unit_test(
			rows_of_large_programs_are_as_readelf_reads_them),
		cmocka_unit_test(addresses_without_code_have_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
