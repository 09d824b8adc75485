// gocompat.h - what Go's documents and debuggers look for and nothing here reads.
//
// The start-up of Go 1.14-1.15, as it is documented, has a collector, a profiler and a hash.
// Their names are kept, with the values that the documents give them, until the runtime has
// a use for them: here the fields and constants, in boot/gocompat.c the variables and steps.
#ifndef RT0_GOCOMPAT_H
#define RT0_GOCOMPAT_H

// A value of stackguard0 that no stack pointer is below: the process is forking.
#define StackFork ((uintptr_t)0x7ffffffffffffb2e)

// Fields of an M: the caller of a function that needs more stack, the profiler's rate, the
// depth of prints, the caller of the vDSO. All zero.
#define GO_M_FIELDS                                                                    \
	Gobuf morebuf;                                                                 \
	int32_t profilehz;                                                             \
	int8_t printlock;                                                              \
	uintptr_t vdsoSP, vdsoPC;

// Fields of sched: when the number of Ps last changed, its integral until then. All zero.
#define GO_SCHED_FIELDS int64_t procresizetime, totaltime;

// Fields of memstats, which gcinit and gcenable set.
#define GO_MEMSTATS_FIELDS                                                             \
	double triggerRatio;                                                           \
	uint64_t heap_marked;                                                          \
	bool enablegc;

// Names in GODEBUG that are parsed and have no effect.
#define GO_DEBUGVARS(var)                                                              \
	var(allocfreetrace) var(cgocheck) var(efence) var(gccheckmark) var(gcpacertrace) \
	var(gcshrinkstackoff) var(invalidptr)                                          \
	var(memprofilerate) var(sbrk) var(scavenge) var(scavtrace)

#endif
