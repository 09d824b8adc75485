// tests/crash/leaks_in_cycle.c - a goroutine that waits for what a collected object leads to is not called
// leaked in a report that comes while the collector marks, or before all that it has marked is swept.
// env: GODEBUG=leaks=1,gcstoptheworld=-1 GOGC=10
// env: GODEBUG=leaks=1,gcstoptheworld=1 GOGC=10
// matrix: GOMAXPROCS=1,4
// variants: release debug
// hosted: not any: nothing is collected there
// stderr~: ^SIGQUIT: quit\n(?s:(?!.*leaked\)).*)\[chan receive\]
// exit: 2
#include "../lib/leaking.h"

enum { Nodes = 200000 };

typedef struct Node Node;
struct Node {
	Node *next;
	rt_chan *c;
};

static Node *volatile first; // volatile, or the compiler leaves it out: nothing reads it

static void waits(void *c)
{
	rt_chan_recv(c, NULL);
}

// The channel is known to the last node alone.
static void build(void)
{
	Node *n = rt_gc_alloc(sizeof *n);

	n->c = rt_chan_make(0, 0);
	rt_go(waits, n->c);
	for (int i = 0; i < Nodes; i++) {
		Node *before = rt_gc_alloc(sizeof *before);

		before->next = n;
		n = before;
	}
	first = n;
}

// Allocates until some cycles are over, so that one is likely to be under way.
int rt_main(int argc, char **argv)
{
	static struct rt_memstats m;

	(void)argc, (void)argv;
	build();
	await_in(1, "chan receive");
	do {
		for (int i = 0; i < 10000; i++)
			rt_gc_alloc(sizeof(Node));
		rt_memstats(&m);
	} while (m.gc_cycles < 6);
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 3);
	for (;;)
		rt_gc_alloc(sizeof(Node));
}
