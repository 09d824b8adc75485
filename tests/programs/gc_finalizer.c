// tests/programs/gc_finalizer.c - a finalizer is called once, when nothing leads to its object
// any more, with its argument, and before anything that the object leads to is freed.
//
// Promises: not while something leads to the object; of two objects the one that leads to the
// other comes first; never in a ring; the argument may be the object; what a finalizer makes
// reachable again stays; the last one that was set is called, none if that is NULL; pointers
// that are no beginning of an object are refused; all of many are called, also after some that end their
// goroutine.
// env: GODEBUG=clobberfree=1
// matrix: GOMAXPROCS=1,4
// hosted: not any: nothing is collected there
#include "../lib/test.h"

typedef struct Node Node;
struct Node {
	Node *other;
	uint64_t value;
	uint64_t rest[2];
};

enum { Many = 1000 };

static rt_chan *called; // of the arguments

static __attribute__((noinline)) void scrub(void)
{
	volatile char below[1500];

	for (unsigned i = 0; i < sizeof below; i++)
		below[i] = 0;
}

static void collect(void)
{
	scrub();
	rt_gc();
}

static void tells(void *arg)
{
	rt_chan_send(called, &arg);
}

static Node *make(uint64_t value, Node *other)
{
	Node *n = rt_gc_alloc(sizeof *n);

	*n = (Node){ other, value, { value, value } };
	return n;
}

// Returns the argument of the next finalizer that is called. A stale word may keep its object for
// a cycle or two.
static uintptr_t next(void)
{
	bool open;
	void *arg;

	for (int i = 0; i < 1000; i++) {
		collect();
		rt_gosched();
		if (rt_chan_try_recv(called, &arg, &open))
			return (uintptr_t)arg;
	}
	return 0;
}

// Is none called in the next cycles?
static bool none(void)
{
	void *arg;
	bool closed;

	for (int i = 0; i < 5; i++) {
		collect();
		rt_gosched();
	}
	return !rt_chan_try_recv(called, &arg, &closed);
}

static Node *kept;

static __attribute__((noinline)) void keepone(void)
{
	kept = make(1, make(2, NULL));
	check(rt_gc_finalizer(kept, tells, (void *)1));
	check(!rt_gc_finalizer((char *)kept + 8, tells, NULL));
	check(!rt_gc_finalizer(&kept, tells, NULL));
	check(!rt_gc_finalizer(NULL, tells, NULL));
}

static __attribute__((noinline)) void pair(void)
{
	Node *second = make(12, NULL), *first = make(11, second);

	check(rt_gc_finalizer(second, tells, (void *)12));
	check(rt_gc_finalizer(first, tells, (void *)11));
}

static __attribute__((noinline)) void ring(void)
{
	Node *a = make(21, NULL), *b = make(22, a);

	a->other = b;
	check(rt_gc_finalizer(a, tells, (void *)21));
}

static void revives(void *p)
{
	kept = p;
	tells((void *)(uintptr_t)kept->other->value);
}

static __attribute__((noinline)) void revived(void)
{
	Node *n = make(31, make(32, NULL));

	check(rt_gc_finalizer(n, revives, n));
}

static __attribute__((noinline)) void replaced(void)
{
	Node *n = make(41, NULL), *m = make(42, NULL);

	check(rt_gc_finalizer(n, tells, (void *)40));
	check(rt_gc_finalizer(n, tells, (void *)41));
	check(rt_gc_finalizer(m, tells, (void *)42));
	check(rt_gc_finalizer(m, NULL, NULL));
}

static void ends(void *arg)
{
	tells(arg);
	rt_goexit();
}

static __attribute__((noinline)) void ending(uint64_t i)
{
	check(rt_gc_finalizer(make(i, NULL), ends, (void *)(uintptr_t)i));
}

static void counts(void *n)
{
	++*(uint64_t *)n;
	if (*(uint64_t *)n == Many)
		tells((void *)(uintptr_t)Many);
}

static __attribute__((noinline)) void many(uint64_t *n)
{
	for (int i = 0; i < Many; i++)
		check(rt_gc_finalizer(i % 2 ? rt_gc_alloc_noscan(100) : rt_gc_alloc(50000), counts, n));
}

int rt_main(int argc, char **argv)
{
	uint64_t *n;

	(void)argc, (void)argv;
	called = rt_chan_make(sizeof(void *), Many);
	keepone();
	check(none());
	equal(kept->other->value, 2);
	kept = NULL;
	equal(next(), 1);

	pair();
	equal(next(), 11);
	equal(next(), 12);

	ring();
	check(none());

	revived();
	equal(next(), 32);
	check(none());
	equal(kept->value, 31);
	equal(kept->other->value, 32);
	kept = NULL;

	replaced();
	equal(next(), 41);
	check(none());

	for (uint64_t i = 51; i <= 53; i++) {
		ending(i);
		equal(next(), i);
	}

	n = rt_calloc(1, sizeof *n);
	many(n);
	for (int i = 0; *(volatile uint64_t *)n < Many * 9 / 10; i++) { // some may look reachable
		collect();
		rt_gosched();
		check(i < 1000);
	}
	rt_printf("ok\n");
	return 0;
}
