// roots.c - what can be reached without a goroutine.
//
//	data            the program's, the runtime's and a C library's: listeners for signals,
//	                destructors and configurations are in rt_malloc's memory, too
//	thread-local    of each M: directly below it
//	timers          a Timer is in what it belongs to, an rt_timer, an rt_ctx or the stack of a
//	                goroutine that waits no longer than to then
//	rt_cgocall      the stacks of functions that run meanwhile, and of signal handlers
//	rt_root_add     what the program names
//
// Not read are m0, which is in the data, since an M has stale pointers to what it has parked on;
// the heap's own words, since where it begins is a pointer to its first object; and the runtime's
// own structures in memory of their own, the first of which is in the data, too: they lead to all
// that waits.
//
// built: unchecked
#include "include/rt.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "runtime/reach/reach.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"

const Collected *collected;

// linker.ld
extern const char __data_start[], __image_end[];
extern const char __m0_tls_block[], __m0_start[];
extern const char __tdata_start[], __tls_end[];

static void markdata(Marker *m)
{
	markrange(m, (uintptr_t)__data_start, (uintptr_t)__m0_start);
	markrange(m, (uintptr_t)(&m0 + 1), (uintptr_t)&mheap); // firstchunk is behind it
	markrange(m, (uintptr_t)(firstchunk + sizeof firstchunk), (uintptr_t)__image_end);
}

// From sp up, if that is on the stack.
static void markabove(Marker *m, const G *gp, uintptr_t sp)
{
	uintptr_t lo = gp->stack.lo, hi = gp->stack.hi;

	markrange(m, sp >= lo && sp < hi ? sp : lo, hi);
}

// Functions of rt_cgocall's use stacks like those of threads, and signal handlers of the program's
// have what they interrupted, too. In a process that dies Ms have been halted, some of them on the
// way to a goroutine or from one. Of this M's stack for signals, what is below frame is the marker's
// own: pointers to what waits.
static void markm(Marker *m, Reader *r, const M *mp, const void *frame)
{
	uintptr_t block = (uintptr_t)tlsblock((void *)(uintptr_t)mp, (uintptr_t)(__tls_end - __tdata_start));
	const Halted *h = &mp->haltedat; // it was, if there is a G

	if (!iscgo && mp != &m0)
		markrange(m, block, (uintptr_t)mp);
	if (mp->incgo == CgoFunction)
		marktouched(r, mp->gcgo->stack.lo, mp->gcgo->stack.hi);
	if (mp->incgo != CgoNot) {
		// The function's, or those of its goroutine, which has borrowed its stack.
		markword(m, (uintptr_t)mp->gcgo->_panic);
		markword(m, (uintptr_t)mp->gcgo->_defer);
	}
	if (mp->handling || h->g)
		markabove(m, mp->gsignal, (uintptr_t)frame);
	if (h->g == mp->g0)
		markabove(m, mp->g0, h->sp);
}

static void marktimers(Marker *m, const P *pp)
{
	enum { Flags = 1 };

	for (int32_t i = 0; i < pp->timerslen; i++) {
		const Timer *t = (const Timer *)(pp->timers[i].timer & ~(uintptr_t)Flags);

		markword(m, (uintptr_t)t);
		markword(m, (uintptr_t)t->arg);
	}
}

// ---- what the program names ---------------------------------------------------------------

typedef struct Root Root;
struct Root {
	Root *next;
	uintptr_t lo, hi;
};

static struct {
	Mutex lock; // its holder is not stopped
	Root *list;
} roots;

// ---- all of it ------------------------------------------------------------------------------

bool markroots(Marker *m, const Stack *own)
{
	Reader *r = openreader(m);
	bool all;

	if (!r)
		return false;
	markdata(m);
	for (const M *mp = allm; mp; mp = mp->alllink)
		markm(m, r, mp, &r);
	for (int32_t i = 0; i < gomaxprocs; i++)
		marktimers(m, allp[i]);
	if (timersaside)
		marktimers(m, timersaside);
	for (const Root *root = roots.list; root; root = root->next)
		markrange(m, root->lo, root->hi);
	all = !own || markmaps(r, *own);
	closereader(r);
	return all;
}

// ---- interface ------------------------------------------------------------------------------

void rt_root_add(const void *lo, size_t size)
{
	Root *r;

	preemptcheck();
	r = rt_malloc(sizeof *r);
	r->lo = (uintptr_t)lo;
	r->hi = r->lo + size;
	lock(&roots.lock);
	r->next = roots.list;
	roots.list = r;
	unlock(&roots.lock);
}

void rt_root_remove(const void *lo)
{
	Root **link = &roots.list, *r;

	preemptcheck();
	lock(&roots.lock);
	while ((r = *link) && r->lo != (uintptr_t)lo)
		link = &r->next;
	if (r)
		*link = r->next;
	unlock(&roots.lock);
	rt_free(r);
}
