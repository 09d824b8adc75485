// tests/programs/daisy.c - a number travels through a chain of goroutines, each of which
// adds one: all of them exist at once.
//
//	daisy [N]	with N goroutines (default 10,000)
//
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not thread: it has more goroutines than ThreadSanitizer allows
// arch: not qemu: it takes ms to map a segment
#include "../lib/test.h"

typedef struct {
	rt_chan *from, *to;
} Link;

static void add_one(void *arg)
{
	Link *link = arg;
	int64_t n;

	check(rt_chan_recv(link->from, &n));
	n++;
	rt_chan_send(link->to, &n);
}

int rt_main(int argc, char **argv)
{
	int64_t count = argument(argc, argv, 10000), n = 0;
	rt_chan *first = rt_chan_make(sizeof n, 0), *last = first;

	for (int64_t i = 0; i < count; i++) {
		Link link = { .from = last, .to = rt_chan_make(sizeof n, 0) };

		rt_go_copy(add_one, &link, sizeof link);
		last = link.to;
	}
	equal(rt_num_goroutine(), count + 1);
	rt_chan_send(first, &n);
	check(rt_chan_recv(last, &n));
	equal(n, count);
	return 0;
}
