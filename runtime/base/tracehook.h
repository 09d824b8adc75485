// tracehook.h - what the rooms tell the execution trace; trace/event.c records it.
#ifndef RT0_BASE_TRACEHOOK_H
#define RT0_BASE_TRACEHOOK_H

#include "machine.h"
#include "runtime/runtime.h"

// What happens. docs/trace.md describes it for readers of the file, where a G is its goid and a
// P its id. Unless its argument names another G, an event is about this M's.
typedef enum {
	// G
	TraceGoRunnable = 1, // there is one when the trace begins; GoFunc follows
	TraceGoSyscall,      // there is one in this state
	TraceGoWaiting,      // there is one, detail: its WaitReason
	TraceGoCreate,       // the new one; GoFunc follows
	TraceGoStart,
	TraceGoEnd,
	TraceGoYield,
	TraceGoPreempt,      // it yields, and had been asked to
	TraceGoBlock,        // detail: its WaitReason; if it starts next, it did not wait
	TraceGoUnblock,      // another, made runnable by this M's G, a timer or the network
	TraceSysEnter,
	TraceSysBlock,       // enters too, and hands off its P at once
	TraceSysExit,        // it continues, on this M's P
	TraceSysExitWait,    // it is runnable, and has no P
	// P
	TraceProcStart,      // this M's from now on, in place of another if it has one
	TraceProcStop,       // not this M's any more
	TraceProcSteal,      // taken from an M that is in a system call
	TracePreempt,        // it is asked to yield, detail: a PreemptReason
	// a number
	TraceGoFunc,         // pc of the function of the last G named; detail 1: the runtime's own
	TraceProcs,          // gomaxprocs: when the trace begins, and when it changes
	TraceThreadStart,    // the kernel's number of this thread
	TraceThreadStop,
	TracePark,           // until the next event; detail 0: idle, 1: waits for its
	                     // goroutine, 2: polls the network
	TraceTimer,          // ns by which it was late
	TraceNetReady,       // goroutines that may continue
	TraceLost,           // events of this M before this one, without a buffer
} TraceKind;

// The tracer, in programs that have it: only these set __rt0_traceon.
WEAK TRACEHOOK void __rt0_traceevent(uint32_t what, uintptr_t arg);
typedef struct {
	void (*start)(const char *path); // GODEBUG=trace's value, up to a comma
	void (*endthread)(void);         // this M's last event; under sched.lock
	void (*exit)(void);              // the program ends, on a goroutine
	void (*die)(void);               // the process dies, anywhere
} Tracer;
extern const Tracer __rt0_tracer WEAK;

ALWAYS_INLINE void trace2(TraceKind kind, uint32_t detail, uintptr_t arg)
{
	uint32_t what = (uint32_t)kind | detail << 8;

	// A plain load, which makes the shortest code. A value that is a moment old does no harm.
	if (unlikely(__rt0_traceon))
		CALLTRACE(what, arg);
}

ALWAYS_INLINE void trace(TraceKind kind, uintptr_t arg)
{
	trace2(kind, 0, arg);
}

ALWAYS_INLINE void traceg(TraceKind kind, const G *gp)
{
	trace2(kind, 0, (uintptr_t)gp);
}

ALWAYS_INLINE void tracep(TraceKind kind, const P *pp)
{
	trace2(kind, 0, (uintptr_t)pp);
}

#endif
