// finalizer.c - functions that are called when nothing reaches an object any more.
//
// They are in a table by the objects' addresses, which is outside of all that a cycle reads, so
// that it keeps nothing alive. What an object with a finalizer leads to is reached as long as it
// has it: when its finalizer is called, nothing of that is gone. Hence of two such objects
// the one that leads to the other comes first, and of a ring of them none ever does; as in Go.
//
// The goroutine that calls them is made with the first of them.
//
// Follows Go's mfinal.go.
//
// built: unchecked
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/os/os.h"
#include "runtime/reach/managed.h"
#include "runtime/sched/gcwork.h"
#include "runtime/sched/yieldcheck.h"

// Addresses are kept as their complements: a search for leaks reads what is mapped.
typedef struct {
	uintptr_t notobject; // 0: never used; Removed
	uintptr_t notarg;
	rt_func *fn;
} Finalizer;

enum { Least = 64, Removed = 1 };

static struct {
	Mutex lock;

	// lock protects:
	Finalizer *table; // by hash, at most three quarters used
	uint32_t size, used, n; // used: those that were removed, too
	Finalizer *due; // in order
	uint32_t duesize, nextdue, ndue;
	bool running;
} finalizers = { .lock.rank = RANKED(RankFinalizer) };

static Worker caller = { .lock.rank = RANKED(RankGCWork) };

// ---- the table ----------------------------------------------------------------------------

// Returns the place of the object's finalizer, or where one may be put.
static Finalizer *finalizerplace(Finalizer *table, uint32_t size, uintptr_t object)
{
	uint64_t hash = (object >> 4) * 0x9e3779b97f4a7c15;
	Finalizer *removed = NULL;

	for (uint32_t i = (uint32_t)(hash >> 32);; i++) {
		Finalizer *f = &table[i & (size - 1)];

		if (f->notobject == ~object)
			return f;
		if (f->notobject == 0)
			return removed ? removed : f;
		if (f->notobject == Removed && !removed)
			removed = f;
	}
}

static bool isset(const Finalizer *f)
{
	return f->notobject > Removed;
}

static Finalizer *newtable(uint32_t size)
{
	Finalizer *table = sysAlloc(size * sizeof *table);

	if (!table)
		throw("runtime: out of memory");
	return table;
}

// Makes room for one more.
static void growtable(void) HOLDS(finalizers.lock)
{
	uint32_t size = max((uint32_t)Least, finalizers.size);
	Finalizer *table;

	if (finalizers.used < finalizers.size / 4 * 3)
		return;
	while (finalizers.n >= size / 2)
		size *= 2;
	table = newtable(size);
	for (uint32_t i = 0; i < finalizers.size; i++) {
		const Finalizer *f = &finalizers.table[i];

		if (isset(f))
			*finalizerplace(table, size, ~f->notobject) = *f;
	}
	if (finalizers.table)
		sysFree(finalizers.table, finalizers.size * sizeof *finalizers.table);
	finalizers.table = table;
	finalizers.size = size;
	finalizers.used = finalizers.n;
}

static void setfinalizer(uintptr_t object, rt_func *fn, void *arg) HOLDS(finalizers.lock)
{
	Finalizer *f;

	growtable();
	f = finalizerplace(finalizers.table, finalizers.size, object);
	if (f->notobject != ~object) {
		if (!fn)
			return;
		finalizers.used += f->notobject == 0;
		finalizers.n++;
	}
	*f = (Finalizer){ ~object, ~(uintptr_t)arg, fn };
	if (!fn) {
		f->notobject = Removed;
		finalizers.n--;
	}
}

// ---- in a cycle ---------------------------------------------------------------------------

void markfinalizers(Marker *m)
{
	for (uint32_t i = 0; i < finalizers.size; i++) {
		const Finalizer *f = &finalizers.table[i];
		uintptr_t object = ~f->notobject;

		if (!isset(f))
			continue;
		if (objectbase(m, ~f->notarg) != object)
			markword(m, ~f->notarg);
		markinside(m, object);
	}
	for (uint32_t i = finalizers.nextdue; i < finalizers.ndue; i++) {
		markword(m, ~finalizers.due[i].notobject);
		markword(m, ~finalizers.due[i].notarg);
	}
}

static void adddue(const Finalizer *f)
{
	Finalizer *due = finalizers.due;
	uint32_t n = finalizers.ndue - finalizers.nextdue;

	if (finalizers.ndue == finalizers.duesize) {
		uint32_t size = max((uint32_t)Least, n * 2);

		due = newtable(size);
		if (finalizers.due) {
			__builtin_memcpy(due, finalizers.due + finalizers.nextdue, n * sizeof *due);
			sysFree(finalizers.due, finalizers.duesize * sizeof *due);
		}
		finalizers.due = due;
		finalizers.duesize = size;
		finalizers.nextdue = 0;
		finalizers.ndue = n;
	}
	due[finalizers.ndue++] = *f;
}

bool takefinalizers(Marker *m)
{
	for (uint32_t i = 0; i < finalizers.size; i++) {
		Finalizer *f = &finalizers.table[i];

		if (!isset(f) || marked(m, ~f->notobject))
			continue;
		adddue(f);
		markword(m, ~f->notobject);
		markword(m, ~f->notarg);
		f->notobject = Removed;
		finalizers.n--;
	}
	markdrain(m);
	return finalizers.nextdue < finalizers.ndue;
}

// ---- calling them -------------------------------------------------------------------------

static bool nextdue(Finalizer *f)
{
	bool found;

	lock(&finalizers.lock);
	found = finalizers.nextdue < finalizers.ndue;
	if (found) {
		*f = finalizers.due[finalizers.nextdue];
		finalizers.due[finalizers.nextdue++] = (Finalizer){ 0 };
	}
	unlock(&finalizers.lock);
	return found;
}

static void callfinalizers(void *unused);

// A finalizer has ended its goroutine (rt_goexit): another one calls those that are left.
static void callothers(void *unused)
{
	rt_go(callfinalizers, unused);
}

static void callfinalizers(void *unused)
{
	Finalizer f;

	rt_defer(callothers, NULL);
	(void)unused;
	for (;;) {
		while (nextdue(&f)) {
			if (RACING)
				raceafterall(); // that used the object
			f.fn((void *)~f.notarg);
		}
		workerpark(&caller, WaitReasonFinalizerWait);
	}
}

void wakefinalizers(void)
{
	workerwake(&caller);
}

// ---- the interface ------------------------------------------------------------------------

static bool isobject(uintptr_t p)
{
	const Spanref *r = spanref(p);

	if (!r->inuse || !ismanaged(r->s) || p < r->base)
		return false;
	return r->s->size != 0 ? (p - r->base) % r->s->size == 0 &&
	                                 (p - r->base) / r->s->size < r->s->nelems :
	                         p == r->base;
}

bool rt_gc_finalizer(void *p, rt_func *fn, void *arg)
{
	bool begin;

	preemptcheck();
	if (!isobject((uintptr_t)p))
		return false;
	lock(&finalizers.lock);
	setfinalizer((uintptr_t)p, fn, arg);
	begin = fn && !finalizers.running;
	finalizers.running |= begin;
	unlock(&finalizers.lock);
	if (begin)
		rt_go(callfinalizers, NULL);
	return true;
}
