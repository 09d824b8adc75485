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

root=${RT0_ROOT:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}
here=$root/tests/check

die() {
	echo "unwind.sh: $1" >&2
	exit 1
}

if [ "$1" = -v ]; then
	export RT0_VERBOSE=1
	shift
fi
gdb -nx -batch -ex 'python print("py")' 2>/dev/null | grep -q py ||
	die "needs a gdb that knows Python"

# There is no boundary in what other compilers than gcc make: the variant's gcc build.
export RT0_VARIANT="${RT0_VARIANT%-clang}"
: "${RT0_VARIANT:=release}"
build=${RT0_BUILD:-$root/build}
if [ ! -e "$build/$RT0_VARIANT/librt0.a" ]; then
	debug=''
	[ "$RT0_VARIANT" = debug ] && debug=DEBUG=1
	mkdir -p "$build"
	flock "$build" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u CC make -s -C "$root" \
		BUILD="${build#"$root"/}" $debug all >&2 ||
		die "the variant does not build"
fi

if [ "$RT0_TMP" ]; then
	tmp=$RT0_TMP
else
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
fi

status=0
for level in -O0 -O2 -O3; do
	CC=gcc "$root/tools/rtcc" $level -g "$here/unwind.c" -o "$tmp/unwind" ||
		die "unwind.c does not build"
	echo "$level:"
	RT0_REPORT=$tmp/report timeout -k 5 90 gdb -nx -q -batch -iex 'set auto-load no' \
		-iex 'set debuginfod enabled off' -x "$here/unwind.py" "$tmp/unwind" \
		</dev/null >"$tmp/log" 2>&1
	result=$?
	cat "$tmp/report"
	cat "$tmp/report" >>"$tmp/reports"
	[ $result -eq 0 ] && continue
	status=1
	[ $result -eq 1 ] && continue # it has said why
	echo "unwind.sh: gdb failed with $result (124: time is over); its last lines:"
	tail -n 12 "$tmp/log"
done

awk '/ steps, [0-9]+ bad; / { calls++; steps += $2; bad += $4 }
	END { printf "%d calls, %d steps, %d bad\n", calls, steps, bad }' "$tmp/reports"
exit $status
