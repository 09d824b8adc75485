// proc.h - the decision which goroutine runs where: run it, park it, ready it, find it.
#ifndef RT0_SCHED_PROC_H
#define RT0_SCHED_PROC_H

#include "runtime/base/hosted.h"
#include "runtime/runtime.h"

// ---- proc.c -------------------------------------------------------------------------

// schedule and execute do not come back (LEAVE, in switch.h).
void schedule(void);
void execute(G *gp, bool inheritTime);
// Unties gp, the current G, from mp, this M. On g0.
ALWAYS_INLINE void dropg(M *mp, G *gp)
{
	fiberleave(gp);
	gp->m = NULL;
	mp->curg = NULL;
}
void ready(G *gp, bool next);
void goready(G *gp);
void gopark(bool (*unlockf)(G *gp, void *lock), void *lock, WaitReason reason);
void goparkunlock(Mutex *l, WaitReason reason) RELEASES(*l);
// Parks as gopark does, with an unlockf that releases l. clang takes the caller's word for it,
// because the type of unlockf says nothing of locks.
ALWAYS_INLINE void goparkreleasing(Mutex *l, bool (*unlockf)(G *gp, void *lock), void *lock,
                                   WaitReason reason) RELEASES(*l);
ALWAYS_INLINE UNCHECKED_LOCKS void goparkreleasing(Mutex *l, bool (*unlockf)(G *gp, void *lock),
                                                   void *lock, WaitReason reason)
{
	(void)l;
	gopark(unlockf, lock, reason);
}
void goschedImpl(G *gp);
void gopreempt_m(G *gp);
void goyield(void);
void injectglist(Gqueue *list);

// ---- findrunnable.c -----------------------------------------------------------------

// A goroutine to run on this M; blocks until there is one. *inheritTime: in what is left
// of the current time slice.
G *findrunnable(bool *inheritTime);

#endif
