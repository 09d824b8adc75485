#!/bin/sh
# tests/check/outofmemory.sh - running out of memory is "fatal error: runtime: out of memory"
# and status 2, never a crash: under ulimit -v and -d, of small objects, large ones, goroutines;
# and for each request to the kernel, the first to the last, that fails (debug builds).
# timeout: 300
# compilers: gcc

. "$RT0_ROOT/tests/lib/expect.sh"
cat >eats.c <<'END'
#include <rt.h>

static rt_chan *never;
static rt_waitgroup started; // main must not return while one of them runs out of memory

static void parked(void *arg)
{
	char deep[300];

	((volatile char *)deep)[0] = 1;
	rt_waitgroup_done(&started);
	rt_chan_recv(never, arg);
}

static void onsegment(void *arg)
{
	char deep[10000];

	((volatile char *)deep)[0] = 1;
	rt_waitgroup_done(&started);
	rt_chan_recv(never, arg ? deep : NULL);
	((volatile char *)deep)[9999] = 1;
}

int rt_main(int argc, char **argv)
{
	long n = 0;

	never = rt_chan_make(0, 0);
	for (const char *s = argc > 2 ? argv[2] : "0"; *s; s++)
		n = n * 10 + (*s - '0');
	for (; n != 0; n--) {
		switch (argv[1][0]) {
		case 's':
			__builtin_memset(rt_malloc(100), 1, 100);
			break;
		case 'l':
			*(char *)rt_malloc(1000000) = 1;
			break;
		case 'g':
			rt_waitgroup_add(&started, 1);
			rt_go(parked, NULL);
			rt_gosched();
			break;
		case 'd':
			rt_waitgroup_add(&started, 1);
			rt_go(onsegment, NULL);
			rt_gosched();
			break;
		}
	}
	rt_waitgroup_wait(&started);
	rt_printf("done\n");
	return 0;
}
END
"$rtcc" -O1 eats.c -o eats || exit 1
wrong() {
	fail "$1" out
}

# dies WHAT STATUS: it did, in the documented way.
dies() {
	[ "$2" -eq 2 ] && grep -Eq '^fatal error: runtime: (out of memory|cannot reserve arena)' out ||
		wrong "$1"
}

for limit in 200000 500000; do
	for what in small large goroutines deep; do
		(ulimit -v $limit && ./eats $what 100000000 >out 2>&1)
		dies "$what under ulimit -v $limit" $?
	done
	(ulimit -v $limit && ./eats small 100000 >out 2>&1) || wrong "enough memory under $limit"
done
# This one counts what may be written to, as a segment may.
for what in small goroutines deep; do
	(ulimit -d 200000 && ./eats $what 100000000 >out 2>&1)
	dies "$what under ulimit -d" $?
done
grep -q '^runtime: cannot map a stack .*ulimit -d$' out || wrong "deep under ulimit -d: no hint"

case $RT0_VARIANT in
debug* | stress*)
	# The reservation of the heap is tried again with less; nothing else is.
	for what in 's 30000' 'l 20' 'g 300' 'd 20'; do
		died=0
		n=1
		while [ $n -le 50 ]; do
			RT0_FAIL_MMAP=$n ./eats $what >out 2>&1
			code=$?
			if [ $code -eq 0 ]; then
				[ "$(cat out)" = done ] || wrong "output of request $n of $what"
				[ $n -lt 45 ] || break
			else
				dies "request $n of $what" $code
				died=$((died + 1))
			fi
			n=$((n + 1))
		done
		[ $died -ge 4 ] && [ $n -lt 50 ] || wrong "$died of $n requests of $what"
		echo "$what: $died requests must not fail"
	done
	;;
esac
exit $status
