/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can a preloaded library see what this program allocates? Asked before it is
 * started, so that the user gets the reason instead of an empty profile.
 */
#ifndef ELF_KIND_H
#define ELF_KIND_H

#define ELF_WHY_MAX 512

/*
 * Looks at the file that would be executed, for a script at its interpreter
 * (`#!/usr/bin/env X`: at X too). Returns NULL if `library` will be loaded into
 * it; otherwise `why`, filled with the reason, which reads on after "cannot
 * profile 'x': ". What can't be read or is no ELF file is not refused: execve
 * is the judge of that.
 */
const char *elf_unprofilable(
	const char *path, const char *library, char why[ELF_WHY_MAX]);

/*
 * After a run that captured nothing: what about the file explains it, or NULL.
 * A constant string that reads on after "'x' ".
 */
const char *elf_why_nothing(const char *path);

#endif
