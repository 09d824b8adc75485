// tests/programs/gc_beside_cgo.c - functions of rt_cgocall's allocate and free while cycles that mark
// beside the program are given up, by rt_gc and rt_leaks: no object of theirs changes.
// env: GODEBUG=clobberfree=1,gcstoptheworld=-1 GOGC=10
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not any: nothing is collected there
#include "../lib/test.h"

// Where each allocation runs a cycle there is no time for all rounds.
enum { Callers = 3, Rounds = 60, LeastRounds = 2, Live = 4096 };

typedef struct Node Node;
struct Node {
	Node *next;
	uint64_t rest[7];
};

static Node *volatile list;
static bool stop;
static rt_chan *done;

static int32_t churn(void *unused)
{
	uint64_t **live = rt_calloc(Live, sizeof *live), seed = 1;

	(void)unused;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		uint64_t **p = &live[(seed = seed * 6364136223846793005 + 1) >> 33 & (Live - 1)];
		size_t n = seed >> 20 & 63 ? 4 + (seed >> 40 & 15) : 2000 + (seed >> 40 & 4095);

		if (*p) {
			check((*p)[0] == (uintptr_t)*p && (*p)[(*p)[1] - 1] == (uintptr_t)*p);
			rt_free(*p);
		}
		*p = rt_malloc(n * sizeof **p);
		(*p)[1] = n;
		(*p)[0] = (*p)[n - 1] = (uintptr_t)*p;
	}
	for (int i = 0; i < Live; i++)
		rt_free(live[i]);
	rt_free(live);
	return 0;
}

static void caller(void *unused)
{
	(void)unused;
	rt_cgocall(churn, NULL);
	rt_chan_send(done, &(int){ 0 });
}

// More than a cycle's worth, which the last stop may not have come to yet.
static __attribute__((noinline)) void allocate(void)
{
	for (int i = 0; i < 500; i++) {
		Node *n = rt_gc_alloc(sizeof *n);

		n->next = i % 100 ? list : NULL;
		list = n;
	}
}

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + 3 * RT_SECOND;
	int unused;

	(void)argc;
	(void)argv;
	done = rt_chan_make(sizeof(int), Callers);
	for (int i = 0; i < Callers; i++)
		rt_go(caller, NULL);
	for (int i = 0; i < Rounds && (i < LeastRounds || rt_nanotime() < end); i++) {
		allocate();
		if (i % 2)
			rt_gc();
		else
			rt_leaks(-1, NULL);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (int i = 0; i < Callers; i++)
		rt_chan_recv(done, &unused);
	return 0;
}
