#!/bin/sh
# tests/check/cgostack.sh - how large the stack of rt_cgocall is: RLIMIT_STACK, 8 MiB where that
# sets no limit, and 256 KiB at least; with musl, too. Its guard is there whatever the size is, and gdb
# sees through it: from the runtime called there to the goroutine.
# needs: gcc gdb prlimit
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC
works "the program builds" "$rtcc" -O2 "$RT0_ROOT/tests/crash/cgocall_overflow.c" -o checked || exit 1
works "it builds with musl" "$rtcc" --musl -O2 "$RT0_ROOT/tests/crash/cgocall_overflow.c" -o musl || exit 1
works "it builds unchecked" "$rtcc" -O2 -fno-split-stack \
	"$RT0_ROOT/tests/crash/cgocall_overflow.c" -o unchecked || exit 1

# size LIMIT BYTES: with that RLIMIT_STACK, it is so large, less a little at its top.
size() {
	for program in checked musl unchecked; do
		for HOW in small alloca; do
			export HOW
			prlimit --stack="$1": timeout -k 5 20 ./$program >out 2>err
			[ $? -eq 2 ] || fail "RLIMIT_STACK $1: $program ends otherwise"
			got=$(sed -n 's/^runtime: stack of rt_cgocall exceeds \([0-9]*\)-byte.*/\1/p' err)
			[ "${got:-0}" -gt $(($2 - 4096)) ] && [ "$got" -le "$2" ] ||
				fail "RLIMIT_STACK $1: $program $HOW has ${got:-no} bytes: $(head -n 3 err)"
		done
	done
}
size 131072 262144
size 300000 303104
size 6291456 6291456
[ "$(ulimit -Hs)" = unlimited ] && size unlimited 8388608

cat >through.c <<'END'
#include <rt.h>

static __attribute__((noinline)) void inner(void *arg)
{
	*(void **)arg = rt_malloc(100000);
	__asm__ volatile("");
}

static __attribute__((noinline)) void outer(void *arg)
{
	rt_cgocall(inner, arg);
	__asm__ volatile("");
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	rt_cgocall(outer, argv);
	return 0;
}
END
works "through.c builds" "$rtcc" -g -O2 through.c -o through
cat >commands <<'END'
set pagination off
break inner
run
break largefn
continue
bt
info ms
END
timeout -k 5 60 gdb -nx -batch -iex "set auto-load safe-path $PWD" \
	-iex 'set debuginfod enabled off' -x commands ./through </dev/null >log 2>&1
frames=$(sed -n 's/^#[0-9]* *\(0x[0-9a-f]* in \)*\([a-z_0-9]* (\|<sig\).*/\2/p' log | tr '\n' ' ')
case $frames in
"largefn ( "*"inner ( "*"rt_cgocall ( outer ( <sig "*"rt_cgocall ( rt_main ( "*) ;;
*) fail "gdb sees: $frames; $(cat log)" ;;
esac
exit $status
