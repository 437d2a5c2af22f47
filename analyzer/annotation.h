/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What folded stacks say of a frame behind its name, "do_idle_[k]": what kind
 * of code it is. In a profile the letter is no part of the name: an inlined
 * function has struct function's flag, the others belong to a module that
 * stands for the kind, unless a real one is known.
 */
#ifndef ANNOTATION_H
#define ANNOTATION_H

#include <stddef.h>

/*
 * k: kernel, i: inlined, j: compiled at run time, w: the one that woke it; of
 * Java: 0: interpreted, 1: compiled by C1.
 */
#define ANNOTATIONS "kijw01"

/* The letter that `name` ends with, as "_[k]", or 0. */
char annotation_of_name(const char *name, size_t length);
#define ANNOTATION_LENGTH 4 /* what it takes of the name */

/* "[kernel]", ...; NULL for 'i' and 0. */
const char *annotation_module(char letter);

/*
 * What is known of a function by the path of its module: one of the above, or
 * what perf calls a module of the kernel or the map of a just-in-time compiler.
 */
char annotation_of_module(const char *path);

#endif
