# tests/real/arm64.sh - built for arm64, bzip2, the interpreter of Lua and zlib work under an emulator of
# that processor, which starts no programs by itself.
# source: bzip2 lua5.4 zlib
# needs: aarch64-linux-gnu-gcc qemu-aarch64
[ -e /usr/lib/aarch64-linux-musl/libc.a ] || { echo 'there is no musl-dev:arm64'; exit 1; }
export RT0_ARCH=arm64
emulate() {
	timeout 300 qemu-aarch64 -R 65536G "$@"
}
make -j"$jobs" bzip2 CC="$CC" || exit
for level in 1 2 3; do # as its own test
	emulate ./bzip2 -$level <sample$level.ref >out && cmp out sample$level.bz2 &&
		emulate ./bzip2 -d <sample$level.bz2 >out && cmp out sample$level.ref || exit
done
(emulate ./bzip2 -dc sample1.bz2; echo $? >status) | head -c 1 >/dev/null
[ "$(cat status)" = 141 ] || { echo "a broken pipe: status $(cat status), not 141"; exit 1; }

cd ../../lua5.4/*/ && make -j"$jobs" -C src CC="$CC" posix || exit
for procs in 1 4; do
	GOMAXPROCS=$procs emulate src/lua "$RT0_ROOT/tests/real/lua_script" >out
	[ $? -eq 7 ] && [ "$(paste -sd ' ' out)" = '100 ok' ] || { cat out; exit 1; }
done

cd ../../zlib/*/ && CHOST=aarch64-linux-musl ./configure --static && make -j"$jobs" libz.a example minigzip || exit
emulate ./example || exit # as its own test, and the next line
echo hello world | emulate ./minigzip | emulate ./minigzip -d | grep -qx 'hello world' || exit
$CC -O2 -g -I. "$RT0_ROOT/tests/real/zlib_job.c" libz.a -o job || exit
for procs in 1 4; do
	GOMAXPROCS=$procs emulate ./job 10 || exit
done
