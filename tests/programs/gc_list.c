// tests/programs/gc_list.c - of a list that grows at one end and is dropped at the other nothing but
// the live part stays: no word of the runtime's own keeps an old node, and with it all that
// follow, in cycles that stop the world once or twice.
// env: GODEBUG=gcstoptheworld=1
// env: GODEBUG=gcstoptheworld=-1
// matrix: GOMAXPROCS=1,2
// variants: release
// hosted: not any: nothing is collected there
#include "../lib/test.h"

typedef struct Node Node;
struct Node {
	Node *next;
	uint64_t id[3];
};

enum { Nodes = 3000000, Live = 20000, Most = 48 << 20 }; // 92 MiB if nothing is freed

static Node *first, *last;

int rt_main(int argc, char **argv)
{
	struct rt_memstats m;

	(void)argc, (void)argv;
	for (uint64_t i = 0; i < Nodes; i++) {
		Node *n = rt_gc_alloc(sizeof *n);

		n->id[0] = i;
		if (last)
			last->next = n;
		else
			first = n;
		last = n;
		if (i >= Live) {
			equal(first->id[0], i - Live);
			first = first->next;
		}
	}
	rt_memstats(&m);
	check(m.gc_cycles > 10);
	check(m.heap < Most);
	rt_printf("ok\n");
	return 0;
}
