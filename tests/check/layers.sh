#!/bin/sh
# tests/check/layers.sh - no room reaches up; both compilers build the runtime without a
# warning; rt0.o shows a program the interface and nothing else.
# variants: release debug stress
# stdout~: ^check-layers: \d+ objects, \d+ references, all downwards$
# stdout~: ^check-arch: \d+ files the same for all processors, \d+ looks$
# stdout~: ^rt0\.o: \d+ symbols, all allowed$
# needs: nm gcc clang make
# timeout: 300

set -eu
cd "$RT0_ROOT"
build=$RT0_BUILD/$RT0_VARIANT
tmp=${RT0_TMP#"$RT0_ROOT"/} # a name that make can have, wherever the tree is
case $RT0_VARIANT in
debug*) variant=DEBUG=1 ;;
stress*) variant=STRESS=1 ;;
*) variant='' ;;
esac

layers=$(sed -n 's/^LAYERS = //p' Makefile)
tools/check-layers "$build" $layers
tools/check-arch

# broken FILE SED MESSAGE: with that change check-arch says so.
broken() {
	mkdir "$RT0_TMP/tree"
	cp -r runtime asm cgo include examples tools "$RT0_TMP/tree"
	sed -i "$2" "$RT0_TMP/tree/$1"
	if "$RT0_TMP/tree/tools/check-arch" >"$RT0_TMP/log" || ! grep -q "$3" "$RT0_TMP/log"; then
		cat "$RT0_TMP/log"
		echo "check-arch does not see $3"
		exit 1
	fi
	rm -r "$RT0_TMP/tree"
}
broken runtime/sched/proc.c '$a int f(void) { __asm__("nop"); }' 'proc.c.*: __asm__: depends on'
broken runtime/os/os.h '$a #if defined(__x86_64__)' 'os.h.*__x86_64__: depends on'
broken runtime/sig/sig.c 's/ctxpc(s->c)/s->c->rip/' 'sig.c.*: rip: depends on'
broken runtime/sync/sema.c '/root->nwait/s/seqcst/relaxed/' 'semrelease1: atomic_load_relaxed of root->nwait'
broken runtime/sched/wake.h 's/atomic_load_seqcst(&sched.npidle)/sched.npidle/' 'wakep: no look at sched.npidle'
broken runtime/sched/timer.c '/timerslen;/s/.*/&atomic_load_seqcst(\&x);/' 'atomic_load_seqcst of x'

# strays FILE LINE MESSAGE: with that line check-layers says that a protocol's word is elsewhere.
strays() {
	mkdir "$RT0_TMP/tree"
	cp -r runtime asm cgo include rt0 tools Makefile "$RT0_TMP/tree"
	printf '%s\n' "$2" >>"$RT0_TMP/tree/$1"
	if "$RT0_TMP/tree/tools/check-layers" "$build" $layers >"$RT0_TMP/log" ||
		! grep -qx "$3" "$RT0_TMP/log"; then
		cat "$RT0_TMP/log"
		echo "check-layers does not see $3"
		exit 1
	fi
	rm -r "$RT0_TMP/tree"
}
strays runtime/sync/cond.c 'int f(M *mp) { return mp->spinning; }' \
	'runtime/sync/cond.c: has ->spinning: searching is in runtime/sched/search.h'
strays asm/amd64/signal.S '	movq %rax, %fs:0x70' \
	'asm/amd64/signal.S: has %fs:0x70: the guard is in runtime/base/guard.h'

for cc in gcc clang; do
	make -s -j4 CC=$cc $variant B="$tmp/$cc" "$tmp/$cc/librt0.a" \
		>"$RT0_TMP/log" 2>&1 || { cat "$RT0_TMP/log"; exit 1; }
	if [ -s "$RT0_TMP/log" ]; then
		cat "$RT0_TMP/log"
		echo "$cc warns"
		exit 1
	fi
done

# What may be seen: the interface, the entry, what compilers call, a C library's hooks.
# What may be missing: the program, the linker script's symbols, libgcc's arithmetic, what
# rtcc defines for code that does not check its stack, the reader of debug information, the tracer and the search
# for leaks at the end.
for object in "$build/rt0.o" "$RT0_TMP/gcc/rt0.o" "$RT0_TMP/clang/rt0.o"; do
	nm -P "$object" >"$RT0_TMP/symbols"
	awk '
	FNR == NR { if (match($0, /__[a-z0-9_]+ = /)) laid[substr($0, RSTART, RLENGTH - 3)]; next }
	$2 == "U" && ($1 in laid || $1 == "rt_main" || $1 ~ /^__(popcount|u?divt|u?modt)[a-z]*[0-9]$/) { n++; next }
	$2 ~ /^[TW]$/ && $1 ~ /^(rt_[a-z0-9_]+|_rt0_amd64_linux|__morestack[a-z_]*|__rt0_[a-z0-9_]+)$/ { n++; next }
	$2 == "B" && $1 == "__rt0_traceon" { n++; next }
	$2 == "R" && $1 == "__rt0_version" { n++; next }
	$2 ~ /^[W]$/ && $1 ~ /^(memcpy|memmove|memset|memcmp|__stack_chk_fail)$/ { n++; next }
	$2 == "V" && $1 ~ /^_cgo_(init|thread_start|exit)$/ { n++; next }
	$2 == "w" && ($1 ~ /^(__rt0_segments|__rt0_places|__rt0_leakfinder|_cgo_sigforeign)$/ || $1 ~ /^__rt0_trace(r|event|give|wake)?$/) { n++; next }
	$2 ~ /^[A-Zvw]$/ { print $1 " (" $2 ") is visible"; bad = 1; next }
	END { if (bad) exit 1; printf "rt0.o: %d symbols, all allowed\n", n }
	' linker.ld "$RT0_TMP/symbols" || { echo "in $object"; exit 1; }
done
