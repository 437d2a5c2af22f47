/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel and the processor, with nothing between: raw system calls that
 * touch neither errno nor a cancellation point nor anybody's hook, and the
 * floating-point environment. The only file with assembly for a processor,
 * beside clone.h.
 */
#ifndef HF_SYS_H
#define HF_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define HF_LIKELY(x)   __builtin_expect(!!(x), 1)
#define HF_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define HF_COLD	       __attribute__((cold, noinline))
#define HF_EXPORT      __attribute__((visibility("default")))
/* Data of this library: reached directly, not through a table. */
#define HF_HIDDEN  __attribute__((visibility("hidden")))
#define HF_CHECKED __attribute__((warn_unused_result))

#if !defined __x86_64__
#error "heapflame runs on x86-64; another processor needs its own sys.h"
#endif

/* The kernel's answer: >= 0, or -errno. Unused arguments are 0. */
static inline long
hf_sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile(
		"syscall"
		: "=a"(result)
		: "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return result;
}

static inline long
hf_sys3(long n, long a, long b, long c)
{
	return hf_sys6(n, a, b, c, 0, 0, 0);
}

static inline long
hf_sys4(long n, long a, long b, long c, long d)
{
	return hf_sys6(n, a, b, c, d, 0, 0);
}

/* True for what mmap and friends return when they failed. */
static inline bool
hf_sys_failed(long result)
{
	return (unsigned long)result > -4096UL;
}

/*
 * The control and status word of the vector unit. Hosts run with traps
 * unmasked, odd rounding, flush to zero; whoever computes in a hook takes the
 * default first and gives back the host's word, sticky flags and all.
 */
static inline uint32_t
hf_fp_enter(void)
{
	uint32_t host, plain = 0x1f80;

	__asm__ volatile("stmxcsr %0" : "=m"(host));
	__asm__ volatile("ldmxcsr %0" : : "m"(plain));
	return host;
}

static inline void
hf_fp_leave(uint32_t host)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(host));
}

/* 16 bytes compared and swapped at once; *expected gets what was there. */
static inline bool
hf_cas16(volatile uint64_t *where, uint64_t expected[2], const uint64_t new[2])
{
	bool done;

	__asm__ volatile("lock cmpxchg16b %1\n\tsete %0"
			 : "=q"(done), "+m"(*(volatile __int128 *)where),
			 "+a"(expected[0]), "+d"(expected[1])
			 : "b"(new[0]), "c"(new[1])
			 : "cc", "memory");
	return done;
}

#endif
