/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call frame information of x86-64, as far as a walk needs it: where the
 * caller's frame is and where its rbp was saved. Pure: reads the tables of one
 * module, calls nothing.
 */
#ifndef HF_CFI_H
#define HF_CFI_H

#include <stdbool.h>
#include <stdint.h>

enum hf_row_kind {
	HF_ROW_NONE, /* no tables know this code */
	HF_ROW_STRANGE, /* they do, but in a way that a row can't hold */
	HF_ROW_RSP, /* CFA = rsp + offset */
	HF_ROW_RBP, /* CFA = rbp + offset */
	HF_ROW_DEREF, /* CFA = *(rbp + offset): realigned stacks */
	HF_ROW_PLT, /* CFA = rsp + 8, or + 16 after the push */
	HF_ROW_SIGNAL, /* the kernel's signal frame at rsp */
	HF_ROW_END, /* the outermost frame */
	HF_ROW_KINDS
};

/*
 * How to step from one frame to its caller: the return address stands at
 * CFA - 8. Offsets are in bytes.
 */
struct hf_row {
	enum hf_row_kind kind;
	int32_t offset;
	/* Where the caller's rbp is: CFA + saved (DEREF: rbp + saved); it is
	   unchanged if !rbp_saved. */
	int32_t saved;
	bool rbp_saved;
};

/*
 * The row for `pc` from the module whose .eh_frame_hdr is at `header`; all of
 * it lies in [low, high). NONE if there is none. STRANGE is no reason to guess:
 * the code is known not to be what a guess takes it for.
 */
struct hf_row hf_cfi_row(
	uintptr_t pc, const uint8_t *header, uintptr_t low, uintptr_t high);

#endif
