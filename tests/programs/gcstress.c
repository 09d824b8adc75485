// tests/programs/gcstress.c - objects in use stay as they are while cycles run all the time,
// wherever goroutines have them; freed ones are overwritten.
//
//	gcstress [MILLISECONDS]
//
// env: GODEBUG=clobberfree=1 GOGC=5
// env: GODEBUG=clobberfree=1,gcstoptheworld=-1 GOGC=5
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not any: nothing is collected there
#include "../lib/test.h"

typedef struct Node Node;
struct Node {
	Node *next;
	uint64_t id, check;
	uint64_t rest[5];
};

static int64_t end;
static rt_chan *lists, *done;
static Node *ofall;

static uint64_t mixed(uint64_t x)
{
	return (x ^ x >> 31) * 0x9e3779b97f4a7c15;
}

static Node *list(uint64_t id, int n)
{
	Node *first = NULL;

	for (int i = 0; i < n; i++, id++) {
		Node *node = rt_gc_alloc(sizeof *node);

		check(node->id == 0 && node->rest[4] == 0);
		*node = (Node){ .next = first, .id = id, .check = mixed(id), .rest[4] = id };
		first = node;
		if (id % 16 == 0)
			*(char *)rt_gc_alloc_noscan(100 + id % 1000) = 1;
	}
	return first;
}

static void intact(const Node *node, int n, const char *where)
{
	for (; node; node = node->next, n--) {
		if (node->check != mixed(node->id) || node->rest[4] != node->id)
			rt_panic("%s: object %p was freed", where, (const void *)node);
	}
	equal(n, 0);
}

// Each case has ids of its own, and is called until the time is over.
typedef void Case(uint64_t id);

static void sends(uint64_t id)
{
	Node *l = list(id, 50);

	rt_chan_send(lists, &l);
}

static void sleeps(uint64_t id)
{
	Node *l = list(id, 30);

	rt_sleep(RT_MILLISECOND);
	intact(l, 30, "over a sleep");
}

static void spins(uint64_t id)
{
	Node *l = list(id, 100);
	volatile uint64_t sum = 0;

	for (int i = 0; i < 5000; i++) {
		uint64_t x = 0;

		for (Node *n = l; n; n = n->next)
			x += n->check;
		sum += x;
	}
	intact(l, 100, "in a loop without calls");
}

static void calls(uint64_t id)
{
	struct timespec {
		int64_t s, ns;
	} t = { 0, 1000000 };
	Node *l = list(id, 30);

	rt_syscall(SYS_nanosleep, &t, NULL);
	intact(l, 30, "over a system call");
}

static __attribute__((noinline)) int deep(uint64_t id, int depth)
{
	volatile char frame[700];
	Node *l = list(id + (uint64_t)depth * 10, 10);

	frame[depth] = 1;
	if (depth > 0)
		deep(id, depth - 1);
	else
		rt_sleep(RT_MILLISECOND / 2);
	intact(l, 10, "deep in a stack");
	return frame[depth];
}

static void deeply(uint64_t id)
{
	deep(id, 40);
}

static __attribute__((noinline)) void useroom(Node **room, int n, uint64_t id)
{
	for (int i = 0; i < n; i++)
		room[i] = list(id + (uint64_t)i, 3);
	rt_sleep(RT_MILLISECOND / 3);
	for (int i = 0; i < n; i++)
		intact(room[i], 3, "in alloca's memory");
}

static void allocas(uint64_t id)
{
	int n = 50 + (int)(id / 1000 % 400);

	useroom(__builtin_alloca((size_t)n * sizeof(Node *)), n, id);
}

static void child(void *l)
{
	intact(l, 20, "a goroutine's argument");
}

static void starts(uint64_t id)
{
	rt_go(child, list(id, 20));
	if (id / 1000 % 8 == 0)
		rt_gosched();
}

static void *task(void *l)
{
	intact(l, 20, "a task's argument");
	rt_sleep(RT_MILLISECOND / 10);
	return list(((Node *)l)->id, 20);
}

static void joins(uint64_t id)
{
	rt_task *t = rt_spawn(task, list(id, 20));

	intact(rt_join(t), 20, "a task's result");
}

static void expired(void *l)
{
	intact(l, 10, "a timer's argument");
}

static void timers(uint64_t id)
{
	rt_timer *t = rt_timer_func(RT_MILLISECOND / 2, 0, expired, list(id, 10));

	rt_sleep(RT_MILLISECOND * 7 / 10);
	rt_timer_free(t);
}

