/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build: -O1 -g -fno-optimize-sibling-calls -fno-inline -pthread -rdynamic
 */
/*
 * harm_anywhere LIBRARY: allocates at every odd moment of a program's life,
 * noting each block: before main, in constructors that dlopen runs, in
 * callbacks of dl_iterate_phdr, in destructors of thread-local objects and of
 * thread-specific data, in exit handlers, in destructors after them. Exceptions
 * and longjmp leave frames that have allocated. States its truth at the end,
 * from the last destructor of all, while another thread goes on; and even after
 * that something is flushed.
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>

#include "truth.h"

static pthread_key_t key;
static jmp_buf back;
static bool ended;

#define SITE(name)                                                             \
	static void name(void)                                                 \
	{                                                                      \
		for (size_t i = 1; i <= 20; i++)                               \
			free(GAVE(TOOK(malloc(i * 10), i * 10)));              \
		TOOK(malloc(111), 111);                                        \
	}

SITE(by_preinit)
SITE(by_constructor)
SITE(by_static_object)
SITE(by_callback)
SITE(by_library)
SITE(by_thread_object)
SITE(by_thread_data)
SITE(by_exit_handler)
SITE(by_static_destructor)
SITE(by_destructor)
SITE(by_late_destructor)
SITE(by_exception)
SITE(by_jump)

/* With 40 bytes, which a longjmp over us leaves behind. */
static void
by_lost_frame(int depth)
{
	void *p = TOOK(malloc(40), 40);

	if (depth == 0)
		longjmp(back, 1);
	by_lost_frame(depth - 1);
	free(GAVE(p));
}

struct guard {
	~guard()
	{
		by_exception();
	}
};

static void
thrower(int depth)
{
	guard g;

	if (depth == 0)
		throw depth;
	thrower(depth - 1);
}

static void
jumps_and_exceptions(void)
{
	for (volatile int i = 0; i < 50; i++) {
		if (setjmp(back) == 0)
			by_lost_frame(i % 7);
		by_jump();
		try {
			thrower(i % 5);
		} catch (int) {
			by_exception();
		}
	}
}

static void
preinit(void)
{
	by_preinit();
}

/* Run before the constructors of any library but the loader's own. */
__attribute__((section(".preinit_array"), used)) static void (*first)(
	void) = preinit;

static void __attribute__((constructor)) constructed(void)
{
	by_constructor();
}

static void __attribute__((destructor)) destructed(void)
{
	by_destructor();
	ended = true;
}

struct object {
	object()
	{
		by_static_object();
	}
	~object()
	{
		by_static_destructor();
	}
};

static object global;

struct thread_object {
	int used;
	~thread_object()
	{
		by_thread_object();
	}
};

static thread_local thread_object in_thread;

static void
end_of_data(void *round)
{
	by_thread_data();
	/* Once more: glibc calls us up to four times. */
	if (round == &key)
		pthread_setspecific(key, &back);
}

static void *
thread(void *)
{
	in_thread.used = 1;
	pthread_setspecific(key, &key);
	return nullptr;
}

static int
callback(struct dl_phdr_info *, size_t, void *)
{
	by_callback();
	return 0;
}

extern "C" void called_by_library(void);
void
called_by_library(void)
{
	if (!ended) {
		by_library();
		return;
	}
	/* The last destructor of all: that of a library loaded last. */
	by_late_destructor();
	truth_print(0, 0);
}

/* Flushed when all handlers and destructors are done: in nobody's profile. */
static ssize_t
after_exit(void *, const char *, size_t n)
{
	static const char line[] = "after exit: all blocks whole\n";
	char *blocks[100];

	for (int i = 0; i < 100; i++) {
		blocks[i] = static_cast<char *>(truth_keep(malloc(100 + i)));
		memset(blocks[i], i, 100 + i);
	}
	for (int i = 0; i < 100; i++) {
		if (blocks[i][99 + i] != i)
			truth_fail("a block was spoiled");
		free(blocks[i]);
	}
	if (write(1, line, sizeof line - 1) < 0)
		_exit(98);
	return static_cast<ssize_t>(n);
}

static bool
write_after_exit(void)
{
	cookie_io_functions_t functions = {};
	FILE *f;

	functions.write = after_exit;
	f = fopencookie(nullptr, "w", functions);
	return f && fputs("not yet", f) >= 0;
}

/* Busy for ever, also while the last dump is written. */
static void *
never_ends(void *)
{
	for (;;)
		free(truth_keep(malloc(64)));
	return nullptr;
}

int
main(int argc, char **argv)
{
	pthread_t t;
	void *library;

	if (argc != 2 || pthread_key_create(&key, end_of_data) ||
		atexit(by_exit_handler))
		return 2;
	for (int i = 0; i < 5; i++) {
		dl_iterate_phdr(callback, nullptr);
		library = dlopen(argv[1], RTLD_NOW);
		if (!library || dlclose(library))
			truth_fail("the library did not load");
		if (pthread_create(&t, nullptr, thread, nullptr))
			truth_fail("pthread_create failed");
		pthread_join(t, nullptr);
	}
	jumps_and_exceptions();
	in_thread.used = 2;
	if (!dlopen(argv[1], RTLD_NOW) || !write_after_exit() ||
		pthread_create(&t, nullptr, never_ends, nullptr))
		truth_fail("the end is not prepared");
	return 0;
}
