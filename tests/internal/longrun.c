// tests/internal/longrun.c - everything that bench/ measures at once, for long: no turn of a
// workload hangs, resident memory stays what it was after the beginning, and at the end the
// goroutines, Sudogs, timers, objects and descriptors' waiters are back where they were.
//
//	longrun [SECONDS [MILLISECONDS]]	(default 4)
//
// The beginning is the first minute, or the first quarter of a shorter run. With MILLISECONDS the
// collector runs so often.
//
// env: GOMAXPROCS=4 GODEBUG=clobberfree=1
// timeout: 180
#include "internal.h"
#include "runtime/sched/m.h"

enum { Stalled = 60, MaxThreads = 64 }; // Stalled: seconds

static bool ending; // no more turns

// ---- the workloads: a turn of each --------------------------------------------------

static void yields(void *wg)
{
	for (int i = 0; i < 1000; i++)
		rt_gosched();
	rt_waitgroup_done(wg);
}

static void yield(void)
{
	static rt_waitgroup wg;

	go_all(&wg, 2, yields, &wg);
	rt_waitgroup_wait(&wg);
}

static rt_chan *ping, *pong;

static void echo(void *wg)
{
	int64_t v;

	while (rt_chan_recv(ping, &v))
		rt_chan_send(pong, &v);
	rt_waitgroup_done(wg);
}

static void pingpong(void)
{
	static rt_waitgroup wg;
	int64_t v;

	ping = rt_chan_make(sizeof v, 0);
	pong = rt_chan_make(sizeof v, 0);
	go_all(&wg, 1, echo, &wg);
	for (int64_t i = 0; i < 3000; i++) {
		rt_chan_send(ping, &i);
		rt_chan_recv(pong, &v);
		equal(v, i);
	}
	rt_chan_close(ping);
	rt_waitgroup_wait(&wg);
	rt_chan_free(ping);
	rt_chan_free(pong);
}

enum { Items = 20000 };

static rt_chan *items;

static void produce(void *wg)
{
	for (int64_t i = 0; i < Items; i++)
		rt_chan_send(items, &i);
	rt_chan_close(items);
	rt_waitgroup_done(wg);
}

static void buffered(void)
{
	static rt_waitgroup wg;
	int64_t v, sum = 0;

	items = rt_chan_make(sizeof v, 128);
	go_all(&wg, 1, produce, &wg);
	while (rt_chan_recv(items, &v))
		sum += v;
	equal(sum, (int64_t)Items * (Items - 1) / 2);
	rt_waitgroup_wait(&wg);
	rt_chan_free(items);
}

static void leave(void *wg)
{
	rt_waitgroup_done(wg);
}

static void spawn_join(void)
{
	static rt_waitgroup wg;

	for (int i = 0; i < 10; i++) {
		go_all(&wg, 1000, leave, &wg);
		rt_waitgroup_wait(&wg);
	}
	for (int i = 0; i < 1000; i++) {
		go_all(&wg, 1, leave, &wg);
		rt_waitgroup_wait(&wg);
	}
}

typedef struct {
	rt_chan *parent;
	int64_t first, size;
} Node;

static void tree(void *arg)
{
	const Node *node = arg;
	int64_t part, sum = node->first;

	if (node->size > 1) {
		rt_chan *c = rt_chan_make(sizeof sum, 0);

		for (int64_t i = 0; i < 10; i++) {
			Node child = { c, node->first + i * node->size / 10, node->size / 10 };

			rt_go_copy(tree, &child, sizeof child);
		}
		sum = 0;
		for (int i = 0; i < 10; i++) {
			rt_chan_recv(c, &part);
			sum += part;
		}
		rt_chan_free(c);
	}
	rt_chan_send(node->parent, &sum);
}

static void skynet(void)
{
	Node root = { rt_chan_make(sizeof(int64_t), 0), 0, 10000 };
	int64_t sum;

	rt_go_copy(tree, &root, sizeof root);
	rt_chan_recv(root.parent, &sum);
	equal(sum, root.size * (root.size - 1) / 2);
	rt_chan_free(root.parent);
}

static rt_chan *gate;

static void wait(void *wg)
{
	rt_chan_recv(gate, NULL);
	rt_waitgroup_done(wg);
}

static void parked(void)
{
	static rt_waitgroup wg;

	gate = rt_chan_make(0, 0);
	go_all(&wg, 3000, wait, &wg);
	rt_sleep(RT_MILLISECOND);
	rt_chan_close(gate);
	rt_waitgroup_wait(&wg);
	rt_chan_free(gate);
}

static rt_chan *ways[4], *enough;
static rt_waitgroup producers;

