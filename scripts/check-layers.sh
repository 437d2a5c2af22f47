#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Arrows between files point one way, as docs/ARCHITECTURE.md draws them: a file
# includes headers of its own layer or of those below it. preload/ and analyzer/
# never include each other, nobody includes a .c, a command never includes
# another one, and each library has one door.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

# Topmost first; a pattern of file names without their ending.
# shellcheck disable=SC2034 # used by name, in layer()
preload=(
	'hooks lifecycle api'
	'profiler profiler_*'
	'dump allocator state_file state_dead commands rss folder census identity inherit thin write_dump write_head write_lists maps'
	'control modules kept helper unwind unwind_*'
	'stacks live counters unloads phases names solve cfi cfi_* readable'
	'filter objects'
	'state'
	'options say next thread sys text sampler'
)
# shellcheck disable=SC2034
analyzer=(
	'main'
	'cmd cmd_*'
	'run_* launch launch_*'
	'top_screen'
	'top_view'
	'args args_* flame flame_* html html_* leaks leaks_series check check_* bundle why state_status state_dump top_figures'
	'write write_* svg_* output amount'
	'tree tree_* sites groups known suppress reading_facts leaks_age leaks_age_* window growth growth_* diff diff_* budget budget_* finding'
	'select select_* charge places stats stats_* coverage coverage_* memory reading trend trend_* verdict'
	'runs runs_*'
	'read read_* heapv2 heapv2_* pprof_* folded_line perf_* folded_*'
	'symbolize symbolize_* addrmap'
	'profile profile_* demangle short_name wrappers perfmap'
	'allocator allocator_* elf_* shim_* program state_map state_ask live_owner'
	'source unpack unpack_* pack pack_* tar'
	'strtab units scan text color facts folder package assets err name_cache annotation multikey ahead proc'
)

complain()
{
	echo "$*" >&2
	bad=1
}

# layer ROOM NAME: its number, 0 is the top; nothing if it has none.
layer()
{
	local -n list=$1
	local i pattern
	for i in "${!list[@]}"; do
		set -f
		for pattern in ${list[i]}; do
			# shellcheck disable=SC2053 # a pattern is meant
			[[ $2 == $pattern ]] && echo "$i" && set +f && return
		done
		set +f
	done
}

# quoted FILE: the names in its #include "..." lines.
quoted()
{
	sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$1"
}

check_file()
{
	local room=$1 file=$2 name own theirs included target
	name=$(basename "${file%.*}")
	own=$(layer "$room" "$name")
	[ -n "$own" ] || complain "$file: in no layer; add it to $0"
	while read -r included; do
		case $included in
		'') continue ;;
		*.c) complain "$file includes $included: a .c file" ;;
		*/*) complain "$file includes $included: another folder" ;;
		esac
		[ -e "include/$included" ] && continue
		target=${included%.*}
		theirs=$(layer "$room" "$target")
		if [ -z "$theirs" ] || [ ! -e "$room/$included" ]; then
			complain "$file includes $included: not of $room/"
		elif [ -n "$own" ] && [ "$theirs" -lt "$own" ]; then
			complain "$file includes $included: upwards"
		fi
		case $name/$target in
		cmd_*/"$name") ;;
		cmd_*/cmd_*) complain "$file includes another command" ;;
		esac
	done <<<"$(quoted "$file")"
}

# door WHAT HEADERS FILES: only FILES include HEADERS (both as patterns).
door()
{
	local file
	while read -r file; do
		[[ -z $file || $file =~ ^($3)$ ]] ||
			complain "$file: not the door to $1"
	done <<<"$(grep -lE "^[ \t]*#[ \t]*include[ \t]*<($2)>" \
		preload/*.[ch] analyzer/*.[ch] include/*.h tests/*/*.[ch])"
}

files=0
for room in preload analyzer; do
	for file in "$room"/*.[ch]; do
		check_file "$room" "$file"
		files=$((files + 1))
	done
done
for file in include/*.h; do
	for included in $(quoted "$file"); do
		[ -e "include/$included" ] ||
			complain "$file includes $included: include/ knows no room"
	done
done
door elfutils '(elfutils/)?libdw[a-z]*\.h|dwarf\.h|gelf\.h|libelf\.h' \
	'analyzer/symbolize[a-z_]*\.[ch]'
door libiberty 'libiberty.*|demangle\.h' 'analyzer/demangle\.c'
door zlib 'zlib\.h' 'analyzer/(unpack_gzip|write_gzip)\.c'
door protobuf-c 'pprof\.pb-c\.h|protobuf-c/.*' \
	'analyzer/[a-z_]*pprof[a-z_]*\.[ch]'
door libzstd 'zstd[a-z_]*\.h' 'analyzer/(un)?pack_zstd\.c'
door libunwind 'libunwind.*' 'preload/unwind_libunwind\.c'
door ncurses 'n?curses\.h|term\.h' 'analyzer/top_screen\.c'
door cmocka 'cmocka\.h' 'tests/unit/.*'
door 'the dynamic loader' 'dlfcn\.h' \
	'analyzer/symbolize_debuginfod\.c|preload/(unwind_libunwind|lifecycle)\.c|tests/(progs/.*|unit/test_hf_objects\.c)'

[ $bad -eq 0 ] || exit 1
echo "layers: $files files, all arrows point down"
