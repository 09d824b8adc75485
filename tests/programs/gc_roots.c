// tests/programs/gc_roots.c - the collector finds an object wherever its only pointer is. Freed
// objects are overwritten, so one that was missed is not what it was.
// env: GODEBUG=clobberfree=1
// matrix: GOMAXPROCS=1,4
// hosted: not any: nothing is collected there
#include "../lib/test.h"

typedef struct Node Node;
struct Node {
	Node *next;
	uint64_t id, check;
	uint64_t rest[5];
};

enum { Length = 3 };

static uint64_t mixed(uint64_t x)
{
	return (x ^ x >> 31) * 0x9e3779b97f4a7c15;
}

static __attribute__((noinline)) Node *list(uint64_t id)
{
	Node *first = NULL;

	for (int i = 0; i < Length; i++, id++) {
		Node *n = rt_gc_alloc(sizeof *n);

		*n = (Node){ .next = first, .id = id, .check = mixed(id) };
		first = n;
	}
	return first;
}

static const char *where;

static __attribute__((noinline)) void intact(const Node *n)
{
	int length = 0;

	for (; n; n = n->next, length++) {
		if (n->check == mixed(n->id))
			continue;
		rt_eprintf("%s: an object in use was freed\n", where);
		rt_exit(1);
	}
	equal(length, Length);
}

// Overwrites what earlier calls have left on the stack below.
static __attribute__((noinline)) void scrub(void)
{
	volatile char below[1200];

	for (unsigned i = 0; i < sizeof below; i++)
		below[i] = 0;
}

static __attribute__((noinline)) void collect(void)
{
	scrub();
	rt_gc();
	for (int i = 0; i < 100; i++)
		rt_gc_alloc(sizeof(Node));
	scrub();
	rt_gc();
}

// ---- memory ---------------------------------------------------------------------------

static Node *inbss;
static Node *indata = (Node *)1;
static void **inmalloc;
static char *inside, *last;
static Node ***table;
static void **inlarge;
static Node **noscan;

static __attribute__((noinline)) void fillmemory(void)
{
	inbss = list(1);
	indata = list(10);
	inmalloc = rt_malloc(8 * sizeof *inmalloc);
	inmalloc[7] = list(30);
	inside = (char *)list(40) + 20;
	last = (char *)list(50) + sizeof(Node) - 1;
	table = rt_gc_alloc(200000 * sizeof *table);
	table[150000] = rt_gc_alloc(sizeof **table);
	*table[150000] = list(60);
	table += 100000; // no pointer to its beginning
	inlarge = rt_malloc(1 << 20);
	inlarge[100000] = list(70);
	inlarge += 50000;
	noscan = rt_gc_alloc_noscan(100000);
	for (int i = 0; i < 100000; i++)
		check(((char *)noscan)[i] == 0);
}

static void memory(void)
{
	fillmemory();
	collect();
	where = ".bss", intact(inbss);
	where = ".data", intact(indata);
	where = "rt_malloc's memory", intact(inmalloc[7]);
	where = "a pointer into an object", intact((Node *)(inside - 20));
	where = "a pointer to its last byte", intact((Node *)(last - sizeof(Node) + 1));
	where = "a large object", intact(*table[50000]);
	where = "a large object of rt_malloc's", intact(inlarge[50000]);
	rt_free(inmalloc);
	rt_free(inlarge - 50000);
}

// ---- goroutines -------------------------------------------------------------------------

static rt_chan *begun, *go, *ended; // each case: begun, collect, go, ended

static void wait(void)
{
	rt_chan_send(begun, NULL);
	rt_chan_recv(go, NULL);
}

static void parked(void *id)
{
	Node *n = list((uintptr_t)id);

	wait();
	where = "a parked goroutine", intact(n);
	rt_chan_send(ended, NULL);
}

static __thread Node *inthread;

static __attribute__((noinline)) void fillthread(uint64_t id)
{
	inthread = list(id);
}

// Main is locked to its thread, so this is another.
static void local(void *id)
{
	rt_lock_os_thread();
	fillthread((uintptr_t)id);
	wait();
	where = "thread-local", intact(inthread);
	inthread = NULL;
	rt_unlock_os_thread();
	rt_chan_send(ended, NULL);
}

static void buffered(void *id)
{
	rt_chan *c = rt_chan_make(sizeof(Node *), 4);
	Node *n = list((uintptr_t)id);

	rt_chan_send(c, &n);
	n = NULL;
	wait();
	rt_chan_recv(c, &n);
	where = "a channel's buffer", intact(n);
	rt_chan_free(c);
	rt_chan_send(ended, NULL);
}

// Functions with frames of a page: they run on the segment.
static __attribute__((noinline)) void deep(uint64_t id, int depth)
{
	volatile char frame[4096];
	Node *n = list(id);

	frame[depth] = 1;
	if (depth > 0)
		deep(id + 10, depth - 1);
	else
		wait();
	where = "the segment", intact(n);
	frame[0] = frame[depth];
}

// Its own frame is on the small stack.
static void segment(void *id)
{
	Node *volatile n = list((uintptr_t)id);

	deep((uintptr_t)id + 100, 20);
	where = "the small stack below a segment", intact(n);
	rt_chan_send(ended, NULL);
}

static __attribute__((noinline)) void useroom(Node **room, int n)
{
	for (int i = 0; i < n; i++)
		room[i] = list((uint64_t)i * 10);
	wait();
	for (int i = 0; i < n; i++)
		where = "alloca's memory", intact(room[i]);
}

