// tests/programs/recover_freed.c - a goroutine that has recovered leaves no object behind when it ends.
// stdout: none
// hosted: not any: counts the objects of the runtime's own heap
#include "../lib/test.h"

#include <rt.h>

enum { Goroutines = 200 };

static void fails(void *arg)
{
	(void)arg;
	rt_panic("oops");
}

static void recovers(void *done)
{
	char text[16];

	check(rt_recover(fails, NULL, text, sizeof text));
	rt_chan_send(done, NULL);
}

static uint64_t objects(void)
{
	static struct rt_memstats m;

	rt_memstats(&m);
	return m.objects;
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);
	uint64_t before;

	(void)argc, (void)argv;
	before = objects();
	for (int i = 0; i < Goroutines; i++) {
		rt_go(recovers, done);
		rt_chan_recv(done, NULL);
	}
	while (objects() > before)
		rt_gosched(); // until the last has ended
	rt_printf("none\n");
	return 0;
}
