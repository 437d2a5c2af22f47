/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file behind the shared region, so that what it holds outlives the process
 * however that ends: `<exe>.<id>.live` where LIVE says, by default in a folder
 * of ours in /dev/shm.
 *
 * A tmpfs, because a page of another filesystem can stall a store for 50 ms
 * while it is written back, and because there a page that was written once can
 * be written always: a store into a file that grows on a full disk would be a
 * SIGBUS. Pages are had by MADV_POPULATE_WRITE before anything is stored in
 * them; kernels before 5.14 get a file of fixed size, allocated when it is
 * made.
 *
 * Made and unmade in the helper, whose descriptors are its own.
 */
#ifndef HF_STATE_FILE_H
#define HF_STATE_FILE_H

#include "identity.h"
#include "state.h"

/*
 * Makes the file under the name that `birth` gives (changed, where there is one
 * of that name) and maps its first chunk. backing->chunk is NULL if it can't be
 * had. What is mapped is remembered (maps.h), unless dormant. Waits for the
 * helper: some 200 us, once in a process's life.
 */
void hf_state_file_make(struct hf_birth *birth, struct hf_backing *backing);

/* Why there is none, in words, or NULL: there is one, or LIVE=0. */
const char *hf_state_file_problem(void);

/* In the helper: the final dump has taken its place. */
void hf_state_file_remove(void);

#endif
