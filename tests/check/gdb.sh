#!/bin/sh
# tests/check/gdb.sh - gdb loads its commands from the program by itself; they say what is
# so, on a process, in a signal handler and on a core file; every stack is seen to its end.
# stdout~: ^[0-9]+ commands hold, 0 do not$
# compilers: gcc
# variants: release debug
# needs: gdb gcc
# timeout: 120
#
# The commands and what they must say are gdb.py's; -v prints everything.

root=${RT0_ROOT:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}
here=$root/tests/check

die() {
	echo "gdb.sh: $1" >&2
	exit 1
}

if [ "$1" = -v ]; then
	export RT0_VERBOSE=1
	shift
fi
gdb -nx -batch -ex 'python print("py")' 2>/dev/null | grep -q py ||
	die "needs a gdb that knows Python"
export RT0_VARIANT="${RT0_VARIANT%-clang}" # stacks of one kind
: "${RT0_VARIANT:=release}"
library=${RT0_BUILD:-$root/build}/$RT0_VARIANT/librt0.a
[ -e "$library" ] || die "$library is missing: run make"

if [ "$RT0_TMP" ]; then
	tmp=$RT0_TMP
else
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
fi
CC=gcc "$root/tools/rtcc" -O2 -g "$here/gdb.c" -o "$tmp/gdb" || die "gdb.c does not build"

# A core file, if the kernel writes it to the current directory. Of a process with little
# address space: it looks at all of it.
cd "$tmp" || exit 1
case $(cat /proc/sys/kernel/core_pattern) in
core)
	(
		ulimit -c unlimited && ulimit -v 2000000
		GOMAXPROCS=1 GOTRACEBACK=crash timeout -k 5 30 ./gdb core >crash.log 2>&1
		: # the shell says nothing about who was aborted
	)
	core=$(ls core* 2>/dev/null)
	[ "$core" ] && export RT0_CORE="$tmp/$core" ;;
esac
[ "$RT0_CORE" ] || echo "no core file: the kernel does not put it here, or may not"

RT0_REPORT=$tmp/report timeout -k 5 90 gdb -nx -q -batch \
	-iex "set auto-load safe-path $tmp" -iex 'set debuginfod enabled off' \
	-x "$here/gdb.py" ./gdb </dev/null >log 2>&1
result=$?
cat report
[ $result -le 1 ] && exit $result
echo "gdb.sh: gdb failed with $result (124: time is over); its last lines:"
tail -n 12 log
exit 1
