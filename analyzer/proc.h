/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other processes, as /proc and the kernel tell of them. A process whose main
 * thread has ended by pthread_exit(3) lives on in its other threads; what /proc
 * has of its memory and its root is then found at one of those.
 */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>

/* The inode that names our pid namespace; 0: not known. */
unsigned long long proc_pid_namespace(void);

/*
 * Has it any? Not where there is no process, and not where it is about to be
 * gone: what is killed gives up its memory before it is a zombie.
 */
bool proc_has_memory(int pid);

/*
 * The thread at which /proc tells of the process's memory and root: `pid`, but
 * while its main thread has ended another one of it.
 */
int proc_thread(int pid);

/* The process that a thread is of; `tid` itself where that can't be told. */
int proc_of_thread(int tid);

/*
 * Its start in clock ticks since the boot (field 22 of /proc/PID/stat), which
 * tells it from others that had or will have its pid. 0: there is none.
 */
unsigned long long proc_start_ticks(int pid);

/*
 * Has anybody the file open or mapped for writing? A lease is asked for, which
 * is given to the file's owner only, and not while `fd` itself may write.
 */
enum proc_answer { PROC_NO, PROC_YES, PROC_UNKNOWN };
enum proc_answer proc_somebody_writes(int fd);

#endif
