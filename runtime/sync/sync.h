// sync.h - blocking a goroutine: channels, semaphores, wait groups, sleep.
#ifndef RT0_SYNC_SYNC_H
#define RT0_SYNC_SYNC_H

#include <asm-generic/errno.h>

#include "include/rt.h"
#include "runtime/mem/object.h"
#include "runtime/runtime.h"

// A deadline that never comes.
#define Never INT64_MAX

// ---- chan.c -------------------------------------------------------------------------

uint64_t chanelemsize(const Hchan *c);
// rt_chan_close and rt_chan_free, of channels that the program must not give to those.
void closechan(Hchan *c);
void freechan(Hchan *c, ObjectKind kind);

// ---- ctx.c --------------------------------------------------------------------------

// What is called when a context ends.
typedef struct CtxWatch CtxWatch;
struct CtxWatch {
	void (*over)(CtxWatch *w, int err); // is called once, under the lock of the root
	rt_ctx *ctx;

	// The lock of ctx's root protects:
	CtxWatch *next, *prev;
};

// From now on w is called when c ends. Whether it ended before, the caller asks afterwards
// (ctxerr). Holds a handle of c.
void ctxwatch(rt_ctx *c, CtxWatch *w);
// Ends that: when it returns, over is not running and will not run.
void ctxunwatch(CtxWatch *w);
// rt_ctx_err, also under locks.
int ctxerr(const rt_ctx *c);

// ---- task.c -------------------------------------------------------------------------

// newg, which a function of the runtime starts, counts as one that the program's function at
// startpc started. The last goroutine that was created.
void makeuser(G *newg, uintptr_t startpc);

// ---- sleep.c ------------------------------------------------------------------------

// The instant d from now; now when d < 0, Never when that is beyond the clock.
int64_t whenafter(int64_t d);

// ---- rttimer.c ----------------------------------------------------------------------

// Is t, which is pending, a tick that will be dropped, since its channel is full? The world is
// stopped.
bool idletimer(const Timer *t);

// ---- sema.c -------------------------------------------------------------------------

typedef struct {
	Mutex lock;
	Sudog *treap;   // the waiters, by address
	uint32_t nwait; // in semacquire; read without the lock
} __attribute__((aligned(CacheLineSize))) SemaRoot;

// A deadline for semacquire.
typedef struct {
	int64_t when;
	// Called under the root's lock if there is no permit at the deadline: undoes what the
	// caller has announced to the releasers. False: one has counted on the caller already,
	// so that a permit will come and the caller keeps waiting. NULL: nothing to undo.
	bool (*cancel)(void *arg);
	void *arg;
} SemaUntil;

// Waits until *addr > 0 and takes one.
void semacquire(uint32_t *addr, WaitReason reason);
// lifo: ahead of those that wait already. Returns false if the deadline came first.
bool semacquire1(uint32_t *addr, bool lifo, WaitReason reason, const SemaUntil *until);
// Releases one, and wakes the longest waiter.
void semrelease(uint32_t *addr);
// handoff: no other goroutine can take it, and the woken one runs at once.
void semrelease1(uint32_t *addr, bool handoff);

// The queues alone, for sync/rwmutex.c. Under the root's lock.
SemaRoot *semroot(const uint32_t *addr);
void semqueue(SemaRoot *root, const void *addr, Sudog *s, bool lifo);
void semunqueue(SemaRoot *root, Sudog *s);
// The first waiter for addr that could be claimed; NULL if there is none.
Sudog *semdequeue(SemaRoot *root, const void *addr);
// Has addr waiters, including those whose deadline has come?
bool semwaits(SemaRoot *root, const void *addr);

#endif
