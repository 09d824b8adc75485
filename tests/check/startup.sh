#!/bin/sh
# tests/check/startup.sh - the start-up takes the documented steps in their order, and
# after each the documented state holds: rows 1 to 104 of its specification, but for 100
# and 104, which have no state.
# stdout~: ^102 rows hold, 0 do not$
# needs: gdb strace python3 nm make
# timeout: 300
#
#	tests/check/startup.sh [-v] [-static-pie] [PROGRAM]
#
# Two observers: gdb (startup.py; the table is in startup_rows.py, the order in
# startup-order.txt) and strace (startup_strace.py). They look at the debug variant's
# hello, or at PROGRAM: any program of that variant that returns 0. -v prints the table;
# -static-pie has rtcc make programs that may lie anywhere.

root=${RT0_ROOT:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}
here=$root/tests/check

die() {
	echo "startup.sh: $1" >&2
	exit 1
}

verbose=0
if [ "$1" = -v ]; then
	verbose=1
	shift
fi
if [ "$1" = -static-pie ]; then
	export RT0_FLAGS=-static-pie
	shift
fi
for tool in gdb strace python3 nm; do
	command -v $tool >/dev/null || die "needs $tool, which is not installed"
done
gdb -nx -batch -ex 'python print("py")' 2>/dev/null | grep -q py ||
	die "needs a gdb that knows Python"

# The debug variant by the default compiler, whatever an outer make was asked for.
build=${RT0_BUILD:-$root/build}
if [ ! "$1" ]; then
	mkdir -p "$build"
	flock "$build" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u CC make -s -C "$root" \
		BUILD="${build#"$root"/}" DEBUG=1 all >&2 ||
		die "the debug variant does not build"
fi
if [ "$RT0_TMP" ]; then
	tmp=$RT0_TMP
else
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
fi
program=${1:-$build/debug/examples/hello}
if [ ! "$1" ] && [ "$RT0_FLAGS" ]; then
	program=$tmp/hello-pie
	env -u CC RT0_VARIANT=debug "$root/tools/rtcc" $RT0_FLAGS -O2 -g \
		"$root/examples/hello.c" -o "$program" || die "hello does not build"
fi
[ -x "$program" ] || die "$program is missing"

# observer NAME COMMAND...: runs it for at most a minute; its report comes out whole.
status=0
observer() {
	name=$1
	shift
	RT0_REPORT=$tmp/$name.report RT0_RESULTS=$tmp/$name.results RT0_VERBOSE=$verbose \
		timeout -k 5 60 "$@" </dev/null >"$tmp/$name.log" 2>&1
	result=$?
	cat "$tmp/$name.report" 2>/dev/null
	[ $result -eq 0 ] && return
	status=1
	[ $result -ne 1 ] || [ ! -s "$tmp/$name.report" ] || return # it has said why
	echo "startup.sh: $name failed with $result (124: a minute is over); its last lines:"
	tail -n 12 "$tmp/$name.log"
}

unset GOMAXPROCS GODEBUG GOTRACEBACK GOGC
observer gdb gdb -nx -q -batch -iex 'set auto-load no' -iex 'set debuginfod enabled off' \
	-x "$here/startup.py" "$program"
observer strace python3 "$here/startup_strace.py" "$tmp"

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
