#!/bin/sh
# tests/check/gcore.sh - gdb's generate-core-file writes what a program uses, not the address
# space that the heap has reserved; goroutines can be seen in it.
# stdout: ok
# compilers: gcc
# needs: gcc gdb
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
export CC=gcc
"$rtcc" -O2 -g "$RT0_ROOT/examples/hello.c" -o hello || exit 1
cat >make.gdb <<'END'
set debuginfod enabled off
break rt_printf
run
generate-core-file core
END
timeout -k 5 60 gdb -nx -q -batch -x make.gdb ./hello >log 2>&1
[ -s core ] || { tail log; exit 1; }
size=$(wc -c <core)
[ "$size" -lt 33554432 ] || { echo "the core of hello has $size bytes"; exit 1; }
timeout -k 5 60 gdb -nx -q -batch -iex 'set auto-load no' -iex 'set debuginfod enabled off' \
	-ex "source $RT0_ROOT/tools/gdb/rt0.py" -ex 'goroutine 1 bt' -ex 'info goroutines' \
	./hello core >log 2>&1
grep -q '^#.* rt_main ' log && grep -Eq '^ *2 *(waiting *force gc|runnable *system)' log || { cat log; exit 1; }
echo ok
