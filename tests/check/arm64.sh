#!/bin/sh
# tests/check/arm64.sh - the runtime is built for arm64 by another processor's machine; programs of
# both kinds, and one with musl, run under an emulator, whose debugger's stub shows gdb all goroutines.
# rt0-tour goes through the start-up there.
# stdout~: ^hello, world\nhello, world\npreempted\nareas\n
# stdout~: ^\./lib/rt0/arm64\.ld\n\./lib/rt0/arm64/hosted/rt0_hosted\.o\n\./lib/rt0/arm64/manifest\n\./lib/rt0/arm64/release/librt0\.a\n\./lib/rt0/arm64/release/librt0_main\.a\n\./lib/rt0/arm64/release/pie/librt0\.a\n\./lib/rt0/arm64/release/pie/librt0_main\.a\n\./lib/rt0/arm64/release/rt0_musl\.o\nhello, world\nhello, world\nhello, world\n
# stdout~: ^\* +1 +running +M0 +rt_main \(\) at .*\n( .*\n){3} +5 +waiting +chan receive +inner \(\) at
# stdout~: ^#\d+ .* inner \(n=.*\n#\d+ .* waits \(.*\n#\d+ .* goexit \(\)
# stdout~: ^-- 24/30 -- runtime_main --.*\non goroutine 1's stack\n
# stdout~: ^    the return address: \(void \*\)\$x30    0x\w+ <goexit\+4>$
# stdout~: ^-- 23/30 -- gogo --(.*\n)*-- 30/30 -- rt_main --
# stdout~: ^arm64 order: \d+ load_acquire, (1\d|2\d|3\d) load_seqcst, .* 0 wrong; .*, 0 dmb$
# variants: release
# timeout: 900
# needs: aarch64-linux-gnu-gcc qemu-aarch64 gdb-multiarch

. "$RT0_ROOT/tests/lib/expect.sh"

