/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line may say of the text of perf script. */
#ifndef READ_PERF_H
#define READ_PERF_H

/* The event that is read; NULL: the first one of each file. Borrowed. */
void read_perf_event(const char *name);

#endif
