// tests/programs/leaks.c - rt_leaks finds the goroutines that can never continue, and no others.
// Each kind of leak is in a run of its own.
// matrix: GOMAXPROCS=1,2,4
// matrix: LEAK=receiver,producer,pool,mutexes,globals,context,deadline,waitgroups,others,variable,table
// hosted: not any: rt_leaks is -ENOSYS
#include "../lib/leaking.h"

// Debug builds of the runtime leave more of old frames on the stack, and a word there keeps an
// object or two. In the stress build it may be a whole leak.
static bool enough(uint64_t found, uint64_t wanted)
{
	uint64_t kept = same(rt_getenv("RT0_VARIANT"), "release") ? 0 : 2;

	return found + kept >= wanted || stressed();
}

static void expect(const char *what, uint64_t found, uint64_t wanted)
{
	if (found <= wanted && enough(found, wanted))
		return;
	rt_eprintf("FAILED: %lu %s, not %lu\n", (unsigned long)found, what, (unsigned long)wanted);
	rt_exit(1);
}

static APART void search(uint64_t goroutines, uint64_t held, uint64_t objects)
{
	rt_leak_counts found;
	int64_t all = rt_leaks(2, &found);

	equal(all, found.goroutines + found.objects);
	expect("leaked goroutines", found.goroutines, goroutines);
	expect("objects that they hold", found.held, held);
	expect("lost objects", found.objects, objects);
}

static APART void expect_on_clean_stack(int n, const char *state, uint64_t goroutines,
                                        uint64_t held, uint64_t objects)
{
	await_in(n, state);
	wipe_stack();
	search(goroutines, held, objects);
}

// Checks that so many goroutines have leaked, with so many objects, and so many objects are
// lost, when n goroutines are in the state, which they do not leave. Wipes the stack before there
// are frames of the check, which may have words that they do not write.
static inline __attribute__((always_inline)) void
expect_leaks(int n, const char *state, uint64_t goroutines, uint64_t held, uint64_t objects)
{
	wipe_stack();
	expect_on_clean_stack(n, state, goroutines, held, objects);
}

// ---- a receiver that was forgotten ------------------------------------------------------

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

static APART void forget_receiver(void)
{
	rt_go(receives, rt_chan_make(4, 0));
}

static void test_receiver(void)
{
	forget_receiver();
	expect_leaks(1, "chan receive", 1, 1, 0);
}

// ---- a producer whose consumer returned --------------------------------------------------

static void produces(void *c)
{
	for (int i = 0; i < 10; i++)
		rt_chan_send(c, &i);
	rt_chan_close(c);
}

static APART void return_early(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), 0);
	int v;

	rt_go(produces, c);
	while (rt_chan_recv(c, &v) && v < 3)
		;
}

static void test_producer(void)
{
	return_early();
	expect_leaks(1, "chan send", 1, 1, 0);
}

// ---- a pool that nobody closes -------------------------------------------------------------

typedef struct {
	rt_chan *jobs, *results;
} Pool;

static void works(void *arg)
{
	Pool *p = arg;
	int v;

	while (rt_chan_recv(p->jobs, &v)) {
		v *= 2;
		rt_chan_send(p->results, &v);
	}
}

static APART void leave_pool(void)
{
	Pool *p = rt_malloc(sizeof *p);
	int v, sum = 0;

	p->jobs = rt_chan_make(sizeof(int), 0);
	p->results = rt_chan_make(sizeof(int), 4);
	for (int i = 0; i < 4; i++)
		rt_go(works, p);
	for (int i = 0; i < 4; i++)
		rt_chan_send(p->jobs, &i);
	for (int i = 0; i < 4; i++) {
		rt_chan_recv(p->results, &v);
		sum += v;
	}
	equal(sum, 12);
}

static void test_pool(void)
{
	leave_pool();
	expect_leaks(4, "chan receive", 4, 3, 0);
}

// ---- two goroutines and two mutexes -----------------------------------------------------------

typedef struct {
	rt_mutex a, b;
	rt_waitgroup locked; // until each has its first one
} Two;

static void locks_both(Two *t, rt_mutex *first, rt_mutex *second)
{
	rt_mutex_lock(first);
	rt_waitgroup_done(&t->locked);
	rt_waitgroup_wait(&t->locked);
	rt_mutex_lock(second);
}

static void locks_ab(void *arg)
{
	locks_both(arg, &((Two *)arg)->a, &((Two *)arg)->b);
}

static void locks_ba(void *arg)
{
	locks_both(arg, &((Two *)arg)->b, &((Two *)arg)->a);
}

static Two global;

static APART void lock_each_other(Two *t)
{
	rt_waitgroup_add(&t->locked, 2);
	rt_go(locks_ab, t);
	rt_go(locks_ba, t);
}

static APART void forget_mutexes(void)
{
	lock_each_other(rt_calloc(1, sizeof(Two)));
}

static void test_mutexes(void)
{
	forget_mutexes();
	expect_leaks(2, "sync.Mutex.Lock", 2, 1, 0);
}

static void test_globals(void)
{
	lock_each_other(&global);
	expect_leaks(2, "sync.Mutex.Lock", 0, 0, 0); // anything might unlock them
}

// ---- a loop with a context that nobody has ------------------------------------------------------

static void loops(void *ctx)
{
	rt_chan *c = rt_chan_make(sizeof(int), 0);
	int v;

	for (;;) {
		rt_case cases[] = { RT_RECV(rt_ctx_done(ctx), NULL), RT_RECV(c, &v) };

		if (rt_select(cases, 2) == 0)
			return;
	}
}

