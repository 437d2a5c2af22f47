/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unwind tables as readelf reads them: one call a row. Its table of rows says
 * only "exp" for what is an expression; what it is comes from its listing of
 * the instructions.
 */
#ifndef HF_READELF_ROWS_H
#define HF_READELF_ROWS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Expressions of a function, from the listing of instructions. */
struct expressions {
	uint64_t function;
	char cfa[160], rbp[160]; /* the last of each; "" for none */
	bool several; /* not all alike */
};

static struct expressions *expressions;
static size_t expression_count, expression_room;

/* What readelf says of one row. */
struct wanted {
	char cfa[24], rbp[24], ra[24];
	bool signal;
};

struct cie {
	uint64_t offset;
	struct wanted row;
};

typedef void (*row_visitor)(uint64_t start, uint64_t end,
	const struct wanted *row, const struct expressions *e);

static struct {
	row_visitor visit;
	struct cie cies[1024];
	size_t cie_count, next_expression;
	int rbp_column, ra_column;
	bool in_cie;
	const struct expressions *expressions; /* of the function */
	uint64_t end, at; /* of the function; of the row in `row` */
	struct wanted row;
} oracle;

static FILE *
readelf(const char *how, const char *path)
{
	char command[PATH_MAX + 100];
	FILE *f;

	snprintf(command, sizeof command,
		"LC_ALL=C readelf --debug-dump=%s '%s' 2>/dev/null", how, path);
	f = popen(command, "r");
	if (!f)
		abort();
	return f;
}

/* "... FDE cie=00000000 pc=0000000000026000..0000000000026360" */
static bool
parse_fde(const char *line, uint64_t *cie, uint64_t *start, uint64_t *end)
{
	const char *fde = strstr(line, " FDE cie=");
	unsigned long c, a, b;

	if (!fde || sscanf(fde, " FDE cie=%lx pc=%lx..%lx", &c, &a, &b) != 3)
		return false;
	*cie = c;
	*start = a;
	*end = b;
	return true;
}

static void
keep_expression(struct expressions *e, char kept[160], const char *text)
{
	e->several |= kept[0] && strncmp(kept, text, strlen(kept)) != 0;
	snprintf(kept, 160, "%.*s", (int)strcspn(text, "\n"), text);
}

static void
read_expressions(const char *path)
{
	static const char cfa[] = "  DW_CFA_def_cfa_expression ";
	static const char rbp[] = "  DW_CFA_expression: r6 (rbp) ";
	FILE *f = readelf("frames", path);
	struct expressions *e = NULL, now = { 0 };
	uint64_t cie, end;
	char line[4096];

	expression_count = 0;
	while (fgets(line, sizeof line, f)) {
		if (parse_fde(line, &cie, &now.function, &end))
			e = NULL;
		if (strncmp(line, cfa, sizeof cfa - 1) != 0 &&
			strncmp(line, rbp, sizeof rbp - 1) != 0)
			continue;
		if (!e) {
			if (expression_count == expression_room) {
				expression_room = 2 * expression_room + 64;
				expressions = realloc(expressions,
					expression_room * sizeof *e);
				if (!expressions)
					abort();
			}
			e = &expressions[expression_count++];
			*e = now;
		}
		if (line[9] == 'd')
			keep_expression(e, e->cfa, line + sizeof cfa - 1);
		else
			keep_expression(e, e->rbp, line + sizeof rbp - 1);
	}
	pclose(f); /* its status is 1 for many a good file */
}

/* Both listings have the functions in one order. */
static const struct expressions *
expressions_of(uint64_t function)
{
	static const struct expressions none;
	size_t i = oracle.next_expression;

	if (i == expression_count || expressions[i].function != function)
		return &none;
	oracle.next_expression++;
	return &expressions[i];
}

/* The row that ends before `end`, which may be empty. */
static void
finish_row(uint64_t end)
{
	if (end > oracle.at)
		oracle.visit(oracle.at, end, &oracle.row, oracle.expressions);
}

static void
finish_function(void)
{
	if (oracle.in_cie)
		oracle.cies[oracle.cie_count - 1].row = oracle.row;
	else if (oracle.end)
		finish_row(oracle.end);
	oracle.end = 0;
	oracle.in_cie = false;
}

static void
begin_cie(const char *line)
{
	struct cie *c = &oracle.cies[oracle.cie_count++];

	assert_true(
		oracle.cie_count <= sizeof oracle.cies / sizeof oracle.cies[0]);
	c->offset = strtoul(line, NULL, 16);
	oracle.row = (struct wanted){ "", "u", "u",
		strchr(strchr(line, '"'), 'S') != NULL };
	oracle.in_cie = true;
}

static void
begin_function(uint64_t cie, uint64_t start, uint64_t end)
{
	oracle.expressions = expressions_of(start);
	oracle.at = start;
	oracle.end = end;
	for (size_t i = oracle.cie_count; i-- > 0;)
		if (oracle.cies[i].offset == cie) {
			oracle.row = oracle.cies[i].row;
			return;
		}
	abort(); /* an FDE without its CIE */
}

/* "   LOC           CFA      rbx   rbp   ra" */
static void
read_columns(char *line)
{
	int column = 0;

	oracle.rbp_column = oracle.ra_column = -1;
	for (char *w = strtok(line, " \n"); w; w = strtok(NULL, " \n")) {
		if (strcmp(w, "rbp") == 0)
			oracle.rbp_column = column;
		else if (strcmp(w, "ra") == 0)
			oracle.ra_column = column;
		column++;
	}
}

static void
read_row(char *line)
{
	struct wanted row = { "", "u", "u", oracle.row.signal };
	uint64_t at = strtoul(line, NULL, 16);
	int column = 0;

	for (char *w = strtok(line, " \n"); w; w = strtok(NULL, " \n")) {
		if (*w == '(') /* "r10 (r10)" is one column */
			continue;
		if (column == 1)
			snprintf(row.cfa, sizeof row.cfa, "%s", w);
		else if (column == oracle.rbp_column)
			snprintf(row.rbp, sizeof row.rbp, "%s", w);
		else if (column == oracle.ra_column)
			snprintf(row.ra, sizeof row.ra, "%s", w);
		column++;
	}
	if (!oracle.in_cie)
		finish_row(at);
	oracle.at = at;
	oracle.row = row;
}

static void
read_line(char *line)
{
	uint64_t cie, start, end;

	if (strstr(line, " CIE \"")) {
		finish_function();
		begin_cie(line);
	} else if (parse_fde(line, &cie, &start, &end)) {
		finish_function();
		begin_function(cie, start, end);
	} else if (strncmp(line, "   LOC ", 7) == 0) {
		read_columns(line);
	} else if (strspn(line, "0123456789abcdef") == 16 && line[16] == ' ' &&
		   line[17] != '0') {
		read_row(line);
	}
}

/* All rows of the file's .eh_frame; of a CIE alone there is none. */
static void
readelf_rows(const char *path, row_visitor visit)
{
	char line[4096];
	FILE *f;

	memset(&oracle, 0, sizeof oracle);
	oracle.visit = visit;
	read_expressions(path);
	f = readelf("frames-interp", path);
	while (fgets(line, sizeof line, f))
		read_line(line);
	finish_function();
	pclose(f);
	free(expressions);
	expressions = NULL;
	expression_room = 0;
}

#endif
