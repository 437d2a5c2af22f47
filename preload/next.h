/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next allocator: what the hooks forward to. Found on first entry by an own
 * walk over the hash tables of the loaded objects, behind ours in the order of
 * search: dlsym may allocate, lock and, in old glibc, call us.
 *
 * Until then the pointers lead to functions that look and then forward, so the
 * hooks need no test.
 */
#ifndef HF_NEXT_H
#define HF_NEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "sys.h"

/* name, result, parameters, arguments */
#define HF_NEXT_FAMILY(X)                                                      \
	X(malloc, void *, (size_t n), (n))                                     \
	X(calloc, void *, (size_t k, size_t n), (k, n))                        \
	X(realloc, void *, (void *p, size_t n), (p, n))                        \
	X(memalign, void *, (size_t a, size_t n), (a, n))                      \
	X(aligned_alloc, void *, (size_t a, size_t n), (a, n))                 \
	X(posix_memalign, int, (void **p, size_t a, size_t n), (p, a, n))      \
	X(valloc, void *, (size_t n), (n))                                     \
	X(pvalloc, void *, (size_t n), (n))                                    \
	X(malloc_usable_size, size_t, (void *p), (p))

/* These return nothing. */
#define HF_NEXT_FREES(X)                                                       \
	X(free, (void *p), (p))                                                \
	X(cfree, (void *p), (p))                                               \
	X(free_sized, (void *p, size_t n), (p, n))                             \
	X(free_aligned_sized, (void *p, size_t a, size_t n), (p, a, n))

/*
 * C++: new in four shapes, each as object and array, with exceptions and
 * without; delete in six. `nt` is a const std::nothrow_t &. The last two: what
 * gives back a block `p` of that form, and what makes one where there is no
 * C++ library.
 */
#define HF_NEXT_NEWS(X)                                                        \
	X(_Znwm, (size_t n), (n), _ZdlPv(p), malloc(n))                        \
	X(_Znam, (size_t n), (n), _ZdaPv(p), malloc(n))                        \
	X(_ZnwmRKSt9nothrow_t, (size_t n, const void *nt), (n, nt), _ZdlPv(p), \
		malloc(n))                                                     \
	X(_ZnamRKSt9nothrow_t, (size_t n, const void *nt), (n, nt), _ZdaPv(p), \
		malloc(n))                                                     \
	X(_ZnwmSt11align_val_t, (size_t n, size_t a), (n, a),                  \
		_ZdlPvSt11align_val_t(p, a), memalign(a, n))                   \
	X(_ZnamSt11align_val_t, (size_t n, size_t a), (n, a),                  \
		_ZdaPvSt11align_val_t(p, a), memalign(a, n))                   \
	X(_ZnwmSt11align_val_tRKSt9nothrow_t,                                  \
		(size_t n, size_t a, const void *nt), (n, a, nt),              \
		_ZdlPvSt11align_val_t(p, a), memalign(a, n))                   \
	X(_ZnamSt11align_val_tRKSt9nothrow_t,                                  \
		(size_t n, size_t a, const void *nt), (n, a, nt),              \
		_ZdaPvSt11align_val_t(p, a), memalign(a, n))

#define HF_NEXT_DELETES(X)                                                     \
	X(_ZdlPv, (void *p), (p))                                              \
	X(_ZdaPv, (void *p), (p))                                              \
	X(_ZdlPvm, (void *p, size_t n), (p, n))                                \
	X(_ZdaPvm, (void *p, size_t n), (p, n))                                \
	X(_ZdlPvRKSt9nothrow_t, (void *p, const void *nt), (p, nt))            \
	X(_ZdaPvRKSt9nothrow_t, (void *p, const void *nt), (p, nt))            \
	X(_ZdlPvSt11align_val_t, (void *p, size_t a), (p, a))                  \
	X(_ZdaPvSt11align_val_t, (void *p, size_t a), (p, a))                  \
	X(_ZdlPvmSt11align_val_t, (void *p, size_t n, size_t a), (p, n, a))    \
	X(_ZdaPvmSt11align_val_t, (void *p, size_t n, size_t a), (p, n, a))    \
	X(_ZdlPvSt11align_val_tRKSt9nothrow_t,                                 \
		(void *p, size_t a, const void *nt), (p, a, nt))               \
	X(_ZdaPvSt11align_val_tRKSt9nothrow_t,                                 \
		(void *p, size_t a, const void *nt), (p, a, nt))

struct hf_next {
#define FIELD(name, result, parameters, arguments) result(*name) parameters;
	HF_NEXT_FAMILY(FIELD)
#undef FIELD
#define FIELD(name, parameters, arguments) void(*name) parameters;
	HF_NEXT_FREES(FIELD)
	HF_NEXT_DELETES(FIELD)
#undef FIELD
#define FIELD(name, parameters, ...) void *(*name)parameters;
	HF_NEXT_NEWS(FIELD)
#undef FIELD
	/*
	 * This form of new does not end in another function of the family:
	 * it is hooked, else its allocations would count twice, or never.
	 */
#define FIELD(name, ...) bool hooked##name;
	HF_NEXT_NEWS(FIELD)
#undef FIELD
	int (*dlclose)(void *);
	/* The operators are the next malloc's own (jemalloc, tcmalloc, ...) */
	bool operators;
	bool malloc_found; /* hf_next_find has been here */
};

extern HF_HIDDEN struct hf_next hf_next;

/* Looks everything up; done by itself on first entry. */
void hf_next_find(void);

/*
 * Address of a symbol in the object that defines the next malloc, or NULL. In
 * the constructor, as below.
 */
void *hf_next_beside_malloc(const char *name);

/*
 * Address of a symbol in any loaded object but ours, or NULL. Walks the list
 * of objects without the loader's lock: only while nobody can unload, in the
 * constructor.
 */
void *hf_next_symbol(const char *name);

#endif
