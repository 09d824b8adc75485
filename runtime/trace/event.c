// event.c - recording an event of the execution trace, and the door to the tracer.
//
// Each M writes into a buffer of its own and waits for nothing, so a hook may be used while
// any lock is held, on any stack except a signal handler's. A full buffer goes to
// the writer's list by compare-and-swap; an empty one is a bit in freebufs, taken by
// compare-and-swap as well. If there is none the event is lost, and counted.
//
// On and off. An M that records sets tracing and then loads __rt0_traceon once more;
// rt_trace_stop clears __rt0_traceon and then waits for each M with tracing set. Both are
// locked instructions, so one of the two sees the other: when the wait is over, no M
// touches its buffer, and none will before the next start. Which events are left out at the
// end is consistent too: if an M does not record that it readied a G because __rt0_traceon
// was clear, the M that runs the G after that finds it clear as well.
//
// Unyielding: the buffer is the M's, and hooks are called in states in which a goroutine
// cannot be taken off its M (sched/syscall.c).
//
// built: unyielding hot
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/base/tracehook.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/trace/trace.h"

TraceState __rt0_trace;

_Static_assert(sizeof(TraceBuf) == TraceBufSize, "a buffer is what it is said to be");

static TraceBuf *emptybuf(void)
{
	for (uint32_t w = 0; w < nelem(__rt0_trace.freebufs); w++) {
		uint64_t *word = &__rt0_trace.freebufs[w], bits;

		while ((bits = atomic_load_relaxed(word))) {
			if (atomic_cas(word, bits, bits & (bits - 1)))
				return &__rt0_trace.bufs[w * 64 + (uint32_t)__builtin_ctzl(bits)];
		}
	}
	return NULL;
}

void __rt0_tracewake(void)
{
	// The caller's own change was a read-modify-write; pairs with sleepwriter's xchg.
	if (atomic_load_seqcst(&__rt0_trace.writer) == WriterAsleep &&
	    atomic_cas(&__rt0_trace.writer, WriterAsleep, WriterBusy))
		__rt0_futexwakeup(&__rt0_trace.writer, 1);
}

void __rt0_tracegive(TraceBuf *b)
{
	do
		b->link = atomic_load_relaxed(&__rt0_trace.full);
	while (!atomic_cas(&__rt0_trace.full, b->link, b)); // publishes the events
	__rt0_tracewake();
}

static void putevent(TraceBuf *b, uint32_t what, uint64_t arg)
{
	uint64_t low = ((uint64_t)1 << 48) - 1;

	b->events[b->head.n] = (TraceRecord){ __rt0_nanotime(), (arg & low) | (uint64_t)what << 48 };
	// At any moment the first n are whole: a dying process writes them out.
	atomic_store_release(&b->head.n, b->head.n + 1);
}

// Exchanges a full buffer for an empty one. NULL: there is none, and the event is lost.
static TraceBuf *nextbuf(M *mp)
{
	TraceBuf *b = emptybuf();

	if (mp->tracebuf)
		__rt0_tracegive(mp->tracebuf);
	mp->tracebuf = b;
	if (!b) {
		mp->tracelost++;
		atomic_xadd(&__rt0_trace.lost, 1);
		return NULL;
	}
	b->head = (TraceBlock){ BlockEvents, 0, (uint64_t)mp->id };
	if (mp->tracelost > 0)
		putevent(b, TraceLost, mp->tracelost);
	mp->tracelost = 0;
	return b;
}

static void record(M *mp, uint32_t what, uint64_t arg)
{
	TraceBuf *b = mp->tracebuf;

	if (unlikely(!b || b->head.n == TraceBufLen))
		b = nextbuf(mp);
	if (likely(b))
		putevent(b, what, arg);
}

// exitsyscall has found its P in a system call. But another M may have had it meanwhile, and
// it is that one's call: the counter tells.
static void recordback(M *mp)
{
	const P *pp = mp->p;

	if (likely(pp->syscalltick == mp->syscalltick + 1))
		return;
	record(mp, TraceProcSteal, (uint32_t)pp->id);
	record(mp, TraceProcStart, (uint32_t)pp->id);
}

static void recordg(M *mp, uint32_t kind, const G *gp)
{
	uint32_t detail = 0;

	if (kind == TraceSysExit)
		recordback(mp);
	if (kind == TraceGoBlock || kind == TraceGoWaiting)
		detail = reasonof(gp);
	if (kind == TraceGoYield && yieldwanted(gp))
		kind = TraceGoPreempt;
	record(mp, kind | detail << 8, gp->goid);
	if (kind <= TraceGoCreate)
		record(mp, TraceGoFunc | (uint32_t)gp->issystem << 8, gp->startpc);
}

TRACEHOOK void __rt0_traceevent(uint32_t what, uintptr_t arg)
{
	M *mp = getg()->m;
	uint32_t kind = (uint8_t)what;

	atomic_xchg(&mp->tracing, 1); // then looks at traceon; pairs with rt_trace_stop's xchg
	if (likely(atomic_load_seqcst(&__rt0_traceon))) {
		if (kind < TraceProcStart)
			recordg(mp, kind, (const G *)arg);
		else if (kind < TraceGoFunc)
			record(mp, what, (uint32_t)((const P *)arg)->id);
		else
			record(mp, what, arg);
	}
	atomic_store_release(&mp->tracing, 0); // pairs with rt_trace_stop's load
}

// The caller holds sched.lock, and so does collect (trace.c).
static void endthread(void)
{
	M *mp = getg()->m;
	TraceBuf *b;

	trace(TraceThreadStop, 0);
	b = mp->tracebuf;
	mp->tracebuf = NULL;
	if (b)
		__rt0_tracegive(b);
}

// ---- the door -----------------------------------------------------------------------

const Tracer __rt0_tracer = {
	.start = __rt0_traceenv,
	.endthread = endthread,
	.exit = __rt0_traceexit,
	.die = __rt0_tracedie,
};

// ---- interface ----------------------------------------------------------------------

int rt_trace_start(const char *path)
{
	return __rt0_tracestart(path);
}

int rt_trace_stop(void)
{
	return __rt0_tracestop();
}