static void supply(void *c)
{
	int64_t v = 1;
	rt_case k[] = { RT_SEND(c, &v), RT_RECV(enough, NULL) };

	while (rt_select(k, 2) == 0)
		;
	rt_waitgroup_done(&producers);
}

static void select4(void)
{
	int64_t v, sum = 0;
	rt_case k[4];

	enough = rt_chan_make(0, 0);
	for (int i = 0; i < 4; i++) {
		ways[i] = rt_chan_make(sizeof v, 0);
		k[i] = RT_RECV(ways[i], &v);
		go_all(&producers, 1, supply, ways[i]);
	}
	for (int i = 0; i < 5000; i++) {
		rt_select(k, 4);
		sum += v;
	}
	equal(sum, 5000);
	rt_chan_close(enough);
	rt_waitgroup_wait(&producers);
	for (int i = 0; i < 4; i++)
		rt_chan_free(ways[i]);
	rt_chan_free(enough);
}

static rt_mutex m;
static int64_t total;

static void contend(void *wg)
{
	for (int i = 0; i < 3000; i++) {
		rt_mutex_lock(&m);
		total++;
		rt_mutex_unlock(&m);
	}
	rt_waitgroup_done(wg);
}

static void mutex(void)
{
	static rt_waitgroup wg;

	total = 0;
	go_all(&wg, 8, contend, &wg);
	rt_waitgroup_wait(&wg);
	equal(total, 8 * 3000);
}

static void doze(void *wg)
{
	uint64_t seed = rt_goid();

	rt_sleep((int64_t)(next_random(&seed) % 20000) * RT_MICROSECOND);
	rt_waitgroup_done(wg);
}

static void timers(void)
{
	static rt_waitgroup wg;

	go_all(&wg, 2000, doze, &wg);
	rt_waitgroup_wait(&wg);
}

enum { Primes = 100, LastPrime = 541 };

static rt_waitgroup filters;
static rt_chan *over;

// Sends unless it is over.
static bool pass(rt_chan *c, int64_t v)
{
	rt_case k[] = { RT_SEND(c, &v), RT_RECV(over, NULL) };

	return rt_select(k, 2) == 0;
}

static void numbers(void *c)
{
	for (int64_t i = 2; pass(c, i); i++)
		;
	rt_waitgroup_done(&filters);
}

typedef struct {
	rt_chan *in, *out;
	int64_t prime;
} Filter;

static void filter(void *arg)
{
	const Filter *f = arg;
	int64_t v;
	rt_case k[] = { RT_RECV(f->in, &v), RT_RECV(over, NULL) };

	while (rt_select(k, 2) == 0) {
		if (v % f->prime != 0 && !pass(f->out, v))
			break;
	}
	rt_waitgroup_done(&filters);
}

static void sieve(void)
{
	static rt_chan *c[Primes + 1];
	int64_t prime = 0;

	over = rt_chan_make(0, 0);
	c[0] = rt_chan_make(sizeof prime, 0);
	go_all(&filters, 1, numbers, c[0]);
	for (int i = 0; i < Primes; i++) {
		Filter f = { .in = c[i], .out = c[i + 1] = rt_chan_make(sizeof prime, 0) };

		rt_chan_recv(c[i], &prime);
		f.prime = prime;
		rt_waitgroup_add(&filters, 1);
		rt_go_copy(filter, &f, sizeof f);
	}
	equal(prime, LastPrime);
	rt_chan_close(over);
	rt_waitgroup_wait(&filters);
	for (int i = 0; i <= Primes; i++)
		rt_chan_free(c[i]);
	rt_chan_free(over);
}

enum { Clients = 8, Messages = 50, Size = 64 };

static rt_waitgroup connections;
static char address[64];

static void serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[512];
	int64_t n;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0)
		equal(rt_write(fd, buf, (size_t)n), n);
	rt_close(fd);
	rt_waitgroup_done(&connections);
}

static void ask(void *unused)
{
	int fd = rt_dial("tcp", address);
	char buf[Size] = "x";

	(void)unused;
	check(fd >= 0);
	for (int i = 0; i < Messages; i++) {
		equal(rt_write(fd, buf, Size), Size);
		for (int64_t got = 0, n; got < Size; got += n) {
			n = rt_read(fd, buf, sizeof buf);
			check(n > 0);
		}
	}
	rt_close(fd);
	rt_waitgroup_done(&connections);
}

static void tcp(void)
{
	int listener = rt_listen("tcp", "127.0.0.1:0");

	check(listener >= 0);
	check(rt_local_address(listener, address, sizeof address) > 0);
	rt_waitgroup_add(&connections, Clients);
	go_all(&connections, Clients, ask, NULL);
	for (int i = 0; i < Clients; i++) {
		int fd = rt_accept(listener);

		check(fd >= 0);
		rt_go(serve, (void *)(intptr_t)fd);
	}
	rt_waitgroup_wait(&connections);
	rt_close(listener);
}

