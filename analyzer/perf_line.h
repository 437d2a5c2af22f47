/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the text that `perf script` writes, of any version:
 *
 *	Web Content  4503/4507 [001]  2135.440550:    1003009 cycles:u:
 *	            1187 parse+0x3e (/usr/bin/x)
 *	           2724a __libc_start_call_main+0x7a (/usr/lib/libc.so.6)
 *
 * The processor, the time, the period and one of pid and tid may be missing; a
 * tracepoint has words of its own behind its name; a sample without callers
 * has its one frame there. All pointers point into the line.
 */
#ifndef PERF_LINE_H
#define PERF_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perf_text {
	const unsigned char *at;
	size_t length;
};

struct perf_event {
	struct perf_text comm;
	uint64_t pid, tid; /* the same where there is one number only */
	bool has_pid; /* there are two */
	bool has_period;
	uint64_t period; /* 1 if there is none */
	struct perf_text name; /* "cycles:u"; length 0: none was found */
	struct perf_text rest; /* what stands behind it */
};

struct perf_frame {
	struct perf_text symbol; /* without "+0x1f"; "[unknown]" */
	struct perf_text module; /* path or "[kernel.kallsyms]"; may be empty */
};

/*
 * A line without its newline. `strict`: only with a time, which tells it from
 * a frame where both may stand.
 */
bool perf_line_event(struct perf_event *e, struct perf_text line, bool strict);
bool perf_line_frame(struct perf_frame *f, struct perf_text line);

#endif
