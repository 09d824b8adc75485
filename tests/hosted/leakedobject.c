// tests/hosted/leakedobject.c - an object of rt_malloc's that a goroutine has lost. Those that only
// parked goroutines, a timer or a channel's buffer have are not lost.
// sanitizer: address leak
// stdout: done
// stderr~: ERROR: LeakSanitizer: detected memory leaks
// stderr~: (?s)Direct leak of 77 byte.* in loses .*leakedobject\.c:25
// stderr~: ^allocated by goroutine [0-9]+(\ncreated by rt_main\n\t[^\n]*leakedobject\.c:56)?$
// stderr~: SUMMARY: \w+: 77 byte\(s\) leaked in 1 allocation
// exit: 1
// env: LSAN_OPTIONS=exitcode=1
// repeat: 3
#include "../lib/waiting.h"

#include <rt.h>

static rt_chan *waiting, *volatile filled;
static rt_timer *timer;
static rt_mutex m;

static void loses(void *done)
{
#ifdef RIGHT
	char *p = rt_malloc(77);
#else
	char *volatile p = rt_malloc(77);
#endif

	p[0] = 1;
#ifdef RIGHT
	rt_free(p);
#endif
	p = NULL;
	rt_chan_send(done, NULL);
}

static void holds(void *arg)
{
	int *p = rt_malloc(44), *volatile locks = rt_malloc(45);

	*p = *locks = 1;
	if (arg)
		rt_chan_recv(waiting, NULL);
	else
		rt_mutex_lock(&m);
	rt_free(p);
	rt_free(locks);
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);
	char *p = rt_malloc(46);

	(void)argc, (void)argv, waiting = rt_chan_make(0, 0);
	rt_mutex_lock(&m);
	rt_go(loses, done);
	rt_chan_recv(done, NULL);
	rt_go(holds, done), rt_go(holds, NULL);
	await_in(1, "chan receive"), await_in(1, "sync.Mutex.Lock");
	filled = rt_chan_make(sizeof p, 1);
	rt_chan_send(filled, &p);
	timer = rt_timer_chan(INT64_C(1000000000000), 0);
	timer = NULL; // the heap of timers has it
	rt_chan_free(done);
	rt_printf("done\n");
	return 0;
}