static void *release(void *arg)
{
	void **slot = arg;

	for (int i = 0; i < 1024; i++)
		rt_free(slot[i]);
	rt_free(slot);
	return NULL;
}

// What is left in the end is freed by another goroutine.
static void alloc(void)
{
	static uint64_t seed = 12345;
	void **slot = rt_calloc(1024, sizeof *slot);

	for (int i = 0; i < 20000; i++) {
		void **s = &slot[next_random(&seed) % 1024];

		rt_free(*s);
		*s = rt_malloc(next_random(&seed) % (i % 100 == 0 ? 100000 : 1024));
	}
	rt_join(rt_spawn(release, slot));
}

static volatile bool stop;

static void hog(void *wg)
{
	while (!stop)
		;
	rt_waitgroup_done(wg);
}

static void preempt(void)
{
	static rt_waitgroup wg;

	stop = false;
	go_all(&wg, 1, hog, &wg);
	rt_sleep(2 * RT_MILLISECOND);
	stop = true;
	rt_waitgroup_wait(&wg);
	rt_sleep(10 * RT_MILLISECOND); // the others want to run too
}

static void calls(void *wg)
{
	const int64_t ms[2] = { 0, 1000000 };

	for (int i = 0; i < 2000; i++)
		check(rt_syscall(SYS_getpid) > 0);
	rt_syscall(SYS_nanosleep, ms, NULL); // a signal may cut it short
	rt_waitgroup_done(wg);
}

static void syscalls(void)
{
	static rt_waitgroup wg;

	go_all(&wg, 8, calls, &wg);
	rt_waitgroup_wait(&wg);
}

typedef struct Cell Cell;
struct Cell {
	Cell *next;
	int64_t n;
};

enum { Holders = 8, Lists = 20, Cells = 100 };

static rt_chan *lists;

static Cell *cells(int64_t n)
{
	Cell *first = NULL;

	for (int64_t i = 1; i <= n; i++) {
		Cell *c = rt_gc_alloc(sizeof *c);

		*c = (Cell){ first, i };
		first = c;
	}
	return first;
}

static void intact(const Cell *c, int64_t n)
{
	for (; c; c = c->next)
		equal(c->n, n--);
	equal(n, 0);
}

static void hold(void *wg)
{
	for (int i = 0; i < Lists; i++) {
		Cell *mine = cells(Cells), *other;

		rt_chan_send(lists, &mine);
		rt_sleep(RT_MILLISECOND);
		rt_chan_recv(lists, &other);
		intact(other, Cells);
		intact(mine, Cells);
	}
	rt_waitgroup_done(wg);
}

static void collected(void)
{
	static rt_waitgroup wg;

	lists = rt_chan_make(sizeof(Cell *), Holders / 2);
	go_all(&wg, Holders, hold, &wg);
	rt_waitgroup_wait(&wg);
	rt_chan_free(lists);
}

static rt_duration every; // between cycles; 0: they are not forced

static void cycle(void)
{
	rt_sleep(max(every, RT_MILLISECOND));
	if (every > 0)
		rt_gc();
}

// ---- all of them --------------------------------------------------------------------

typedef struct {
	const char *name;
	void (*turn)(void);
	uint64_t turns;
	int64_t began; // the turn that is under way
} Work;

static Work works[] = {
	{ .name = "yield", .turn = yield },       { .name = "pingpong", .turn = pingpong },
	{ .name = "buffered", .turn = buffered }, { .name = "spawn_join", .turn = spawn_join },
	{ .name = "skynet", .turn = skynet },     { .name = "parked", .turn = parked },
	{ .name = "select4", .turn = select4 },   { .name = "mutex", .turn = mutex },
	{ .name = "timers", .turn = timers },     { .name = "sieve", .turn = sieve },
	{ .name = "tcp", .turn = tcp },           { .name = "alloc", .turn = alloc },
	{ .name = "preempt", .turn = preempt },   { .name = "syscalls", .turn = syscalls },
	{ .name = "collected", .turn = collected }, { .name = "cycle", .turn = cycle },
};

static void work(void *arg)
{
	Work *w = arg;

	do {
		atomic_store_relaxed(&w->began, nanotime());
		w->turn();
		w->turns++;
	} while (!atomic_load_relaxed(&ending));
	atomic_store_relaxed(&w->began, INT64_MAX);
}

static void hangs(const Work *w)
{
	static char text[1 << 20];

	rt_eprintf("FAILED: a turn of %s is not done in %d s\n", w->name, Stalled);
	rt_stack(text, sizeof text, true);
	rt_eprintf("%s", text);
	rt_exit(1);
}

