// recover.c - rt_recover: the end of a panic.
//
// rt_recover is an entry in its goroutine's list of deferred calls, between those of its caller
// and those of the function it calls. A panic that has made all of the latter reaches it, and it
// abandons all frames below its own (recover.S). It undoes what they would have undone: the
// guard, alloca's memory, the list of panics.
//
// A recovered panic stays in the list, as a copy, while the function that called rt_recover
// runs, as in Go while the deferred function that called recover runs. If that function panics
// again, the report includes both. Its stack does not show whether it has returned, because a
// second call from there would leave equal words. So it is made to return to recoverreturn
// (recover.S), which records the return in the copy.
//
// Follows Go's panic.go (gorecover, recovery).
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/guard.h"
#include "runtime/base/hosted.h"
#include "runtime/base/str.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/yieldcheck.h"
#include "unwind.h"

typedef struct {
	Defer d;
	uintptr_t sp; // of recovercall
	Panic *panic; // those before it are not ours
	char *buf;
	size_t size;
	uintptr_t *bp; // of rt_recover's caller
} Recovery;

typedef struct {
	Panic p;
	char text[];
} Recovered;

// Calls fn(arg) and returns false; returns true if recovered(*sp, guard) is called meanwhile.
// In recover.S.
bool recovercall(uintptr_t *sp, rt_func *fn, void *arg);
NORETURN void recovered(uintptr_t sp, uintptr_t guard);

// Only the panic that was recovered last is reported again.
static void forgetrecovered(G *gp)
{
	if (gp->_panic && gp->_panic->recovered)
		droppanics(gp, gp->_panic->link);
}

// Is a function's frame at bp? The function that called rt_recover may use the register for
// something else; then what it points to must not be changed.
static bool isframe(const G *gp, const uintptr_t *bp)
{
	return (uintptr_t)bp % PtrSize == 0 && onstacks(gp, (uintptr_t)bp) &&
	       onstacks(gp, (uintptr_t)(bp + 2)) &&
	       (keptreturn(gp, bp + 1) == (uintptr_t)recoverreturn ||
	        aftercall(keptreturn(gp, bp + 1)));
}

// Is the frame at bp one of those that the frame at inner will return to?
static bool surrounds(const G *gp, uintptr_t bp, uintptr_t inner)
{
	bool base = onbase(gp, bp);

	return base == onbase(gp, inner) ? inner <= bp : base;
}

// Called when a panic of gp's begins, with the frame pointer bp, after l was recovered; or on g0,
// when it ends. Returns l, or
// its successor if the function that recovered has returned.
static Panic *stillrecovered(G *gp, Panic *l, uintptr_t bp)
{
	uintptr_t *slot = l->slot;

	// A function that realigned its stack returned by a copy of the address, so this word
	// may belong to another function by now.
	if (slot && onstacks(gp, (uintptr_t)(slot + 1)) &&
	    surrounds(gp, (uintptr_t)(slot - 1), bp) &&
	    keptreturn(gp, slot) == (uintptr_t)recoverreturn)
		return l;
	droppanics(gp, l->link);
	return gp->_panic;
}

// Puts a copy of p in the place of gp's panics that are newer than r's.
static void endpanics(G *gp, const Recovery *r, const Panic *p)
{
	uintptr_t n = strlength(p->text) + 1;
	Recovered *end = rt_malloc(sizeof *end + n);

	__builtin_memcpy(end->text, p->text, n);
	if (r->size > 0) {
		uintptr_t k = min(n, r->size);

		__builtin_memcpy(r->buf, p->text, k - 1);
		r->buf[k - 1] = '\0';
	}
	droppanics(gp, r->panic);
	end->p = (Panic){ .link = r->panic, .text = end->text, .recovered = stillrecovered };
	if (!isframe(gp, r->bp)) { // a function without frame pointer
		rt_free(end);
		return;
	}
	end->p.slot = r->bp + 1;
	end->p.retaddr = keptreturn(gp, end->p.slot);
	gp->_panic = &end->p;
	atomic_store_relaxed(&watchcreation, 1);
	compilerbarrier(); // a traceback that finds recoverreturn finds the copy
	keepreturn(gp, end->p.slot, (uintptr_t)recoverreturn);
}

// Ends a panic: the deferred call of a Recovery.
static void recovery(void *arg)
{
	Recovery *r = arg;
	G *gp = getg();
	Panic *p;

	forgetrecovered(gp);
	p = gp->_panic;
	if (p->goexit)
		return; // not ours to end
	for (Panic *q = p; q != r->panic; q = q->link) {
		if (q->goexit) {
			droppanics(gp, q);
			goexit2(gp);
		}
	}
	endpanics(gp, r, p);
	forgetallocs(gp, r->sp);
	framesleft();
	recovered(r->sp, guardfor(gp, r->sp));
}

// ---- interface ----------------------------------------------------------------------

// NOSPLIT: its frame is where its caller's is, and returns there.
NOSPLIT bool rt_recover(rt_func *fn, void *arg, char *buf, size_t size)
{
	Recovery r = {
		.d = { .fn = recovery, .arg = &r },
		.buf = buf,
		.size = size,
		.bp = *(uintptr_t **)__builtin_frame_address(0),
	};
	uint32_t calls = 0;
	G *gp;

	preemptcheck();
	gp = getg();
	forgetrecovered(gp);
	if (RACING)
		calls = racecalls();
	r.panic = gp->_panic;
	rt_deferproc(&r.d);
	if (recovercall(&r.sp, fn, arg)) {
		if (RACING)
			racereturn(calls);
		return true;
	}
	gp->_defer = r.d.link;
	return false;
}
