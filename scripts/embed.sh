#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints a C file that holds FILE's bytes as `NAME` and their count as
# `NAME_size`. A NUL follows that is not counted, so that text is a string, too.
set -eu
if [ $# -ne 2 ]; then
	echo "usage: $0 NAME FILE >out.c" >&2
	exit 2
fi
printf '/* Made from %s by scripts/embed.sh. */\n' "$2"
printf '#include <stddef.h>\n'
printf 'extern const unsigned char %s[];\n' "$1"
printf 'extern const size_t %s_size;\n' "$1"
printf 'const unsigned char %s[] = {\n' "$1"
od -An -v -tu1 "$2" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
printf '0};\nconst size_t %s_size = sizeof %s - 1;\n' "$1" "$1"
