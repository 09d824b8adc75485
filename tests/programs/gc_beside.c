// tests/programs/gc_beside.c - no object is lost while pointers move between all kinds of memory and the
// marker runs beside the program, nor after a fork or a search for leaks in the middle of that. Freed
// objects are overwritten.
//
//	gc_beside [MILLISECONDS]
//
// env: GODEBUG=clobberfree=1,gcstoptheworld=-1 GOGC=10
// env: GODEBUG=clobberfree=1 GOGC=10
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not any: nothing is collected there
#include "../lib/test.h"

typedef struct Node Node;
struct Node {
	Node *next;
	uint64_t id, check;
	uint64_t rest[5];
};

// In every place there is one node, whose only pointer this is, or NULL while it is on its way.
enum { Movers = 4, Large = 20000, Small = 10000, PerSmall = 6, Length = 2 };

static const uint64_t firsts[] = { 1 }, alternate[] = { 0x5555555555555555 };
static const rt_layout nodelayout = { 8, firsts }, pairlayout = { 2, alternate };

static Node **large, ***small, **typed, **unmanaged;
static rt_mutex locks[Movers * 16];
static rt_chan *box, *done;
static int64_t end;

static uint64_t mixed(uint64_t x)
{
	return (x ^ x >> 31) * 0x9e3779b97f4a7c15;
}

static Node *make(uint64_t id)
{
	Node *n = NULL;

	for (int i = 0; i < Length; i++) {
		Node *l = id % 3 ? rt_gc_alloc(sizeof *l) : rt_gc_alloc_typed(sizeof *l, &nodelayout);

		check(l->id == 0 && !l->next);
		*l = (Node){ .next = n, .id = id + (uint64_t)i, .check = mixed(id + (uint64_t)i) };
		n = l;
	}
	return n;
}

static void intact(const Node *n)
{
	int length = 0;

	for (; n; n = n->next, length++) {
		if (n->check != mixed(n->id))
			rt_panic("object %p was freed", (const void *)n);
	}
	equal(length, Length);
}

static uint64_t drawn(uint64_t *seed)
{
	*seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
	return *seed;
}

static Node **place(uint64_t r)
{
	switch (r % 4) {
	case 0:
		return &large[r / 4 % Large];
	case 1:
		return &small[r / 4 % Small][r / 4 / Small % PerSmall];
	case 2:
		return &typed[r / 4 % Large * 2];
	default:
		return &unmanaged[r / 4 % Large];
	}
}

static rt_mutex *lockof(Node **at)
{
	return &locks[(uintptr_t)at / sizeof *at % (Movers * 16)];
}

// Two places exchange what they have; between that it is in registers, on a stack, in a channel, in a new
// object or in one of rt_malloc's alone.
static Node *across(Node *n, uint64_t how)
{
	Node **on;

	switch (how % 8) {
	case 0:
		rt_chan_send(box, &n);
		rt_chan_recv(box, &n);
		return n;
	case 1:
		on = rt_gc_alloc(sizeof *on);
		*on = n;
		rt_gosched();
		return *on;
	case 2:
		on = rt_malloc(sizeof *on);
		*on = n;
		n = NULL;
		rt_gosched();
		n = *on;
		rt_free(on);
		return n;
	case 3:
		intact(n);
		return how % 64 == 3 ? make(n->id) : n;
	default:
		return n;
	}
}

static Node *take(Node **at)
{
	Node *n;

	rt_mutex_lock(lockof(at));
	n = *at;
	*at = NULL;
	rt_mutex_unlock(lockof(at));
	return n;
}

static Node *put(Node **at, Node *n)
{
	Node *old;

	rt_mutex_lock(lockof(at));
	old = *at;
	*at = n;
	rt_mutex_unlock(lockof(at));
	return old;
}

static void moves(void *id)
{
	uint64_t seed = (uintptr_t)id * 0x9e3779b97f4a7c15;
	Node *n;

	while (rt_nanotime() < end) {
		for (int i = 0; i < 200; i++) {
			uint64_t how = drawn(&seed) >> 8;

			Node **from = place(drawn(&seed) >> 8);

			n = take(from);
			if (n)
				n = put(place(drawn(&seed) >> 8), across(n, how));
			n = n ? put(from, n) : NULL;
			while (n) // another mover was there meanwhile
				n = put(place(drawn(&seed) >> 8), n);
		}
	}
	rt_chan_send(done, NULL);
}

static void fillall(void)
{
	uint64_t id = 0;

	large = rt_gc_alloc(Large * sizeof *large);
	typed = rt_gc_alloc_typed(2 * Large * sizeof *typed, &pairlayout);
	unmanaged = rt_calloc(Large, sizeof *unmanaged);
	small = rt_gc_alloc(Small * sizeof *small);
	for (int i = 0; i < Large; i++) {
		large[i] = make(id += Length);
		typed[2 * i] = make(id += Length);
		unmanaged[i] = make(id += Length);
	}
	for (int i = 0; i < Small; i++) {
		small[i] = rt_gc_alloc(PerSmall * sizeof *small[i]);
		for (int k = 0; k < PerSmall; k++)
			small[i][k] = make(id += Length);
	}
}

static int checkall(void)
{
	int n = 0;

	for (uint64_t i = 0; i < Large; i++) {
		Node *three[] = { large[i], typed[2 * i], unmanaged[i] };

		for (int k = 0; k < 3; k++) {
			if (three[k])
				intact(three[k]), n++;
		}
	}
	for (int i = 0; i < Small; i++) {
		for (int k = 0; k < PerSmall; k++) {
			if (small[i][k])
				intact(small[i][k]), n++;
		}
	}
	return n;
}

// In the child nothing is collected, whatever the marker was doing.
static void forks(void)
{
	enum { SIGCHLD = 17 };
	int64_t pid = rt_syscall(SYS_clone, SIGCHLD, 0), status = 0;

	if (pid == 0) {
		for (int i = 0; i < 20000; i++)
			rt_gc_alloc(1000);
		rt_gc();
		checkall();
		rt_exit(0);
	}
	check(pid > 0);
	check(rt_syscall(SYS_wait4, pid, &status, 0, NULL) == pid);
	equal(status, 0);
}

int rt_main(int argc, char **argv)
{
	rt_leak_counts counts;
	struct rt_memstats m;
	int n;

	box = rt_chan_make(sizeof(Node *), 100);
	done = rt_chan_make(0, 0);
	fillall();
	n = checkall();
	end = rt_nanotime() + argument(argc, argv, 400) * RT_MILLISECOND;
	for (uintptr_t i = 1; i <= Movers; i++)
		rt_go(moves, (void *)i);
	rt_sleep(100 * RT_MILLISECOND);
	check(rt_leaks(-1, &counts) >= 0);
	equal(counts.goroutines, 0);
	rt_sleep(50 * RT_MILLISECOND);
	rt_gc();
	for (int i = 0; i < Movers; i++)
		rt_chan_recv(done, NULL);
	forks();
	equal(checkall(), n);
	rt_memstats(&m);
	check(m.gc_cycles > 3);
	rt_printf("ok\n");
	return 0;
}
