/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator's name to the library that can be preloaded. */
#ifndef ALLOCATOR_LIBRARY_H
#define ALLOCATOR_LIBRARY_H

/*
 * `name`: jemalloc, tcmalloc or mimalloc, looked for where the loader looks; or
 * the path of any library that defines malloc. It must be for the machine of
 * the file `like`. Caller frees. NULL after error().
 */
char *allocator_library_find(const char *name, const char *like);

#endif
