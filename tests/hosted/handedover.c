// tests/hosted/handedover.c - a goroutine that writes to an object after it has given it away through a
// channel, to one that reads and frees it.
// sanitizer: thread
// stderr~: WARNING: ThreadSanitizer: (data race|heap-use-after-free)
// stderr~: (?s)Write of size 4 .*? buyer .*?handedover\.c:44|Previous write of size 4 .*? buyer .*?handedover\.c:44
// stderr~: (?s) clerk .*?handedover\.c:(25|26)
// stderr~: (?s)'goroutine [0-9]+, by goroutine 1' .*?rt_main .*?handedover\.c:(56|57).*? rt_main .*?handedover\.c:(56|57)
// exit: 66
#include <rt.h>

typedef struct {
	int number, copies;
} Order;

static rt_chan *orders;
static rt_waitgroup wg;

static void clerk(void *arg)
{
	Order *o;
	int sum = 0;

	(void)arg;
	while (rt_chan_recv(orders, &o)) {
		sum += o->copies;
		rt_free(o);
	}
	rt_printf("%d\n", sum);
	rt_waitgroup_done(&wg);
}

static void buyer(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		Order *o = rt_malloc(sizeof *o);

		o->number = i;
#ifdef RIGHT
		o->copies = 2;
		rt_chan_send(orders, &o);
#else
		rt_chan_send(orders, &o);
		o->copies = 2;
#endif
	}
	rt_chan_close(orders);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	orders = rt_chan_make(sizeof(Order *), 0);
	rt_waitgroup_add(&wg, 2);
	rt_go(clerk, NULL);
	rt_go(buyer, NULL);
	rt_waitgroup_wait(&wg);
	return 0;
}
