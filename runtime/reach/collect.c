// collect.c - the collector: when it runs, and what a cycle does.
//
// A cycle stops the world, marks what can be reached, and starts the world. If that takes long, it
// marks while the world runs, and stops it twice for a short time (beside.c). What was not reached
// is freed when an M allocates or bgsweep finds it (managed.c). Nothing moves: words on stacks may
// be pointers, or be none, and nothing says which.
//
// A cycle is due when as many bytes have been allocated as GOGC percent of those that the last
// cycle has reached; the least heap is 4 MiB * GOGC / 100. The M that finds that in an allocation
// runs it. If nothing is allocated, sysmon asks for one every two minutes, so that finalizers
// are called.
//
// rt_malloc's objects are marked and read, but never freed here.
//
// Follows Go's mgc.go (gcTrigger, gcStart, gcMarkTermination) and mgcpacer.go. Go's write barriers say
// what goroutines write while it marks. C has none.
//
// built: unchecked libc
#include "include/rt.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "runtime/reach/managed.h"
#include "runtime/sched/fork.h"
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

// gc->heap that makes the next stop due: less than the goal, if it is the first of two. Atomic.
static uint64_t trigger;

// Of the last cycle; in the stopped world:
static int64_t marktook;   // ns
static uint64_t meanwhile; // bytes that were allocated while the world ran

static void setnext(void)
{
	uint64_t marked = memstats.heap_marked, goal = UINT64_MAX, early = 0;

	if (gcpercent >= 0)
		goal = max(addpercent(marked, gcpercent), heapminimum);
	if (Stress && gcpercent >= 0)
		goal = marked;
	atomic_store_relaxed(&gc->goal, goal);
	if (besidephase() != BesideNot)
		return; // the cycle goes its way
	if (gcpercent >= 0 && goal > marked && besideworthwhile(marktook))
		early = min(meanwhile, (goal - marked) / 4 * 3);
	atomic_store_relaxed(&trigger, goal - early);
}

// The thread marks. If the program allocates too fast for it, the last stop does the rest.
static void setlimit(void)
{
	atomic_store_relaxed(&trigger, addpercent(max(gc->goal, gc->heap), 10));
}

void besidedone(void)
{
	atomic_store_relaxed(&trigger, (uint64_t)0);
}

bool cycledue(void)
{
	return atomic_load_relaxed(&gc->heap) >= atomic_load_relaxed(&trigger) && memstats.enablegc &&
	       !inforkedchild;
}

// ---- a cycle ----------------------------------------------------------------------------

typedef struct {
	enum Why why;
	bool done, finalizers;
	bool first, last; // of two stops
	int64_t start, stopped, swept, marked, end;
	int64_t beside; // how long the thread took
	uint64_t before, reached; // bytes in use
	uint64_t goal;
	int64_t total; // of all stops
	uint64_t n;
} Cycle;

// The first stop of a cycle whose last stop comes.
static Cycle begun;

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

bool markfromroots(Marker *m, bool maps)
{
	static const Stack nothing;
	bool all = markroots(m, maps ? &nothing : NULL);

	markgoroutines(m);
	markfinalizers(m);
	return all;
}

// Returns false if some roots could not be read, so that what is not marked may be in use.
static bool mark(Cycle *c)
{
	static const MarkHooks none;
	Marker *m = c->last ? endbeside() : NULL;
	bool all;

	lock(&sched.lock); // an M may end even now, and leaves allm
	heaphold();
	if (c->last)
		readlast();
	else
		m = markbegin(&none);
	if (!m)
		throw("runtime: out of memory"); // it needs little: there is none at all
	// A C library has memory from the kernel in which the program has its pointers.
	all = markfromroots(m, Libc);
	markdrain(m);
	c->finalizers = all && takefinalizers(m);
	if (c->last)
		c->beside = besidetook();
	else
		besideskip();
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

static void countstop(const Cycle *c)
{
	int64_t took = c->end - c->stopped;

	atomic_store_relaxed(&gc->stopped, gc->stopped + took);
	atomic_store_relaxed(&gc->longest, max(gc->longest, took));
}

static void countcycle(const Cycle *c)
{
	atomic_store_relaxed(&gc->cycles, gc->cycles + 1);
	atomic_store_relaxed(&gc->forced, gc->forced + (c->why != WhenDue));
	atomic_store_relaxed(&gc->last, c->end);
	atomic_store_relaxed(&lastgc, c->end);
}

// False: the kernel cannot help, so that one stop must do.
static bool stopfirst(Cycle *c)
{
	setlimit(); // the thread may be done at once, and make the last stop due
	lock(&sched.lock);
	heaphold();
	c->first = beginbeside();
	heaprelease();
	unlock(&sched.lock);
	if (!c->first)
		return false;
	c->end = nanotime();
	begun = *c;
	countstop(c);
	return true;
}

static void notemarking(Cycle *c)
{
	c->marked = nanotime();
	marktook = c->marked - c->swept + c->beside;
	meanwhile = c->last ? c->before - begun.before : 0;
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
	c->last = besidephase() != BesideNot && c->why == WhenDue;
	if (!c->last)
		abandonbeside();
	finishsweep();
	c->swept = nanotime();
	if (!c->last && c->why == WhenDue && besideworthwhile(marktook) && stopfirst(c))
		return;
	all = mark(c);
	notemarking(c);
	c->reached = distribute(all);
	c->end = nanotime();
	countstop(c);
	countcycle(c);
}

// GODEBUG=gctrace=1. If the world was stopped once, two of Go's phases are parts of that; and nobody
// assists. Not in runcycle's frame, whose unused words would keep alive what they were before.
// On g0, where there is room.
static COLD void printcycle(const Cycle *c)
{
	int64_t sinceStart = max(c->end - runtimeInitTime, (int64_t)1);
	char clock[64], line[256];
	int64_t us[3] = { (c->swept - c->start) / 1000, (c->marked - c->swept) / 1000,
	                  (c->end - c->marked) / 1000 };

	if (c->last) {
		us[0] = (begun.end - begun.start) / 1000;
		us[1] = (c->start - begun.end) / 1000;
		us[2] = (c->end - c->start) / 1000;
	}
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

	// In a forked child nothing stops the world, and the marker's thread is not there.
	if (inforkedchild)
		return;
	__builtin_unwind_init();
	if (why == WhenDue && besideworthwhile(marktook))
		besidethread();
	stopTheWorld("gc");
	c.goal = gc->goal;
	systemstack(cyclefn, &c);
	c.n = gc->cycles;
	c.total = gc->stopped;
	startTheWorld();
	if (c.done && !c.first)
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

static void beforesearch(void)
{
	abandonbeside();
	finishsweep();
}

static const Collected part = { beforesearch, markfinalizers, takeunreached, aftersearch, searched, besidedying };

// ---- by others ----------------------------------------------------------------------------

static void forcecycle(void)
{
	if (besideended())
		runcycle(WhenDue);
	else if (gcpercent < 0)
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
