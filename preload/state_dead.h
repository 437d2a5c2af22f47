/* SPDX-License-Identifier: Apache-2.0 */
/* States that processes left behind: the newest few of each program stay. */
#ifndef HF_STATE_DEAD_H
#define HF_STATE_DEAD_H

/*
 * Removes what is too old from the folder of that descriptor. In the helper.
 * Among many processes that start at once only some do it.
 */
void hf_state_sweep(long folder);

#endif
