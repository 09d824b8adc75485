// collect.c - the collector: when it runs, and what a cycle does.
//
// A cycle stops the world, marks what can be reached, and starts the world. What was not
// reached is freed when an M allocates or bgsweep finds it (managed.c). Nothing moves: every
// word may be a pointer, or be no pointer, and nobody says which.
//
// A cycle is due when as many bytes have been allocated as GOGC percent of those that the last
// cycle has reached; the least heap is 4 MiB * GOGC / 100. The M that finds that in an allocation
// runs it. If nothing is allocated, sysmon asks for one every two minutes, so that finalizers
// are called.
//
// rt_malloc's objects are marked and read, but never freed here.
//
// Follows Go's mgc.go (gcTrigger, gcStart) and mgcpacer.go. Go marks while goroutines run; that
// needs write barriers, which C does not have.
//
// built: unchecked libc
#include "include/rt.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "runtime/reach/managed.h"
#include "runtime/sched/g.h"
#include "runtime/sched/gcwork.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/yieldcheck.h"

static Gcstats *const gc = &memstats.gc;

// ---- when -------------------------------------------------------------------------------

// Returns a + a * percent / 100, or the greatest number.
static uint64_t addpercent(uint64_t a, int32_t percent)
{
	uint64_t more;

	if (__builtin_mul_overflow(a / 100, (uint64_t)(int64_t)percent, &more) ||
	    __builtin_add_overflow(a, more, &more))
		return UINT64_MAX;
	return more;
}

static void setnext(void)
{
	uint64_t next = UINT64_MAX;

	if (gcpercent >= 0)
		next = max(addpercent(memstats.heap_marked, gcpercent), heapminimum);
	if (Stress && gcpercent >= 0)
		next = memstats.heap_marked;
	atomic_store_relaxed(&gc->goal, next);
}

bool cycledue(void)
{
	return atomic_load_relaxed(&gc->heap) >= atomic_load_relaxed(&gc->goal) && memstats.enablegc;
}

// ---- a cycle ----------------------------------------------------------------------------

typedef struct {
	enum Why why;
	bool done, finalizers;
	int64_t start, stopped, swept, marked, end;
	uint64_t before, reached; // bytes in use
	uint64_t goal;
	int64_t total; // of all stops
	uint64_t n;
} Cycle;

static void markstackpiece(uintptr_t lo, uintptr_t hi, void *m)
{
	markrange(m, lo, hi);
}

static void markgoroutines(Marker *m)
{
	for (uintptr_t i = 0; i < allglen; i++) {
		if (readgstatus(allgs[i]) == Gdead)
			continue;
		stackpieces(allgs[i], markstackpiece, m);
		markcontext(m, allgs[i]);
	}
}

// Returns false if some roots could not be read, so that what is not marked may be in use.
static bool mark(Cycle *c)
{
	static const MarkHooks none;
	static const Stack nothing;
	Marker *m;
	bool all;

	lock(&sched.lock); // an M may end even now, and leaves allm
	heaphold();
	m = markbegin(&none);
	if (!m)
		throw("runtime: out of memory"); // it needs little: there is none at all
	// A C library has memory from the kernel in which the program has its pointers.
	all = markroots(m, Libc ? &nothing : NULL);
	markgoroutines(m);
	markfinalizers(m);
	markdrain(m);
	c->finalizers = all && takefinalizers(m);
	markend(m, NULL, NULL);
	heaprelease();
	unlock(&sched.lock);
	return all;
}

// Large objects are freed at once; spans of others are given out. Returns the bytes in use.
// all: what has no mark is not.
static uint64_t distribute(bool all)
{
	MarkCount reached = { 0 };

	// Threads without a P may make and free spans meanwhile, but not these. Freeing one takes
	// the lock.
	lock(&mheap.lock);
	for (uintptr_t page = 0; page < mheap.npages;) {
		const Spanref *r = &mheap.spans[page];
		Mspan *s = r->s;

		page += r->inuse ? s->npages : 1;
		if (!r->inuse || !ismanaged(s))
			continue;
		unlock(&mheap.lock);
		givetosweep(s, all, &reached);
		lock(&mheap.lock);
	}
	unlock(&mheap.lock);
	atomic_store_relaxed(&gc->freed, gc->freed + gc->heap - min(reached.bytes, gc->heap));
	atomic_store_relaxed(&gc->heap, reached.bytes);
	atomic_store_relaxed(&memstats.heap_marked, reached.bytes);
	atomic_store_relaxed(&gc->objects, reached.n);
	setnext();
	return reached.bytes;
}

