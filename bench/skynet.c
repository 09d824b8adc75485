// bench/skynet.c - a tree of goroutines, each with 10 children and a channel for what they
// count: the N leaves send their numbers, everyone else the sum. N is a power of 10.
#include "bench.h"
#include "status.h"

enum { Children = 10 };

typedef struct {
	rt_chan *parent;
	int64_t first, size; // its leaves
} Node;

static void skynet(void *arg)
{
	const Node *node = arg;
	int64_t part, sum = 0;
	rt_chan *c;

	if (node->size == 1) {
		rt_chan_send(node->parent, &node->first);
		return;
	}
	c = rt_chan_make(sizeof(int64_t), 0);
	for (int64_t i = 0; i < Children; i++) {
		Node child = { c, node->first + i * node->size / Children,
			       node->size / Children };

		rt_go_copy(skynet, &child, sizeof child);
	}
	for (int i = 0; i < Children; i++) {
		rt_chan_recv(c, &part);
		sum += part;
	}
	rt_chan_free(c);
	rt_chan_send(node->parent, &sum);
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 1000000), start = rt_nanotime(), sum = 0;
	Node root = { rt_chan_make(sizeof sum, 0), 0, n };

	rt_go_copy(skynet, &root, sizeof root);
	rt_chan_recv(root.parent, &sum);
	metric("total", (double)(rt_nanotime() - start) / 1e6, "ms");
	metric("peak_rss", status("VmHWM:") / (1 << 20), "MiB");
	return sum != n * (n - 1) / 2;
}
