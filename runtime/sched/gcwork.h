// gcwork.h - goroutines of the runtime's that wait until the collector has work for them.
#ifndef RT0_SCHED_GCWORK_H
#define RT0_SCHED_GCWORK_H

#include "runtime/runtime.h"

typedef struct {
	Mutex lock;

	// lock protects:
	G *g;        // is parked; idle says so without the lock
	bool wanted; // work came while it was not parked

	bool idle;
} Worker;

extern Worker sweeper, forcegc;

// What the collector has for them; NULL: nobody has ever used it.
extern bool (*sweeponefn)(void); // on g0: does a piece, if there is one
extern void (*forcegcfn)(void);
// When the last cycle ended; 0: the collector was never used. Atomic.
extern int64_t lastgc;

// Parks the caller until workerwake is called, or returns at once if it was called meanwhile.
void workerpark(Worker *w, WaitReason reason);
void workerwake(Worker *w);

#endif
