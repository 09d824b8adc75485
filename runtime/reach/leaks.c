// leaks.c - goroutines that can never continue, and objects that nothing leads to.
//
// A goroutine is alive if it can continue by itself: it is runnable, in a system call, asleep.
// What it leads to is alive, too, and so is a goroutine that waits for something alive: another
// may still wake it. The others are leaked. Where the thing is that a goroutine waits for
// decides:
//
//	in an object of the heap      alive when the object is marked; the object has a bit that
//	                              says that there are waiters, and the marker tells of it
//	on the stack of a goroutine   alive when that goroutine is
//	elsewhere                     alive: others know that memory
//
// A pointer from anything alive into the stack of a goroutine makes that goroutine alive.
//
// So a leak is found late, or never, when a word looks like a pointer by chance or is left from
// an earlier call; but what is reported is one.
//
// built: unchecked
#include <asm-generic/errno-base.h>

#include "include/rt.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/reach/leaks.h"
#include "runtime/reach/reach.h"
#include "runtime/sched/g.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/yieldcheck.h"

// ---- goroutines ---------------------------------------------------------------------

// Can gp continue without another goroutine?
static bool cancontinue(const G *gp)
{
	if (readgstatus(gp) != Gwaiting || gp->issystem)
		return true;
	if (waitsonobject(reasonof(gp))) // without one it waits in another way, of a C library's
		return !gp->waiting || gp->waiting->g != gp;
	switch (reasonof(gp)) {
	case WaitReasonChanReceiveNil:
	case WaitReasonChanSendNil:
		return false;
	case WaitReasonSelectNoCases:
		return gp->goid == 1; // a program that serves ends its main function like this
	default:
		return true;
	}
}

typedef void WaitVisit(Search *s, uint32_t g, uintptr_t what);

// Calls visit for each thing that gp, goroutine g, waits for.
static void waitsfor(Search *s, uint32_t g, WaitVisit *visit)
{
	const G *gp = s->gs[g];

	switch (reasonof(gp)) {
	case WaitReasonChanReceiveNil:
	case WaitReasonChanSendNil:
	case WaitReasonSelectNoCases:
		return;
	case WaitReasonSelect:
		for (const Sudog *w = gp->waiting; w; w = w->waitlink)
			visit(s, g, (uintptr_t)w->c);
		return;
	default:
		visit(s, g, (uintptr_t)gp->waiting->addr); // a channel's c is there, too
	}
}

static void enliven(Search *s, uint32_t g)
{
	if (s->is[g] != GWaits)
		return;
	s->is[g] = GAlive;
	s->pending[s->npending++] = g;
}

// ---- waiters, by what they wait for ----------------------------------------------------

static void countwaiter(Search *s, uint32_t g, uintptr_t what)
{
	(void)g;
	(void)what;
	s->nwaiters++;
}

static bool onwaitersstack(const Search *s, uintptr_t p)
{
	uint32_t lo = 0, hi = s->nranges;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->ranges[mid].hi <= p)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->nranges && s->ranges[lo].lo <= p;
}

static void addwaiter(Search *s, uint32_t g, uintptr_t what)
{
	uintptr_t key = objectbase(s->m, what);

	if (key)
		markwaited(s->m, key);
	else if (onwaitersstack(s, what))
		key = what;
	else
		enliven(s, g);
	if (key)
		s->waiters[s->nwaiters++] = (Waiter){ key, g };
}

