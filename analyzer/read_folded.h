/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line may say of folded stacks. */
#ifndef READ_FOLDED_H
#define READ_FOLDED_H

/*
 * What the counts of files read from now on are of, which a folded file does
 * not say: "bytes", "nanoseconds" or any word; NULL: "samples". Borrowed.
 */
void read_folded_count(const char *name);

#endif
