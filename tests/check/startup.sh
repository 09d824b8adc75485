#!/bin/sh
# tests/check/startup.sh - the start-up takes the documented steps in their order, and
# after each the documented state holds: rows 1 to 104 of its specification, except 100
# and 104, which have no state.
# stdout~: ^102 rows hold, 0 do not$
# needs: gdb strace python3 nm make
# timeout: 300
#
#	tests/check/startup.sh [-v] [-static-pie] [--arch ARCH] [PROGRAM]
#
# Two observers: gdb (startup.py; the table is in startup_rows.py, the order in
# startup-order.txt) and strace (startup_strace.py). They look at the debug variant's
# hello, or at PROGRAM: any program of that variant that returns 0. -v prints the table;
# -static-pie has rtcc make position-independent programs. --arch arm64, on another processor's
# machine, has qemu-aarch64 run them: its stub is what gdb talks to, its trace replaces strace's.
# What cannot be seen so is in startup_rows.py, too (NOT_EMULATED).

. "${RT0_ROOT:-$(dirname -- "$0")/../..}/tests/lib/gdb.sh"
if [ "$1" = -static-pie ]; then
	export RT0_FLAGS=-static-pie
	shift
fi
gdb=gdb
if [ "$1" = --arch ]; then
	[ "$2" = arm64 ] || die "for arm64 alone is there an emulator"
	[ "$(uname -m)" = aarch64 ] ||
		export RT0_ARCH=arm64 RT0_EMULATOR='qemu-aarch64 -R 65536G' gdb=gdb-multiarch
	shift 2
fi
export RT0_TMP="$tmp"
[ "$1" ] || made debug
[ -z "$RT0_EMULATOR" ] || build=$build/arm64
program=${1:-$build/debug/examples/hello}
if [ ! "$1" ] && [ "$RT0_FLAGS" ]; then
	program=$tmp/hello-pie
	env -u CC RT0_VARIANT=debug "$root/tools/rtcc" $RT0_FLAGS -O2 -g \
		"$root/examples/hello.c" -o "$program" || die "hello does not build"
fi
[ -x "$program" ] || die "$program is missing"

status=0
unset GOMAXPROCS GODEBUG GOTRACEBACK GOGC
observe gdb ${RT0_EMULATOR:+2}60 $gdb -nx -q -batch -iex 'set auto-load no' \
	-iex 'set debuginfod enabled off' -x "$here/startup.py" "$program" || status=1
observe strace 60 python3 "$here/startup_strace.py" "$tmp" || status=1

# A row holds when it was checked and no check of it failed; those that are not to be
# looked at say so (startup_rows.py).
cat "$tmp"/*.results | awk '
	{ seen[$1] = 1 }
	$2 == "bad" { bad[$1] = 1 }
	$2 == "elsewhere" { none[$1] = 1 }
	END {
		for (row = 1; row <= 104; row++) {
			if (!(row in seen))
				missing = missing " " row
			if (row in bad || !(row in seen))
				m++
			else if (!(row in none))
				n++
		}
		if (missing)
			print "rows that were not checked:" missing
		printf "%d rows hold, %d do not\n", n, m
		exit m > 0
	}' || status=1
exit $status