static int64_t resident(void)
{
	int64_t fd = rt_open("/proc/self/statm", 0, 0), n = 0;
	char text[64] = "";
	const char *p = text;

	check(rt_read((int)fd, text, sizeof text - 1) > 0);
	rt_close((int)fd);
	while (*p++ != ' ')
		;
	for (; *p != ' '; p++)
		n = n * 10 + (*p - '0');
	return n * 4;
}

// A mean of what is resident in KiB.
typedef struct {
	int64_t sum, n;
} Mean;

static int64_t mean(Mean a)
{
	return a.sum / max(a.n, 1);
}

// Looks at everything ten times a second (each second of a minute) until the time is over.
// half[0] and half[1] are the two halves of what follows the beginning.
static void watch(int64_t seconds, Mean half[2])
{
	int64_t begin = nanotime(), end = begin + seconds * RT_SECOND, now;
	int64_t settled = begin + min(60 * RT_SECOND, seconds * RT_SECOND / 4);
	int64_t pause = seconds > 60 ? RT_SECOND : RT_SECOND / 10;

	while ((now = nanotime()) < end) {
		rt_sleep(pause);
		for (uint32_t i = 0; i < nelem(works); i++) {
			if (atomic_load_relaxed(&works[i].began) < now - Stalled * RT_SECOND)
				hangs(&works[i]);
		}
		if (now >= settled) {
			Mean *h = &half[now - settled > (end - settled) / 2];

			h->sum += resident();
			h->n++;
		}
	}
}

// ---- what is left afterwards --------------------------------------------------------

// Whether goroutines start on small stacks.
#if defined __clang__ || defined __aarch64__
enum { Splits = false };
#else
enum { Splits = true };
#endif

typedef struct {
	int64_t sudogs, threads, goroutines; // free Sudogs; Ms and Gs, whatever their state
	uint64_t objects;
} Counts;

// Until nobody is left but us: then the Ms sleep, and what goroutines gave back is there.
static Counts quiet(void)
{
	static struct rt_memstats stats; // too big for a small stack
	Counts n = { 0 };
	uint32_t pending = 0;

	while (rt_num_goroutine() != 1)
		rt_sleep(RT_MILLISECOND);
	stopTheWorld("test");
	for (const Sudog *s = sched.sudogcache; s; s = s->next)
		n.sudogs++;
	for (int32_t i = 0; i < gomaxprocs; i++) {
		n.sudogs += allp[i]->sudogcachelen;
		pending += allp[i]->numTimers;
	}
	n.threads = mcount();
	n.goroutines = (int64_t)allglen;
	equal(sched.nmidlelocked, 0);
	startTheWorld();
	check(pending <= 1); // bgscavenge's
	rt_memstats(&stats);
	n.objects = stats.objects;
	// Where goroutines start on segments, a dead one keeps its own.
	check(stats.segments - stats.segments_free <= (Splits ? 0 : (uint64_t)n.goroutines));
	return n;
}

static Counts play(int64_t seconds, Mean half[2])
{
	ending = seconds == 0;
	for (uint32_t i = 0; i < nelem(works); i++) {
		works[i].began = nanotime();
		rt_go(work, &works[i]);
	}
	watch(seconds, half);
	atomic_store_relaxed(&ending, true);
	return quiet();
}

int rt_main(int argc, char **argv)
{
	int64_t seconds = argument(argc, argv, 4);
	Mean half[2] = { 0 };
	Counts before, after;
	int64_t first, second;

	every = argc > 2 ? number(argv[2]) * RT_MILLISECOND : 0;
	before = play(0, half);
	after = play(seconds, half);
	first = mean(half[0]);
	second = mean(half[1]);
	for (uint32_t i = 0; i < nelem(works); i++)
		rt_printf("%s: %lu turns\n", works[i].name, (unsigned long)works[i].turns);
	rt_printf("resident: %ld KiB, later %ld KiB\n", (long)first, (long)second);
	rt_printf("before: %ld Sudogs, %ld Ms, %ld Gs, %lu objects\n", (long)before.sudogs,
	          (long)before.threads, (long)before.goroutines, (unsigned long)before.objects);
	rt_printf("after: %ld Sudogs, %ld Ms, %ld Gs, %lu objects\n", (long)after.sudogs,
	          (long)after.threads, (long)after.goroutines, (unsigned long)after.objects);
	// In a short run the workloads may have most goroutines at a time near its end.
	check(second <= first + first / (seconds < 60 ? 4 : 20) + 4096);
	check(after.sudogs >= before.sudogs);
	check(after.threads <= MaxThreads);
	equal(after.objects, before.objects);
	return 0;
}
