#!/bin/sh
# tests/check/building.sh - the tree builds where it must not be written to, in a folder whose
# name has a space and a quote, into a folder of the user's choice, with the user's flags added
# to those that the runtime needs. Building says a line for each folder, later one for each file
# that has changed, and nothing else. What a file's head says of its compilation is heeded.
# variants: release
# needs: make gcc
# timeout: 180

. "$RT0_ROOT/tests/lib/expect.sh"
unset RT0_BUILD RT0_VARIANT CC CFLAGS
tree="$PWD/the user's tree"
mkdir "$tree"
tar -C "$RT0_ROOT" -c --exclude=./build --exclude=./.git . | tar -C "$tree" -x
chmod -R a-w "$tree"
trap 'chmod -R u+w "$tree"' EXIT
touch stamp

# make finds no folder whose path has a space, unless from where it is.
to=../out
make -C "$tree" -j2 BUILD=$to CFLAGS='-O3 -DUSER -fstack-protector-strong -fno-omit-frame-pointer' \
	>log 2>&1 || { tail log; fail 'make BUILD= CFLAGS='; }
find "$tree" -newer stamp | grep . && fail 'the tree was written to'
grep -vE '^  (CC|AS|LD|AR|OBJCOPY|OFFSETS|RTCC) +[^ ]+$|^make: ' log && fail 'more is said'
grep -qx '  CC      runtime/io' log || fail 'the folder is named'
[ "$(wc -l <log)" -lt 120 ] || fail 'a screen or two'
[ "$(./out/release/examples/hello)" = 'hello, world' ] || fail 'the example runs'
RT0_BUILD=$PWD/out "$tree/tools/rtcc" -O2 "$tree/examples/hello.c" -o hello &&
	[ "$(./hello)" = 'hello, world' ] || fail 'rtcc finds RT0_BUILD'
"$tree/tools/rtcc" "$tree/examples/hello.c" -o none 2>/dev/null && fail 'rtcc finds the library by chance'

# A head that has changed is noticed: the flags are other ones.
chmod u+w "$tree/runtime/sched/proc.c" "$tree/runtime/sched"
sed -i 's/^\/\/ built: unyielding hot/\/\/ built: floats/' "$tree/runtime/sched/proc.c"
make -C "$tree" V=1 BUILD=$to ../out/release/runtime/sched/proc.o >log 2>&1
grep -q -- ' -Os .* -fsplit-stack .*-c .*/proc.o ' log && ! grep -q -- -mgeneral-regs-only log ||
	{ cat log; fail 'a head that has changed'; }
sed -i 's/^\/\/ built: floats/\/\/ built: unyielding hot/' "$tree/runtime/sched/proc.c"
make --no-print-directory -C "$tree" BUILD=$to ../out/release/runtime/sched/proc.o >log 2>&1
grep -qx '  CC      runtime/sched/proc.c' log && [ "$(wc -l <log)" -eq 1 ] ||
	{ cat log; fail 'the file is named'; }

# The folder's name is in nothing that was made.
grep -q "$tree" out/release/librt0.a && fail 'the library has the name of its folder'

# commands ARGUMENT...: those that make has for one file, with these arguments.
commands() {
	rm -rf other
	make -C "$tree" -n BUILD=../other "$@" ../other/release/runtime/io/dns.o 2>&1
}

commands V=1 CFLAGS=-O3 CPPFLAGS=-DUSER >log
grep -qE ' -Os .*-DUSER -O3 .*-ffreestanding .*-mno-red-zone ' log ||
	{ cat log; fail 'CFLAGS and CPPFLAGS go between what is wished and what is needed'; }
[ "$(grep -c . log)" -le 4 ] || { cat log; fail 'V=1 says the commands alone'; }
commands V=1 CC=rtcc | grep -q '^gcc ' || fail 'CC=rtcc builds the runtime by rtcc'
CC='gcc -pipe' && export CC
commands V=1 | grep -q '^gcc -pipe ' || fail 'CC of the environment'
unset CC
commands BUILD='../a b' | grep -q 'BUILD must be one word' || fail 'a space in BUILD'
make -C "$tree" -s BUILD=$to all >log 2>&1
grep . log && fail 'make -s says something'
exit $status
