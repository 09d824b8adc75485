#!/bin/sh
# tests/check/typed.sh - the compiler takes values, channels and deferred calls of the right
# type without a word, in every C, and refuses those of the wrong one; a typed send costs no
# call, no store and no jump more than an untyped one.
# variants: release
# needs: gcc clang
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"

program() {
	cat >program.c <<-END
		#include <rt.h>
		typedef struct { int x; } Place;
		void take(rt_chan_of(int) c);
		void look(const int *p);
		rt_func *choose(void);
		void real(double d);
		void test(rt_chan_of(int) c, rt_chan_of(char *) s, rt_chan_of(Place) p, int *ip,
		          long *lp, Place place, rt_chan *u, void *v, rt_mutex *m, int i);
		void test(rt_chan_of(int) c, rt_chan_of(char *) s, rt_chan_of(Place) p, int *ip,
		          long *lp, Place place, rt_chan *u, void *v, rt_mutex *m, int i)
		{
			(void)c, (void)s, (void)p, (void)ip, (void)lp, (void)place;
			(void)u, (void)v, (void)m, (void)i;
			$1;
		}
	END
}

compile() {
	cc=$1
	shift
	CC=$cc "$rtcc" -Wall -Wextra -Wcast-function-type -Werror "$@" program.c \
		>log 2>&1
}

for cc in gcc clang; do
	for good in 'rt_send(c, 1)' 'rt_send(s, "x")' 'rt_send(p, place)' 'take(c)' \
		'*ip = rt_recv(c)' 'rt_recv_ok(c, ip)' 'place = rt_recv(p)' \
		'rt_chan_close(rt_untyped(c))' 'rt_case k = RT_RECV_OF(c, ip); (void)k' \
		'rt_chan_close(c)' 'rt_chan_free(p)' 'i = (int)rt_chan_len(s)' \
		'i = (int)rt_chan_cap(c)' 'rt_chan_free(u)' 'rt_chan_free(v)' 'rt_chan_free(NULL)' \
		'(rt_chan_free)(u)' 'rt_chan_free(i ? u : NULL)'; do
		echo "$good;"
	done >statements
	for good in 'rt_mutex_unlock, m' 'rt_mutex_unlock, &m[1]' 'rt_chan_free, u' 'rt_free, v' \
		'rt_free, ip' 'look, ip' 'look, (const int *)ip' 'rt_free, NULL' 'choose(), v' \
		'i ? choose() : rt_free, v' 'rt_close, i' 'rt_close, 0' \
		'rt_chan_close, rt_untyped(c)'; do
		echo "rt_defer($good);"
	done >>statements
	program "$(cat statements)"
	for options in -O2 -std=c99 -std=c11 '-std=gnu2x -O1'; do
		# shellcheck disable=SC2086 # a list of words
		compile $cc $options -Wpedantic -c -o program.o ||
			{ cat log; echo "FAILED: $cc $options refuses what is right"; status=1; }
	done
	for bad in 'rt_send(c, "x")' 'rt_send(s, ip)' 'rt_send(p, 1)' 'rt_send(c, place)' \
		'take(s)' 'take(p)' 'char *x = rt_recv(c)' 'rt_recv_ok(c, lp)' \
		'rt_recv_ok(s, ip)' 'rt_try_recv(c, lp, 0)' 'rt_chan_close(ip)' \
		'rt_chan_free(m)' 'rt_chan_len(i)' 'rt_chan_cap(&c)' \
		'rt_defer(rt_mutex_unlock, ip)' 'rt_defer(rt_mutex_unlock, i)' \
		'rt_defer(rt_chan_free, c)' 'rt_defer(rt_close, ip)' 'rt_defer(rt_free, 1.5)' \
		'rt_defer(real, 1.5)' 'rt_defer(rt_gosched, ip)' 'rt_defer(ip, ip)' \
		'rt_untyped(ip)' 'rt_case k = RT_RECV_OF(c, lp); (void)k' \
		'c = rt_make_chan(long, 1)'; do
		program "$bad"
		compile $cc -fsyntax-only && { echo "FAILED: $cc accepts: $bad"; status=1; }
	done
done

# The calls, jumps and stores: compilers differ in which registers they save.
code() {
	cat >program.c
	compile gcc -O2 -c -o program.o || cat log
	objdump -d --no-show-raw-insn program.o | sed '1,/>:$/d; s/^ *[0-9a-f]*:[ \t]*//' >code
	grep -E '^(call|j[a-z]+|mov[a-z]* .*,[-0-9a-fx]*\()' code
}
code >typed <<'END'
#include <rt.h>
long test(rt_chan_of(long) c, long v) { rt_send(c, v + 1); return rt_recv(c); }
END
code >untyped <<'END'
#include <rt.h>
long test(rt_chan *c, long v)
{
	long x = v + 1, r;
	rt_chan_send(c, &x);
	rt_chan_recv(c, &r);
	return r;
}
END
[ -s typed ] && [ "$(wc -l <typed)" -le "$(wc -l <untyped)" ] || {
	diff typed untyped
	echo 'FAILED: typed channels cost something'
	status=1
}
exit $status
