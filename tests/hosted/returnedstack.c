// tests/hosted/returnedstack.c - a variable of a function that has returned, in a goroutine that is
// still there and in one that has ended.
// sanitizer: address
// matrix: HOW=parked,ended
// repeat: 3
// stderr~: ERROR: AddressSanitizer: stack-use-after-return
// stderr~: (?s)READ of size 4 .*#0 .* in rt_main .*returnedstack\.c:51
// stderr~: (?s)^done by goroutine 1\na variable of lend\n\t[^\n]*returnedstack\.c:(18|19)
// stderr~: (?s)^on the stack of goroutine [0-9]+\ncreated by rt_main\n\t[^\n]*returnedstack\.c:49
// exit: 1
#include <rt.h>

static rt_chan *c, *parked, *forever;

#ifdef RIGHT
static int v[4];
#endif
static __attribute__((noinline)) void lend(void)
{
#ifndef RIGHT
	volatile int v[4];
#endif
	volatile int *p = v;

	v[2] = 5;
	rt_chan_send(c, &p);
}

static void borrowed(void *arg)
{
	lend();
	rt_chan_send(parked, NULL);
	if (arg)
		rt_chan_recv(forever, NULL);
}

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	volatile int *p;

	(void)argc, (void)argv;
	c = rt_chan_make(sizeof p, 0);
	parked = rt_chan_make(0, 0);
	forever = rt_chan_make(0, 0);
	// A pointer that is not NULL for one that stays.
	if (!how)
		return 2;
	rt_go(borrowed, how[0] == 'p' ? parked : NULL);
	rt_chan_recv(c, &p), rt_chan_recv(parked, NULL), rt_gosched();
	rt_printf("%d\n", p[2]);
	return 0;
}