static APART void forget_context(int64_t timeout)
{
	rt_ctx *none = rt_ctx_background();

	rt_go(loops, timeout ? rt_ctx_with_timeout(none, timeout) : rt_ctx_with_cancel(none));
}

static void test_context(void)
{
	forget_context(0);
	expect_leaks(1, "select", 1, 3, 0);
}

static void test_deadline(void)
{
	forget_context(3600 * RT_SECOND);
	expect_leaks(1, "select", 0, 0, 0);
}

// ---- a wait group that misses a done -----------------------------------------------------------

static void waits_for(void *wg)
{
	rt_waitgroup_wait(wg);
}

static void waits_for_own(void *unused)
{
	rt_waitgroup wg = { 0 };

	(void)unused;
	rt_waitgroup_add(&wg, 1);
	rt_go(nothing, &wg);
	rt_waitgroup_wait(&wg);
}

static APART void miss_done(void)
{
	rt_waitgroup *wg = rt_calloc(1, sizeof *wg);

	rt_waitgroup_add(wg, 1);
	rt_go(waits_for, wg);
	rt_go(waits_for_own, NULL);
}

static void test_waitgroups(void)
{
	miss_done();
	await_in(2, "sync.WaitGroup.Wait");
	while (rt_num_goroutine() > 3) // until it has run, that which does nothing knows a group
		rt_gosched();
	expect_leaks(2, "sync.WaitGroup.Wait", 2, 1, 0);
}

// ---- other waits ---------------------------------------------------------------------------------

typedef struct {
	rt_mutex m;
	rt_cond c;
	rt_rwmutex rw;
	rt_sem s;
} Locks;

static void waits_cond(void *arg)
{
	Locks *l = arg;

	rt_mutex_lock(&l->m);
	rt_cond_wait(&l->c);
}

static void waits_writer(void *arg)
{
	rt_rwmutex_rlock(&((Locks *)arg)->rw);
	rt_rwmutex_lock(&((Locks *)arg)->rw);
}

static void waits_reader(void *arg)
{
	rt_rwmutex_rlock(&((Locks *)arg)->rw);
}

static void waits_sem(void *arg)
{
	rt_sem_acquire(&((Locks *)arg)->s);
}

static void waits_nil(void *unused)
{
	(void)unused;
	rt_chan_recv(NULL, NULL);
}

static void sleeps(void *c)
{
	rt_sleep(3600 * RT_SECOND);
	rt_chan_recv(c, NULL);
}

static APART void wait_otherwise(void)
{
	Locks *l = rt_calloc(1, sizeof *l);

	l->c.l = &l->m;
	rt_go(waits_cond, l);
	rt_go(waits_writer, l);
	await_in(1, "sync.RWMutex.Lock");
	rt_go(waits_reader, l);
	rt_go(waits_sem, l);
	rt_go(waits_nil, NULL);
	rt_go(sleeps, rt_chan_make(0, 0)); // it is alive
}

static void test_others(void)
{
	wait_otherwise();
	await_in(1, "sync.Cond.Wait");
	await_in(1, "sync.RWMutex.RLock");
	await_in(1, "semacquire");
	await_in(1, "chan receive (nil chan)");
	expect_leaks(1, "sleep", 5, 1, 0);
}

// ---- a channel in a variable ---------------------------------------------------------------------

rt_chan *volatile the_channel;

static APART void keep_channel(void)
{
	the_channel = rt_chan_make(4, 0);
	rt_go(receives, the_channel);
}

static void test_variable(void)
{
	keep_channel();
	expect_leaks(1, "chan receive", 0, 0, 0);
	the_channel = NULL;
	expect_leaks(1, "chan receive", 1, 1, 0);
}

// ---- a table of channels ---------------------------------------------------------------------------

typedef struct Node Node;
struct Node {
	Node *next;
	rt_chan *c;
};

enum { Buckets = 64, Nodes = 100, Receivers = 10 };

static Node **volatile the_table;

static APART void keep_table(void)
{
	Node **table = rt_calloc(Buckets, sizeof *table);

	for (int i = 0; i < Nodes; i++) {
		Node *n = rt_malloc(sizeof *n);

		*n = (Node){ table[i * 7 % Buckets], rt_chan_make(4, 0) };
		table[i * 7 % Buckets] = n;
		if (i % (Nodes / Receivers) == 0)
			rt_go(receives, n->c);
	}
	the_table = table;
}

static void test_table(void)
{
	keep_table();
	expect_leaks(Receivers, "chan receive", 0, 0, 0);
	the_table = NULL;
	expect_leaks(Receivers, "chan receive", Receivers, Receivers,
	             1 + Nodes + Nodes - Receivers);
}

static const struct {
	const char *name;
	void (*test)(void);
} tests[] = {
	{ "receiver", test_receiver }, { "producer", test_producer },
	{ "pool", test_pool },         { "mutexes", test_mutexes },
	{ "globals", test_globals },   { "context", test_context },
	{ "deadline", test_deadline }, { "waitgroups", test_waitgroups },
	{ "others", test_others },     { "variable", test_variable },
	{ "table", test_table },
};

int rt_main(int argc, char **argv)
{
	const char *leak = rt_getenv("LEAK");
	bool known = false;

	(void)argc;
	(void)argv;
	check(leak);
	equal(rt_leaks(2, NULL), 0);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		if (same(leak, tests[i].name)) {
			known = true;
			tests[i].test();
		}
	}
	check(known);
	return 0;
}