typedef struct {
	Node *l;
	rt_timer *t;
} Shot;

static void hits(void *arg)
{
	Shot *s = arg;
	rt_timer *t;

	while (!(t = __atomic_load_n(&s->t, __ATOMIC_ACQUIRE)))
		rt_gosched();
	intact(s->l, 10, "what only a timer leads to");
	rt_timer_free(t);
	rt_free(s);
}

static __attribute__((noinline)) void shoot(uint64_t id)
{
	Shot *s = rt_malloc(sizeof *s);

	*s = (Shot){ .l = list(id, 10) };
	__atomic_store_n(&s->t, rt_timer_func(RT_MILLISECOND, 0, hits, s), __ATOMIC_RELEASE);
}

static void forgets(uint64_t id)
{
	for (uint64_t i = 0; i < 5; i++)
		shoot(id + i * 10);
	rt_sleep(2 * RT_MILLISECOND);
}

static void holds(uint64_t id)
{
	enum { N = 50 };
	Node **a = rt_malloc(N * sizeof *a);

	for (uint64_t i = 0; i < N; i++)
		a[i] = list(id + i, 5);
	rt_sleep(RT_MILLISECOND / 5);
	for (int i = 0; i < N; i++)
		intact(a[i], 5, "in rt_malloc's memory");
	rt_free(a);
}

static void within(uint64_t id)
{
	enum { N = 40 };
	Node **a = (Node **)rt_gc_alloc(100000) + 12400;

	for (uint64_t i = 0; i < N; i++)
		a[i] = list(id + i, 2);
	rt_sleep(RT_MILLISECOND / 5);
	for (int i = 0; i < N; i++)
		intact(a[i], 2, "in a large object");
}

// Nothing but the first of two words is a pointer: the others lead to what is free.
static void typed(uint64_t id)
{
	static const uint64_t first[] = { 1 };
	static const rt_layout layout = { 2, first };
	enum { N = 200 };
	Node ***a = rt_gc_alloc_typed(2 * N * sizeof *a, &layout), **b;

	for (uint64_t i = 0; i < N; i++) {
		b = rt_gc_alloc_typed(2 * sizeof *b, &layout);
		*b = list(id + i, 2);
		b[1] = list(id + i, 1);
		a[2 * i] = b;
		a[2 * i + 1] = (Node **)list(id, 1);
	}
	rt_sleep(RT_MILLISECOND / 5);
	for (int i = 0; i < N; i++)
		intact(*a[2 * i], 2, "in objects with a layout");
}

static void deferred(void *l)
{
	intact(l, 10, "a deferred call's argument");
}

static void defers(uint64_t id)
{
	rt_defer(deferred, list(id, 10));
	rt_sleep(RT_MILLISECOND / 10);
}

static void collects(uint64_t id)
{
	(void)id;
	rt_gc();
	rt_sleep(RT_MILLISECOND / 2);
}

static Case *const cases[] = { sends, sends, sleeps, sleeps, spins, calls, calls, deeply, deeply,
	                       allocas, allocas, starts, joins, timers, forgets, holds,
	                       within, typed, defers, collects };
enum { Cases = sizeof cases / sizeof *cases };

static void runs(void *i)
{
	uint64_t id = (uint64_t)(uintptr_t)i << 32;

	while (rt_nanotime() < end)
		cases[(uintptr_t)i](id += 1000);
	rt_chan_send(done, NULL);
}

static void receives(void *unused)
{
	Node *l;

	(void)unused;
	while (rt_chan_recv(lists, &l))
		intact(l, 50, "in a channel");
	rt_chan_send(done, NULL);
}

int rt_main(int argc, char **argv)
{
	end = rt_nanotime() + argument(argc, argv, 500) * RT_MILLISECOND;
	lists = rt_chan_make(sizeof(Node *), 16);
	done = rt_chan_make(0, 0);
	ofall = list(7, 500);
	rt_go(receives, NULL);
	for (uintptr_t i = 0; i < Cases; i++)
		rt_go(runs, (void *)i);
	for (int i = 0; i < Cases; i++)
		rt_chan_recv(done, NULL);
	rt_chan_close(lists);
	rt_chan_recv(done, NULL);
	intact(ofall, 500, "in a variable");
	rt_printf("ok\n");
	return 0;
}
