// tests/arch/arm64/programs/many.c - 100,000 goroutines at once, each on a segment of its own, though
// the kernel may have no more than 65,530 mappings for them; and as many again.
// arch: not qemu: it takes ms and megabytes to map a segment
// timeout: 200
// stdout: 100000 goroutines, twice
#include "../../../lib/test.h"

enum { Many = 100000 };

static rt_chan *go, *done;

static void waits(void *unused)
{
	uint64_t n = 0;

	(void)unused;
	rt_chan_recv(go, NULL); // closed
	for (int i = 0; i < 10; i++)
		n += rt_goid();
	rt_chan_send(done, &n);
}

static void once(void)
{
	uint64_t n;

	go = rt_chan_make(0, 0);
	done = rt_chan_make(sizeof(uint64_t), 0);
	for (int i = 0; i < Many; i++)
		rt_go(waits, NULL);
	rt_gosched();
	rt_chan_close(go);
	for (int i = 0; i < Many; i++)
		check(rt_chan_recv(done, &n) && n > 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	once();
	once();
	rt_printf("%d goroutines, twice\n", Many);
	return 0;
}
