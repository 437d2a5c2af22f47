/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that people know from pprof and jeprof, or from another command of
 * ours, and what to use in their place.
 */
#ifndef ARGS_ABSENT_H
#define ARGS_ABSENT_H

/* "'--by thread,label' keeps them apart"; NULL: nobody knows such an option. */
const char *args_instead(const char *name);

#endif