static uint32_t firstwaiter(const Search *s, uintptr_t key)
{
	uint32_t lo = 0, hi = s->nwaiters;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->waiters[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

// All that wait for what is in [lo, hi) are alive.
static void enlivenwaiters(Search *s, uintptr_t lo, uintptr_t hi)
{
	for (uint32_t i = firstwaiter(s, lo); i < s->nwaiters && s->waiters[i].key < hi; i++)
		enliven(s, s->waiters[i].g);
}

static void onwaited(void *arg, uintptr_t object)
{
	enlivenwaiters(arg, object, object + 1);
}

static void onrange(void *arg, uint32_t owner)
{
	enliven(arg, owner);
}

_Static_assert(offsetof(MarkRange, lo) == 0 && sizeof(MarkRange) % PtrSize == 0 &&
               offsetof(Waiter, key) == 0 && sizeof(Waiter) % PtrSize == 0, "records");

// ---- the search -----------------------------------------------------------------------

typedef struct {
	Search *s;
	uint32_t g;
} Owner;

static void addrange(uintptr_t lo, uintptr_t hi, void *arg)
{
	const Owner *o = arg;

	o->s->ranges[o->s->nranges++] = (MarkRange){ lo, hi, o->g };
}

static void markpiece(uintptr_t lo, uintptr_t hi, void *arg)
{
	Search *s = arg;

	markrange(s->m, lo, hi);
	enlivenwaiters(s, lo, hi);
}

// Counts what there is, and allocates what it takes. False: there is no memory.
static bool allocate(Search *s)
{
	uint32_t nwaiting = 0;
	char *p;

	for (uint32_t g = 0; g < s->n; g++) {
		if (cancontinue(s->gs[g]))
			continue;
		nwaiting++;
		waitsfor(s, g, countwaiter);
	}
	s->bytes = LostKinds * sizeof(LostKind) + nwaiting * StackPieces * sizeof(MarkRange) +
	           s->nwaiters * sizeof(Waiter) + s->n * (sizeof *s->pending + sizeof *s->is);
	p = sysReserve(NULL, s->bytes);
	if (!p)
		return false;
	s->lost = (LostKind *)(void *)p;
	s->ranges = (MarkRange *)(void *)(s->lost + LostKinds);
	s->waiters = (Waiter *)(void *)(s->ranges + nwaiting * StackPieces);
	s->pending = (uint32_t *)(void *)(s->waiters + s->nwaiters);
	s->is = (uint8_t *)(s->pending + s->n);
	s->nwaiters = 0;
	return true;
}

// Says of each goroutine what it is; those that can continue are alive.
static void classify(Search *s)
{
	for (uint32_t g = 0; g < s->n; g++) {
		Owner o = { s, g };

		if (readgstatus(s->gs[g]) == Gdead)
			continue;
		s->is[g] = GWaits;
		if (cancontinue(s->gs[g]))
			enliven(s, g);
		else
			stackpieces(s->gs[g], addrange, &o);
	}
	sortrecords(s->ranges, sizeof *s->ranges, s->nranges);
}

static void findwaiters(Search *s)
{
	for (uint32_t g = 0; g < s->n; g++) {
		if (s->is[g] == GWaits)
			waitsfor(s, g, addwaiter);
	}
	sortrecords(s->waiters, sizeof *s->waiters, s->nwaiters);
}

// Marks from all that is alive and not read yet, and from what becomes alive by that.
static void follow(Search *s)
{
	while (s->npending > 0) {
		while (s->npending > 0) {
			const G *gp = s->gs[s->pending[--s->npending]];

			stackpieces(gp, markpiece, s);
			markcontext(s->m, gp);
		}
		markdrain(s->m);
	}
}

static void countleaked(Search *s)
{
	for (uint32_t g = 0; g < s->n; g++)
		s->counts.goroutines += s->is[g] == GWaits;
}

// What leaked goroutines hold is not lost: the goroutines are the error.
static void followleaked(Search *s)
{
	MarkCount before = markedobjects(s->m), all;

	for (uint32_t g = 0; g < s->n; g++) {
		if (s->is[g] == GAlive)
			s->gs[g]->waitreason &= WaitLeaked - 1;
		if (s->is[g] != GWaits)
			continue;
		s->is[g] = GLeaked;
		s->gs[g]->waitreason |= WaitLeaked;
		s->pending[s->npending++] = g;
	}
	follow(s);
	all = markedobjects(s->m);
	s->counts.held = all.n - before.n;
	s->counts.held_bytes = all.bytes - before.bytes;
}

static bool findleaks(Search *s)
{
	Stack own;
	MarkHooks hooks = { .onrange = onrange, .onwaited = onwaited, .arg = s };

	if (!allocate(s))
		return false;
	classify(s);
	own = (Stack){ (uintptr_t)s->lost, (uintptr_t)s->lost + s->bytes };
	hooks.range = s->ranges;
	hooks.nranges = s->nranges;
	s->m = markbegin(&hooks);
	if (!s->m)
		return false;
	findwaiters(s);
	s->partial = !markroots(s->m, &own);
	if (collected)
		collected->roots(s->m);
	markdrain(s->m);
	follow(s);
	countleaked(s);
	followleaked(s);
	if (collected)
		collected->unreached(s->m, !s->partial);
	markend(s->m, countlost, s);
	return true;
}

static void leaksfn(void *arg)
{
	Search *s = arg;

	s->gs = allgs;
	s->n = (uint32_t)allglen;
	// An M may end even now, and leaves allm under the lock.
	if (collected)
		collected->before();
	lock(&sched.lock);
	heaphold();
	s->done = findleaks(s);
	heaprelease();
	unlock(&sched.lock);
	if (collected)
		collected->after(s->done && !s->partial);
	if (s->done && s->wanted)
		reportleaks(s);
	if (s->lost)
		sysFree(s->lost, s->bytes);
}

// The process dies. No lock is taken that another M may never release: if one had the heap's
// when it was halted, what it was changing is not whole.
void __rt0_leaksdying(void)
{
	Search s = { .gs = atomic_load_acquire(&allgs) };

	s.n = (uint32_t)atomic_load_acquire(&allglen);
	if (heapheld() || (collected && !collected->dying()) || !findleaks(&s))
		return;
	sysFree(s.lost, s.bytes);
}

// The world runs: the reader may be a goroutine.
static void writereport(const Search *s, int fd)
{
	uintptr_t n = min(s->text.n, s->text.size);

	if (s->text.buf) {
		if (n > 0)
			rt_write(fd, s->text.buf, n);
		sysFree(s->text.buf, s->text.size);
	}
}

// ---- interface ------------------------------------------------------------------------

NOINLINE int64_t rt_leaks(int fd, rt_leak_counts *counts)
{
	Search s = { .wanted = fd >= 0 };

	preemptcheck();
	__builtin_unwind_init(); // what the callers have in registers is in this frame
	stopTheWorld("leaks");
	systemstack(leaksfn, &s);
	startTheWorld();
	if (collected)
		collected->started();
	if (!s.done)
		return -ENOMEM;
	writereport(&s, fd);
	if (counts)
		*counts = s.counts;
	return (int64_t)(s.counts.goroutines + s.counts.objects);
}
