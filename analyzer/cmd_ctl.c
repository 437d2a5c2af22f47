/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame ctl`: one word, said to a running process or looked up in it. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "state_ask.h"
#include "state_dump.h"
#include "state_status.h"
#include "units.h"

const char help_ctl[] =
	"usage: heapflame ctl PID|FILE.live WORD\n"
	"Ask a running program, or tell it something. It must have been "
	"started with\n"
	"libheapflame.so; with HEAPFLAME_ACTIVE=0 it sleeps until 'start'.\n"
	"\n"
	"  status          is it sampling, at what N, in which phase, what it "
	"holds\n"
	"  start, stop     sampling on and off; 'stop' ends the phase\n"
	"  rate N          sampling interval from now on (K, M, G; 1: every\n"
	"                  allocation)\n"
	"  mark NAME       begin a phase of that name; it lasts until the next "
	"mark\n"
	"                  or stop\n"
	"  dump            write a dump beside those of the program\n"
	"\n"
	"  -o, --output FILE\n"
	"                  where 'dump' writes\n"
	"  --help          this text\n"
	"\n"
	"'done' if it did so; 'pending' if it allocates nothing at the moment: "
	"it will\n"
	"with its next allocation. 'status' and 'dump' never wait for the "
	"program.\n"
	"\n"
	"  heapflame ctl 4242 status\n"
	"  heapflame ctl 4242 mark 'after warm-up'\n";

enum { STATUS = -1, DUMP = -2 };

static const struct word {
	const char *name;
	int kind; /* enum hfs_request, or STATUS, DUMP */
	const char *wants; /* its argument, or NULL */
} words[] = {
	{ "status", STATUS, NULL },
	{ "start", HFS_START, NULL },
	{ "stop", HFS_STOP, NULL },
	{ "rate", HFS_RATE, "N" },
	{ "mark", HFS_MARK, "NAME" },
	{ "dump", DUMP, NULL },
};

#define WORDS (sizeof words / sizeof *words)

static const struct word *
find_word(const char *name)
{
	for (size_t i = 0; i < WORDS; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	error("'%s' is nothing that ctl knows", name);
	return NULL;
}

/* The words after the options: whose, what, and with what. */
struct order {
	const char *target;
	const struct word *word;
	const char *argument;
	const char *output; /* of DUMP; or NULL */
	struct request request; /* what is not done here */
};

static int
make_request(struct order *o)
{
	struct request *r = &o->request;
	int64_t n;

	*r = (struct request){ .kind = (enum hfs_request)o->word->kind };
	if (r->kind == HFS_RATE) {
		n = units_parse_size(o->argument);
		if (n <= 0)
			return error("rate wants a size from 1, not '%s'",
				o->argument);
		r->argument = (uint64_t)n;
	}
	if (r->kind == HFS_MARK) {
		if (o->argument[0] == '\0')
			return error("mark wants a NAME that is not empty");
		r->text = o->argument;
	}
	return 0;
}

static int
parse_order(struct order *o, const struct args *a)
{
	int wanted;

	if (a->file_count == 0)
		return error("which process? its PID comes first");
	if (a->file_count == 1)
		return error("what is to be done with '%s'?", a->files[0]);
	o->target = a->files[0];
	o->word = find_word(a->files[1]);
	if (!o->word)
		return -1;
	wanted = o->word->wants ? 3 : 2;
	if (a->file_count < wanted)
		return error("'%s' wants a %s", o->word->name, o->word->wants);
	if (a->file_count > wanted)
		return error("unexpected word '%s'", a->files[wanted]);
	o->output = a->output;
	o->argument = wanted == 3 ? a->files[2] : NULL;
	return o->word->kind < 0 ? 0 : make_request(o);
}

/* Why a process says no. */
static int
refused(const struct request *r, const struct hfs_control *c)
{
	switch (r->kind) {
	case HFS_RATE:
		return error("refused: N must be from 1 to 1T, and can change "
			     "%d times in a process's life",
			HFS_INTERVALS - 1);
	case HFS_MARK:
		return error("refused: it has had %d phases, or MEMORY is "
			     "used up",
			HFS_PHASES);
	default:
		return error("refused: %s",
			atomic_load(&c->threshold) == 0
				? "it is not set up yet"
				: "its profiler is off, or was switched too "
				  "often");
	}
}

static int
tell(enum answer answer, const struct request *r, struct state_map *m)
{
	const char *other = state_request_name(m->header->control.kind);

	switch (answer) {
	case ANSWER_DONE:
		puts("done");
		return EXIT_DONE;
	case ANSWER_PENDING:
		puts("pending (the program allocates nothing)");
		return EXIT_DONE;
	case ANSWER_REFUSED:
		refused(r, &m->header->control);
		return EXIT_FAILED;
	case ANSWER_BUSY:
		break;
	}
	error("its last order, '%s', is still pending", other ? other : "?");
	hint("The program does it at its next allocation; then try again.");
	return EXIT_FAILED;
}

static int
ask(const char *path, const struct order *o)
{
	struct state_map m;
	int code;

	if (state_map_living(&m, path) < 0)
		return EXIT_FAILED;
	code = tell(state_ask(&m, &o->request), &o->request, &m);
	state_unmap(&m);
	return code;
}

static int
obey(const struct order *o)
{
	char *path = state_path_of(o->target), *root;
	int code;

	if (!path)
		return EXIT_FAILED;
	root = state_root_of(o->target);
	if (o->word->kind == STATUS)
		code = state_status(stdout, path) < 0 ? EXIT_FAILED : EXIT_DONE;
	else if (o->word->kind == DUMP)
		code = state_dump(path, root, o->output) < 0 ? EXIT_FAILED
							     : EXIT_DONE;
	else
		code = ask(path, o);
	free(root);
	free(path);
	return code;
}

int
cmd_ctl(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT };
	struct order o = { .target = NULL };
	int code;

	if (args_parse(&a, NULL, argc, argv) < 0)
		return EXIT_USAGE;
	if (parse_order(&o, &a) < 0) {
		hint("Try 'heapflame ctl --help'.");
		code = EXIT_USAGE;
	} else {
		code = obey(&o);
	}
	args_release(&a);
	return code;
}
