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

. "${RT0_ROOT:-$(dirname -- "$0")/../..}/tests/lib/gdb.sh"
export RT0_VARIANT="${RT0_VARIANT%-clang}" # stacks of one kind
: "${RT0_VARIANT:=release}"
[ -e "$build/$RT0_VARIANT/librt0.a" ] || die "there is no $RT0_VARIANT variant: run make"
CC=gcc "$root/tools/rtcc" -O2 -g "$here/gdb.c" -o "$tmp/gdb" || die "gdb.c does not build"

# A core file, if the kernel writes it to the current directory. Of a process with little
# address space: it looks at all of it.
cd "$tmp" || exit 1
case $(cat /proc/sys/kernel/core_pattern) in
core)
	(
		ulimit -c unlimited && ulimit -v 2000000
		GOMAXPROCS=1 GOTRACEBACK=crash timeout -k 5 30 ./gdb core >crash.log 2>&1
		: # the shell does not report the process that was aborted
	)
	core=$(ls core* 2>/dev/null)
	[ "$core" ] && export RT0_CORE="$tmp/$core" ;;
esac
[ "$RT0_CORE" ] || echo "no core file: the kernel does not put it here, or may not"

observe gdb 90 gdb -nx -q -batch -iex "set auto-load safe-path $tmp" \
	-iex 'set debuginfod enabled off' -x "$here/gdb.py" ./gdb
