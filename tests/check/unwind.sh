#!/bin/sh
# tests/check/unwind.sh - gdb sees the goroutine's whole stack at every instruction of the
# ways between its stacks: __morestack's, alloca's, systemstack's, and of a return after
# rt_recover; and it stops cleanly where one goroutine is left for another. With programs of
# -O0, -O2 and -O3.
# stdout~: ^24 calls, [0-9]+ steps, 0 bad$
# compilers: gcc
# variants: release debug
# needs: gdb gcc
# timeout: 300
#
# The work is unwind.py's; -v prints the functions that were stepped through.

. "${RT0_ROOT:-$(dirname -- "$0")/../..}/tests/lib/gdb.sh"

# There is no boundary in what other compilers than gcc make: the variant's gcc build.
export RT0_VARIANT="${RT0_VARIANT%-clang}"
: "${RT0_VARIANT:=release}"
[ -e "$build/$RT0_VARIANT/librt0.a" ] || made "$RT0_VARIANT"

status=0
for level in -O0 -O2 -O3; do
	CC=gcc "$root/tools/rtcc" $level -g "$here/unwind.c" -o "$tmp/unwind" ||
		die "unwind.c does not build"
	echo "$level:"
	observe gdb 90 gdb -nx -q -batch -iex 'set auto-load no' \
		-iex 'set debuginfod enabled off' -x "$here/unwind.py" "$tmp/unwind" || status=1
	cat "$tmp/gdb.report" >>"$tmp/reports"
done

awk '/ steps, [0-9]+ bad; / { calls++; steps += $2; bad += $4 }
	END { printf "%d calls, %d steps, %d bad\n", calls, steps, bad }' "$tmp/reports"
exit $status
