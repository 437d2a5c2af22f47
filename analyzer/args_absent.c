/* SPDX-License-Identifier: Apache-2.0 */
#include "args_absent.h"

#include <stddef.h>
#include <string.h>

struct absent {
	const char *name, *instead;
};

static const char by_words[] = "'--by thread,label' keeps them apart";
static const char rows[] = "rows are functions; 'heapflame convert' feeds "
			   "tools that know others";
static const char cut[] = "'--top N' limits the rows";
static const char picture[] = "'heapflame flame' draws the picture, "
			      "'heapflame diff -o FILE.svg' that of a change";
static const char others[] = "'heapflame convert' writes what other tools read";

static const struct absent absents[] = {
	{ "tagfocus", by_words },
	{ "tagignore", by_words },
	{ "tagshow", by_words },
	{ "taghide", by_words },
	{ "tags", by_words },
	{ "tagroot", by_words },
	{ "tagleaf", by_words },
	{ "lines", rows },
	{ "files", rows },
	{ "addresses", rows },
	{ "filefunctions", rows },
	{ "granularity", rows },
	{ "noinlines", "inlined functions are always rows of their own" },
	{ "nodefraction", cut },
	{ "edgefraction", cut },
	{ "maxdegree", cut },
	{ "trim", cut },
	{ "svg", picture },
	{ "web", picture },
	{ "dot", picture },
	{ "gv", picture },
	{ "evince", picture },
	{ "scale", picture },
	{ "pdf", picture },
	{ "ps", picture },
	{ "gif", picture },
	{ "png", picture },
	{ "http", "'heapflame flame' writes a picture that searches and zooms "
		  "without a server" },
	{ "raw", others },
	{ "proto", others },
	{ "callgrind", others },
	{ "collapsed", "'heapflame convert --to folded' writes them" },
	{ "traces", "'heapflame convert --to folded' writes whole stacks" },
	{ "peek", "'heapflame report --tree --focus RE' shows callers and "
		  "callees" },
	{ "list", "'heapflame report --focus RE' names the lines" },
	{ "weblist", "'heapflame report --focus RE' names the lines" },
	{ "disasm", "'heapflame report --focus RE' names the lines" },
	{ "prune_from", "'--hide RE' takes frames out" },
	{ "noprune_from", "'--no-wrappers' charges allocation wrappers, too" },
	{ "relative_percentages", "shares are always of what is shown" },
	{ "call_tree", "'heapflame report --tree' does not merge callers" },
	{ "mean", "column 'objects' tells how many" },
	{ "mean_delay", "that is of other profiles" },
	{ "total_delay", "that is of other profiles" },
	{ "contentions", "that is of other profiles" },
	{ "normalize", "'heapflame diff --normalize' scales its first side" },
	{ "divide_by", "figures are shown as they are" },
	{ "interactive", "'heapflame top' is what moves" },
	{ "thread", "'--by thread' keeps threads apart" },
	{ "inuse", "'--inuse_space' is one metric, '--inuse_objects' another" },
	{ "heapcheck", "'heapflame leaks' lists what was never freed" },
	{ "symbolize", "names are always looked up" },
	{ "symbols", "names are always looked up" },
	{ "seconds", "'heapflame record --for TIME PID' takes a window" },
	/* Ours, at the wrong command. */
	{ "top", "it lists no rows; '--focus RE' narrows it, and "
		 "'heapflame report' and 'leaks' have --top" },
	{ "text", "'heapflame report' writes text" },
	{ "flat", "'heapflame report' sorts by flat" },
	{ "cum", "'heapflame report' sorts by cum" },
	{ "tree", "'heapflame report' shows trees" },
	{ "functions", "'heapflame report' lists functions" },
	{ "unit", "its figures have their unit" },
	{ "bytes", "its figures are exact, or have no other form" },
	{ "metric", "it shows one metric only, or all" },
	{ "focus", "'heapflame report' and 'heapflame flame' select" },
	{ "ignore", "'heapflame report' and 'heapflame flame' select" },
	{ "hide", "'heapflame report' and 'heapflame flame' select" },
	{ "show", "'heapflame report' and 'heapflame flame' select" },
	{ "show-from", "'heapflame report' and 'heapflame flame' select" },
	{ "base", "'heapflame report' and 'heapflame flame' subtract" },
	{ "drop_negative", "'heapflame flame' and 'leaks' do so always" },
};

const char *
args_instead(const char *name)
{
	for (size_t i = 0; i < sizeof absents / sizeof *absents; i++)
		if (strcmp(absents[i].name, name) == 0)
			return absents[i].instead;
	return NULL;
}
