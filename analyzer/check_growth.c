/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "err.h"

int
check_growth(struct findings *out, const struct check *c, const struct limit *l)
{
	return error("not yet");
}
