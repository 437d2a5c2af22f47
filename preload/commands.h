/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start, stop, rate, mark: what the host asks for by the C API, and others
 * by the control page. Nothing here waits.
 */
#ifndef HF_COMMANDS_H
#define HF_COMMANDS_H

#include "control.h"

enum hf_outcome hf_command_start(void);
/* Ends the present phase. */
enum hf_outcome hf_command_stop(struct hf_region *r); /* r may be NULL */
enum hf_outcome hf_command_rate(uint64_t interval);
enum hf_outcome hf_command_mark(struct hf_region *r, const char *name);

/*
 * Does what somebody asks for by the control page, or leaves it to the thread
 * that is at it. Called when hf_control_asked().
 */
void hf_commands_answer(struct hf_region *r);

#endif