static void allocas(void *id)
{
	int n = 500 + (int)((uintptr_t)id % 2);

	useroom(__builtin_alloca((size_t)n * sizeof(Node *)), n);
	rt_chan_send(ended, NULL);
}

static void starts(void *n)
{
	where = "a goroutine that has not begun", intact(n);
	rt_chan_send(ended, NULL);
}

static void copied(void *p)
{
	Node **n = p;

	where = "the copied argument", intact(n[1]);
	rt_chan_send(ended, NULL);
}

static __attribute__((noinline)) void startlater(uint64_t id)
{
	Node *two[2] = { NULL, list(id + 10) };

	rt_go(starts, list(id));
	rt_go_copy(copied, two, sizeof two);
}

static void deferred(void *n)
{
	where = "a deferred call's argument", intact(n);
}

static void defers(void *id)
{
	rt_defer(deferred, list((uintptr_t)id));
	wait();
	rt_chan_send(ended, NULL);
}

static void *result(void *n)
{
	intact(n);
	return list(5);
}

static void task(void *id)
{
	rt_task *t = rt_spawn(result, list((uintptr_t)id));

	rt_sleep(RT_MILLISECOND);
	wait();
	where = "a task's result", intact(rt_join(t));
	rt_chan_send(ended, NULL);
}

static rt_chan *fired;

static void expired(void *n)
{
	where = "a timer's argument", intact(n);
	rt_chan_send(fired, NULL);
}

// Nobody has its handle.
static void timer(void *id)
{
	fired = rt_chan_make(0, 1);
	rt_timer_func(30 * RT_MILLISECOND, 0, expired, list((uintptr_t)id));
	wait();
	rt_chan_recv(fired, NULL);
	rt_chan_free(fired);
	rt_chan_send(ended, NULL);
}

// In registers, in a loop without calls: it must be preempted.
static uint32_t spin, spins;

static void spinner(void *id)
{
	Node *n = list((uintptr_t)id);
	uint64_t sum = 0;

	__atomic_store_n(&spins, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&spin, __ATOMIC_ACQUIRE)) {
		for (Node *p = n; p; p = p->next)
			sum += p->check;
	}
	where = "registers of a preempted goroutine", intact(n);
	__atomic_store_n(&spins, (uint32_t)(sum & 0), __ATOMIC_RELEASE);
	rt_chan_send(ended, NULL);
}

// Collects while fn waits for spin to be 0.
static void spinning(rt_func *fn, uintptr_t id)
{
	__atomic_store_n(&spin, 1, __ATOMIC_RELEASE);
	rt_go(fn, (void *)id);
	while (!__atomic_load_n(&spins, __ATOMIC_ACQUIRE))
		rt_gosched();
	collect();
	__atomic_store_n(&spin, 0, __ATOMIC_RELEASE);
	rt_chan_recv(ended, NULL);
}

// ---- the kernel, and other code -----------------------------------------------------------

static int ends[2];

// Nobody but the kernel knows the buffer.
static void reads(void *unused)
{
	(void)unused;
	equal(rt_syscall(SYS_read, ends[0], rt_gc_alloc_noscan(4000), 4000), 4000);
	rt_chan_send(ended, NULL);
}

static void buffer(void)
{
	enum { N = 40 };
	static char *others[N], message[4000];

	where = "a system call's buffer";
	check(rt_syscall(SYS_pipe2, ends, 0) == 0);
	rt_go(reads, NULL);
	rt_sleep(5 * RT_MILLISECOND); // it may be there
	collect();
	for (int i = 0; i < N; i++)
		others[i] = rt_gc_alloc_noscan(4000);
	for (unsigned i = 0; i < sizeof message; i++)
		message[i] = 'x';
	equal(rt_syscall(SYS_write, ends[1], message, sizeof message), sizeof message);
	rt_chan_recv(ended, NULL);
	for (int i = 0; i < N; i++)
		check(others[i][100] == 0);
}

// It runs while the world is stopped, on a stack of its thread's.
static void foreign(void *p)
{
	Node *volatile n = *(Node **)p;

	*(Node **)p = NULL;
	__atomic_store_n(&spins, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&spin, __ATOMIC_ACQUIRE))
		;
	where = "a function of rt_cgocall's", intact(n);
	__atomic_store_n(&spins, 0, __ATOMIC_RELEASE);
}

static void calls(void *id)
{
	Node *n = list((uintptr_t)id);

	rt_cgocall(foreign, &n);
	rt_chan_send(ended, NULL);
}

// ---- all of them ---------------------------------------------------------------------------

static void during(rt_func *fn, uintptr_t id)
{
	rt_go(fn, (void *)id);
	rt_chan_recv(begun, NULL);
	collect();
	rt_chan_send(go, NULL);
	rt_chan_recv(ended, NULL);
}

// The caller of rt_gc has the only pointer.
static __attribute__((noinline)) void caller(void)
{
	Node *n = list(2000);

	collect();
	where = "the caller", intact(n);
}

int rt_main(int argc, char **argv)
{
	static rt_func *const cases[] = { parked, local, buffered, segment, allocas, defers, task, timer };

	(void)argc, (void)argv;
	rt_lock_os_thread();
	begun = rt_chan_make(0, 0);
	go = rt_chan_make(0, 0);
	ended = rt_chan_make(0, 0);
	memory();
	caller();
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		during(cases[i], 1000 * (i + 1));
	startlater(100);
	collect();
	rt_chan_recv(ended, NULL);
	rt_chan_recv(ended, NULL);
	spinning(spinner, 10000);
	spinning(calls, 11000);
	buffer();
	rt_printf("ok\n");
	return 0;
}
