// tests/hosted/leakedgoroutine.c - goroutines that wait on channels that only they know, one of them in
// a select, or that only such goroutines know.
// sanitizer: address
// stdout: done
// stderr~: (?s)^Leak of a goroutine.*\ngoroutine [0-9]+ \[chan receive\]:.*stuck.*leakedgoroutine\.c:2[0-9]
// stderr~: (?s)^Leak of a goroutine.*\ngoroutine [0-9]+ \[select\]:.*selects.*leakedgoroutine\.c:[0-9]+
// stderr~: created by (leak|rt_main) in goroutine 1\n\t[^\n]*leakedgoroutine\.c:53
// stderr~: (?s)leak of .* in rt_chan_make .* in (leak|rt_main) .*leakedgoroutine\.c:49.*^allocated by goroutine 1$
// stderr~: (?s)leak of 33 byte.* in stuck .*leakedgoroutine\.c:
// exit: 1
// env: LSAN_OPTIONS=exitcode=1
// repeat: 3
#include "../lib/waiting.h"

#include <rt.h>

static rt_chan *known;

static void stuck(void *c)
{
	char *p = rt_malloc(33);

	p[0] = 1;
	rt_chan_recv(c, NULL);
	rt_free(p);
}

static void selects(void *c)
{
	rt_chan *other = rt_chan_make(0, 0);
	rt_case cases[2] = {
		{ .chan = c, .kind = RT_CASE_RECV },
		{ .chan = other, .kind = RT_CASE_RECV },
	};

	rt_select(cases, 2);
	rt_chan_free(other);
	rt_chan_free(c);
}

static void keeps(void *arg)
{
	(void)arg;
	rt_chan_recv(known, NULL);
}

static __attribute__((noinline)) void leak(void)
{
	rt_chan *c = rt_chan_make(0, 0), *d = rt_chan_make(0, 0);
#ifdef RIGHT
	known = c;
#endif
	rt_go(stuck, c);
	rt_go(selects, d);
#ifdef RIGHT
	await_in(1, "select");
	rt_chan_close(d);
#endif
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	leak();
	if (!known)
		known = rt_chan_make(0, 0);
	rt_go(keeps, NULL);
	await_in(2, "chan receive");
#ifndef RIGHT
	await_in(1, "select");
#else
	rt_sleep(1);
#endif
	rt_printf("done\n");
	return 0;
}
