#!/bin/sh
# tests/check/typed.sh - the compiler refuses values and channels of the wrong type; a typed
# send is the same code as an untyped one.
# variants: release
# needs: gcc clang

cd "$RT0_TMP" || exit 1
status=0

program() {
	cat >program.c <<-END
		#include <rt.h>
		typedef struct { int x; } Place;
		void take(rt_chan_of(int) c);
		void test(rt_chan_of(int) c, rt_chan_of(char *) s, rt_chan_of(Place) p, int *ip,
		          long *lp, Place place)
		{
			(void)c, (void)s, (void)p, (void)ip, (void)lp, (void)place;
			$1;
		}
	END
}

compile() {
	CC=$1 "$RT0_ROOT/tools/rtcc" -Wall -Wextra -Werror -O2 -c program.c -o program.o >log 2>&1
}

for cc in gcc clang; do
	for good in 'rt_send(c, 1)' 'rt_send(s, "x")' 'rt_send(p, place)' 'take(c)' \
		'*ip = rt_recv(c)' 'rt_recv_ok(c, ip)' 'place = rt_recv(p)' \
		'rt_chan_close(rt_untyped(c))' 'rt_case k = RT_RECV_OF(c, ip); (void)k'; do
		program "$good"
		compile $cc || { cat log; echo "FAILED: $cc refuses: $good"; status=1; }
	done
	for bad in 'rt_send(c, "x")' 'rt_send(s, ip)' 'rt_send(p, 1)' 'rt_send(c, place)' \
		'take(s)' 'take(p)' 'char *x = rt_recv(c)' 'rt_recv_ok(c, lp)' \
		'rt_recv_ok(s, ip)' 'rt_try_recv(c, lp, 0)' 'rt_chan_close(c)' \
		'rt_untyped(ip)' 'rt_case k = RT_RECV_OF(c, lp); (void)k' \
		'c = rt_make_chan(long, 1)'; do
		program "$bad"
		compile $cc && { echo "FAILED: $cc accepts: $bad"; status=1; }
	done
done

# The same instructions, but for names.
code() {
	cat >program.c
	compile gcc || cat log
	objdump -d --no-show-raw-insn program.o | sed '1,/>:$/d; s/^ *[0-9a-f]*://'
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
