// tests/programs/preempt_alloc.c - a loop that does nothing but allocate and free gives the
// processor back when its time is up, without signals too.
// matrix: GODEBUG=asyncpreemptoff=1,asyncpreemptoff=0
// env: GOMAXPROCS=1
// timeout: 20
#include "../lib/test.h"

static _Atomic(bool) stop;
static rt_chan *stopped;

#define LOOP(name, body)                                                               \
	static void name(void *arg)                                                    \
	{                                                                              \
		(void)arg;                                                             \
		while (!stop)                                                          \
			body;                                                          \
		rt_chan_send(stopped, NULL);                                           \
	}

LOOP(small, rt_free(rt_malloc(40)))
LOOP(middle, rt_free(rt_malloc(20000)))
LOOP(large, rt_free(rt_malloc(100000)))
LOOP(cleared, rt_free(rt_calloc(3, 5)))
LOOP(grown, rt_free(rt_realloc(rt_malloc(24), 500)))
LOOP(of_nothing, rt_free(NULL))

// The batches are larger than the caches are.
static void many(void *arg)
{
	static void *p[1000];

	(void)arg;
	while (!stop) {
		for (int i = 0; i < 1000; i++)
			p[i] = rt_malloc(64);
		for (int i = 0; i < 1000; i++)
			rt_free(p[i]);
	}
	rt_chan_send(stopped, NULL);
}

int rt_main(int argc, char **argv)
{
	static rt_func *const loops[] = { small, middle, large, cleared, grown, many, of_nothing };

	(void)argc, (void)argv;
	stopped = rt_chan_make(0, 0);
	for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++) {
		for (int k = 0; k < 3; k++) {
			stop = false;
			rt_go(loops[i], NULL);
			rt_gosched(); // and back when its time is up
			stop = true;
			rt_chan_recv(stopped, NULL);
		}
	}
	return 0;
}
