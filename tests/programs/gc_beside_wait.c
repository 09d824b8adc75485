// tests/programs/gc_beside_wait.c - a goroutine that waits for a finalizer is in no deadlock while the marker
// runs beside the program.
// env: GODEBUG=gcstoptheworld=-1
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not any: nothing is collected there
#include "../lib/test.h"

enum { Rounds = 20, Lost = 100, Chain = 100000 };

typedef struct Node Node;
struct Node {
	Node *next;
	uint64_t rest[7];
};

static Node *volatile chain; // so that marking takes a while
static Node *volatile garbage;
static rt_chan *found;

static void finalizer(void *unused)
{
	(void)unused;
	rt_chan_try_send(found, &(int){ 0 });
}

static __attribute__((noinline)) void lose(void)
{
	for (int i = 0; i < Lost; i++)
		check(rt_gc_finalizer(rt_gc_alloc(sizeof(Node)), finalizer, NULL));
}

static int64_t paused(void)
{
	struct rt_memstats s;

	rt_memstats(&s);
	return s.gc_paused;
}

// Until the world has been stopped for a cycle, once or the first time of two.
static __attribute__((noinline)) void allocate(void)
{
	int64_t before = paused();

	while (paused() == before) {
		for (int i = 0; i < 1000; i++)
			garbage = rt_gc_alloc(sizeof(Node));
	}
}

int rt_main(int argc, char **argv)
{
	int unused;

	(void)argc;
	(void)argv;
	found = rt_chan_make(sizeof(int), Lost);
	for (int i = 0; i < Chain; i++) {
		Node *n = rt_gc_alloc(sizeof *n);

		n->next = chain;
		chain = n;
	}
	for (int i = 0; i < Rounds; i++) {
		lose();
		allocate();
		rt_chan_recv(found, &unused);
		while (rt_chan_try_recv(found, &unused, NULL))
			;
	}
	return 0;
}