static void countcycle(const Cycle *c)
{
	int64_t took = c->end - c->stopped;

	atomic_store_relaxed(&gc->cycles, gc->cycles + 1);
	atomic_store_relaxed(&gc->forced, gc->forced + (c->why != WhenDue));
	atomic_store_relaxed(&gc->stopped, gc->stopped + took);
	atomic_store_relaxed(&gc->longest, max(gc->longest, took));
	atomic_store_relaxed(&gc->last, c->end);
	atomic_store_relaxed(&lastgc, c->end);
}

// On g0, in the stopped world.
static void cyclefn(void *arg)
{
	Cycle *c = arg;
	bool all;

	c->done = c->why != WhenDue || cycledue();
	if (!c->done)
		return; // another was quicker
	c->stopped = nanotime();
	c->before = gc->heap;
	finishsweep();
	c->swept = nanotime();
	all = mark(c);
	c->marked = nanotime();
	c->reached = distribute(all);
	c->end = nanotime();
	countcycle(c);
}

// GODEBUG=gctrace=1. Two of Go's phases are here parts of one stop, and nobody assists. Not in
// runcycle's frame, whose unused words would keep alive what they were before.
// On g0, where there is room.
static COLD void printcycle(const Cycle *c)
{
	int64_t sinceStart = max(c->end - runtimeInitTime, (int64_t)1);
	int64_t us[3] = { (c->swept - c->start) / 1000, (c->marked - c->swept) / 1000,
	                  (c->end - c->marked) / 1000 };
	char clock[64], line[256];

	rt_snprintf(clock, sizeof clock, "%ld.%03ld+%ld.%03ld+%ld.%03ld", us[0] / 1000, us[0] % 1000,
	            us[1] / 1000, us[1] % 1000, us[2] / 1000, us[2] % 1000);
	rt_snprintf(line, sizeof line,
	            "gc %lu @%ld.%03lds %ld%%: %s ms clock, %s ms cpu, %lu->%lu->%lu MB, "
	            "%lu MB goal, %d P%s\n",
	            c->n, sinceStart / 1000000000, sinceStart / 1000000 % 1000,
	            c->total * 100 / sinceStart, clock, clock, c->before >> 20, c->before >> 20,
	            c->reached >> 20, c->goal >> 20, gomaxprocs, c->why == WhenDue ? "" : " (forced)");
	print("%s", line);
}

// The world runs again.
static void afterwards(void *arg)
{
	const Cycle *c = arg;

	if (debug.gctrace > 0)
		printcycle(c);
	workerwake(&sweeper);
	if (c->finalizers)
		wakefinalizers();
}

// The callers' registers may have pointers that no frame has: they are in this one.
__attribute__((noinline)) void runcycle(enum Why why)
{
	Cycle c = { .why = why, .start = nanotime() };

	__builtin_unwind_init();
	stopTheWorld("gc");
	c.goal = gc->goal;
	systemstack(cyclefn, &c);
	c.n = gc->cycles;
	c.total = gc->stopped;
	startTheWorld();
	if (!c.done)
		return;
	systemstack(afterwards, &c);
}

// ---- a search for leaks ------------------------------------------------------------------
//
// It marks as a cycle does, so that what it does not reach may be freed, too.

static void takeunreached(Marker *m, bool all)
{
	if (all)
		takefinalizers(m);
}

static void aftersearch(bool all)
{
	distribute(all);
}

static void searched(void)
{
	workerwake(&sweeper);
	wakefinalizers();
}

static const Collected part = { finishsweep, markfinalizers, takeunreached, aftersearch, searched };

// ---- by others ----------------------------------------------------------------------------

static void forcecycle(void)
{
	if (gcpercent < 0)
		atomic_store_relaxed(&lastgc, nanotime());
	else
		runcycle(Forced);
}

void collectinit(void)
{
	static Mutex once;
	static bool done;

	if (likely(atomic_load_acquire(&done))) // pairs with the store below
		return;
	lock(&once);
	if (!done) {
		managedinit();
		setnext();
		collected = &part;
		sweeponefn = sweepone;
		forcegcfn = forcecycle;
		atomic_store_relaxed(&lastgc, nanotime());
		atomic_store_release(&done, true);
	}
	unlock(&once);
}

static void sweepstep(void *more)
{
	*(bool *)more = sweepone();
}

void rt_gc(void)
{
	bool more;

	preemptcheck();
	collectinit();
	runcycle(ByCall);
	do
		systemstack(sweepstep, &more);
	while (more);
}

typedef struct {
	int32_t percent, old;
} Percent;

static void percentfn(void *arg)
{
	Percent *p = arg;

	p->old = setGCPercent(p->percent);
	setnext();
}

int rt_gc_percent(int percent)
{
	Percent p = { .percent = percent };

	preemptcheck();
	stopTheWorld("GOGC");
	systemstack(percentfn, &p);
	startTheWorld();
	if (cycledue())
		runcycle(WhenDue);
	return p.old;
}
