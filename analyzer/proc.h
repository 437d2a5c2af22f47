/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other processes, as /proc and the kernel tell of them. A process whose main
 * thread has ended by pthread_exit(3) lives on in its other threads; what /proc
 * has of its memory and its root is then found at one of those.
 */
#ifndef PROC_H
#define PROC_H

/* The inode that names our pid namespace; 0: not known. */
unsigned long long proc_pid_namespace(void);

/*
 * Where /proc tells of the process's memory: `pid`, or a thread of it while its
 * main thread has ended. 0: there is no process, or it is about to be gone:
 * a process that is killed gives up its memory before it is a zombie.
 */
int proc_with_memory(int pid);

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
