/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of profiles: made, looked through, removed. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the folder and those above it. 0, or -1 with errno; no message. */
int folder_make(const char *path);

/*
 * A folder for us alone in one that all may write: 0700, and refused (-1,
 * errno EPERM) if it is there but not ours, open to others or a link.
 */
int folder_make_private(const char *path);

/* "/tmp/heapflame-<uid>", not made yet. Caller frees. */
char *folder_of_user(void);

/* Removes a folder and the files in it; folders in it stay, and so does it. */
void folder_remove(const char *path);

/*
 * Sorted paths of files "<folder>/<stem>.*.heap", "<stem>-merged.*.heap" and
 * "*.live". `= {0}` is an empty list.
 */
#define FOLDER_MERGED "-merged."
struct folder_list {
	char **paths;
	size_t count, capacity;
};
void folder_list_profiles(
	struct folder_list *list, const char *folder, const char *stem);
bool folder_list_has(const struct folder_list *list, const char *path);
void folder_list_release(struct folder_list *list);

#endif
