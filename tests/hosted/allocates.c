// tests/hosted/allocates.c - a goroutine that does nothing but allocate and free gives the only
// processor back when its time is up, without signals too, although the heap is the C library's.
// sanitizer: plain address
// stdout: done
// env: GOMAXPROCS=1 GODEBUG=asyncpreemptoff=1
// timeout: 20
#include "../lib/test.h"

static _Atomic(bool) over;

static void allocates(void *c)
{
	while (!over)
		rt_free(rt_malloc(100));
	rt_chan_send(c, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	rt_go(allocates, c);
	rt_gosched(); // it returns when the other one has yielded
	over = true;
	rt_chan_recv(c, NULL);
	rt_chan_free(c);
	rt_printf("done\n");
	return 0;
}
