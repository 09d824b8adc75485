#!/bin/sh
# tests/check/hosted_fuzz.sh - libFuzzer and AFL++ drive programs with goroutines: a panic, a null
# pointer, a deadlock, an overrun and a loop are found, and their inputs kept; examples/httpd.c
# takes what a fuzzer sends for some seconds.
# needs: clang afl-clang-fast afl-fuzz
# variants: release
# timeout: 200

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC RT0_CC ASAN_OPTIONS

# found LETTER TEXT: an input that begins so ends the process, which says TEXT.
found() {
	mkdir "$1" && printf '%sx' "$1" >"$1/input" && cd "$1" || exit 1
	../target -timeout=1 -seed=1 -runs=1 input >log 2>&1 && fail "$1: status 0"
	grep -q "$2" log || { tail -n 20 log; fail "$1: no '$2'"; }
	cd ..
}

export RT0_CC=clang
works 'a target builds' "$rtcc" --hosted -g -O1 -fsanitize=address,fuzzer "$here/hosted_fuzz.c" -o target || exit 1
found P 'panic: a panic'
found N 'invalid memory address or nil pointer dereference'
found D 'all goroutines are asleep - deadlock!'
found O 'AddressSanitizer: heap-buffer-overflow'
found T 'libFuzzer: timeout'

# It finds one by itself, and keeps the input.
mkdir corpus && printf 'Q' >corpus/input
./target -timeout=2 -seed=1 -max_total_time=60 corpus >log 2>&1 && fail 'nothing is found'
for file in crash-* timeout-*; do
	[ ! -s "$file" ] || kept=$file
done
[ "$kept" ] || { tail -n 20 log; fail 'no input is kept'; }

# Compiled and linked apart.
works 'in two steps' "$rtcc" --hosted -g -fsanitize=fuzzer -c "$here/hosted_fuzz.c" -o part.o
works 'it links' "$rtcc" --hosted -fsanitize=fuzzer part.o -o parts
./parts -runs=0 >log 2>&1 || fail 'it runs' log

works 'httpd builds' "$rtcc" --hosted -g -O1 -fsanitize=fuzzer,address -I"$RT0_ROOT" "$RT0_ROOT/tests/fuzz/httpd.c" -o httpd
mkdir out
(cd "$RT0_ROOT" && "$RT0_TMP/httpd" -max_total_time=4 -timeout=20 -dict=tests/fuzz/httpd.dict \
	-artifact_prefix="$RT0_TMP/" "$RT0_TMP/out" tests/fuzz/httpd) >log 2>&1 || { tail -n 40 log; fail httpd; }

export RT0_CC=afl-clang-fast AFL_QUIET=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
	AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_BENCH_UNTIL_CRASH=1
works 'a target for AFL++' "$rtcc" --hosted -g -O1 -fsanitize=fuzzer "$here/hosted_fuzz.c" -o afl 2>log || cat log
rm -f corpus/* && printf 'Q' >corpus/input
timeout 60 afl-fuzz -V 40 -t 5000 -i corpus -o findings -- ./afl >log 2>&1
set -- findings/default/crashes/id*
[ -s "$1" ] || { tail -n 30 log; fail 'AFL++ finds nothing'; }
exit $status