case $(uname -m) in aarch64) fail 'this is arm64: run the programs themselves' ;; esac
[ -e /usr/lib/aarch64-linux-musl/libc.a ] || fail 'needs musl-dev:arm64, which is not installed'
unset CC RT0_CC
# From the tree, since make knows no names of more than one word.
build=${RT0_BUILD#"$RT0_ROOT"/} arm64=${RT0_TMP#"$RT0_ROOT"/}/build
make -s -C "$RT0_ROOT" BUILD="$arm64" ARCH=arm64 runtime pie musl || fail 'does not build'
python3 "$RT0_ROOT/tests/check/arm64_order.py" "$RT0_TMP/build/arm64/release/rt0.o" \
	aarch64-linux-gnu-objdump
rtcc() {
	RT0_BUILD=$RT0_TMP/build RT0_ARCH=arm64 "$RT0_ROOT/tools/rtcc" -O2 -g "$@" || fail "rtcc $*"
}
emulate() {
	timeout 100 qemu-aarch64 -R 65536G "$@"
}
rtcc "$RT0_ROOT/examples/hello.c" -o hello
rtcc -static-pie "$RT0_ROOT/examples/hello.c" -o hellopie
rtcc "$RT0_ROOT/tests/arch/arm64/programs/preempt.c" -o preempt
rtcc --musl "$RT0_ROOT/tests/programs/musl_area.c" -o area
aarch64-linux-gnu-strip -o stripped hello
size=$(stat -c %s stripped)
echo "stripped hello: $size of 92160 bytes"
[ "$size" -le 92160 ] || fail "stripped hello has $size bytes"
emulate ./hello
emulate ./hellopie
GOMAXPROCS=1 emulate ./preempt && echo preempted
RT0_PTHREADS=kernel emulate ./area && echo areas

# Installed beside this processor's.
install() {
	make -s -C "$RT0_ROOT" VARIANTS=release DESTDIR="$PWD/stage" "$@" >log 2>&1 || { cat log; fail "make $*"; }
}
files() {
	(cd stage/usr/local && find . ! -type d ! -path './share/*' | LC_ALL=C sort)
}
install BUILD="$build" install
files >before
install BUILD="$arm64" ARCH=arm64 install
files | diff before - | sed -n 's/^> //p'
RT0_ARCH=arm64 stage/usr/local/bin/rtcc -O2 "$RT0_ROOT/examples/hello.c" -o installed || fail 'the installed rtcc'
RT0_ARCH=arm64 stage/usr/local/bin/rtcc --musl -O2 "$RT0_ROOT/examples/hello.c" -o installed_musl ||
	fail 'the installed rtcc --musl'
RT0_ARCH=arm64 stage/usr/local/bin/rtcc --hosted -O2 "$RT0_ROOT/examples/hello.c" -o installed_hosted ||
	fail 'the installed rtcc --hosted'
emulate ./installed && emulate ./installed_musl && emulate -L /usr/aarch64-linux-gnu ./installed_hosted ||
	fail 'what the installed rtcc makes'
# AddressSanitizer, and clang with this library.
RT0_ARCH=arm64 stage/usr/local/bin/rtcc --hosted -O1 -g -fsanitize=address "$RT0_ROOT/tests/hosted/overrun.c" -o overrun ||
	fail 'rtcc --hosted -fsanitize=address'
ASAN_OPTIONS=detect_leaks=0 emulate -L /usr/aarch64-linux-gnu ./overrun >log 2>&1
[ $? -eq 1 ] && grep -q 'AddressSanitizer: heap-buffer-overflow' log && grep -q ' in worker .*overrun\.c:18' log ||
	{ cat log; fail 'AddressSanitizer'; }
if command -v clang >/dev/null; then
	RT0_ARCH=arm64 CC='clang --target=aarch64-linux-gnu' stage/usr/local/bin/rtcc --hosted -O2 \
		"$RT0_ROOT/examples/hello.c" -o clangs || fail 'rtcc --hosted with clang'
	emulate -L /usr/aarch64-linux-gnu ./clangs >log 2>&1 || { cat log; fail 'a program of clang'; }
fi
stage/usr/local/bin/rtcc -O2 "$RT0_ROOT/examples/hello.c" -o here && ./here >/dev/null || fail 'for this processor'
install BUILD="$arm64" ARCH=arm64 install # twice
install BUILD="$arm64" ARCH=arm64 uninstall
files | diff before - || fail 'make ARCH=arm64 uninstall leaves something'
install BUILD="$build" uninstall
[ -z "$(find stage -type f)" ] || fail 'make uninstall leaves something'

cat >parked.c <<END
#include <rt.h>
static rt_chan *never;
static __attribute__((noinline)) void inner(int n)
{
	rt_chan_recv(never, &n);
	rt_printf("%d", n);
}
static void waits(void *arg)
{
	inner((int)(intptr_t)arg);
	rt_printf("\n");
}
int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	never = rt_chan_make(4, 0);
	for (intptr_t i = 0; i < 3; i++)
		rt_go(waits, (void *)i);
	for (int i = 0; i < 10; i++)
		rt_gosched();
	__builtin_trap();
}
END
rtcc parked.c -o parked
GOMAXPROCS=1 emulate -g "$PWD/stub" ./parked >log 2>&1 &
n=0
while ! [ -S stub ] && [ $((n += 1)) -lt 1000 ]; do sleep 0.02; done
gdb-multiarch -nx -batch -ex 'file parked' -ex "target remote $PWD/stub" -ex continue \
	-ex "source $RT0_ROOT/tools/gdb/rt0.py" -ex 'info goroutines' -ex 'goroutine 6 bt' -ex kill 2>&1 </dev/null
wait
gdb-multiarch -nx -batch -iex 'set auto-load no' -x "$RT0_ROOT/tools/gdb/rt0.py" -ex 'rt0-tour 24' \
	-ex 'rt0-tour prev' -ex 'rt0-tour 30' hello 2>&1 </dev/null
