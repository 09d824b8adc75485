// g.h - goroutines: how they begin and end, and the status in between.
#ifndef RT0_SCHED_G_H
#define RT0_SCHED_G_H

#include "runtime/runtime.h"

// ---- g.c: a goroutine's life --------------------------------------------------------

extern const char waitReasonStrings[][24]; // by WaitReason
const char *waitReasonString(const G *gp);

// Set by a test of rt_leaks: reach/overwrite.c.
extern bool leaksoverwritten;

// Why gp waits.
ALWAYS_INLINE WaitReason reasonof(const G *gp)
{
	return gp->waitreason & (WaitLeaked - 1);
}

ALWAYS_INLINE uint32_t readgstatus(const G *gp)
{
	return atomic_load_acquire(&gp->atomicstatus); // pairs with casgstatus's store
}

void casgstatus(G *gp, uint32_t oldval, uint32_t newval);

// Is casgstatus, inline in release builds.
ALWAYS_INLINE void fastcasgstatus(G *gp, uint32_t oldval, uint32_t newval)
{
	if (!Debug && likely(gp->atomicstatus == oldval))
		atomic_store_release(&gp->atomicstatus, newval);
	else
		casgstatus(gp, oldval, newval); // says what is wrong
}

G *malg(uint32_t stacksize);
void gstack(G *gp, uint32_t stacksize);
void gfscavengebegin(void);
bool gfscavenge(void);
void gfscavengewait(void);
void wakescavenger(void);
void allgadd(G *gp);
G *gfget(P *pp);
void gfput(P *pp, G *gp);
void gfpurge(P *pp);
int32_t gcount(void);
bool isSystemGoroutine(const G *gp);
uintptr_t *saveAncestors(G *newg);
void goexit1(void);
void goexit0(G *gp);

// ---- newproc.c: starting one --------------------------------------------------------

// Go's newproc with C's register arguments; boot.S has the entry with Go's own.
void newproc_c(int32_t siz, const FuncVal *fv, const void *argp, uintptr_t callerpc);
// A G, runnable but on no queue, that will run fn(ctxt) with narg bytes from argp at the
// top of its stack; a NULL ctxt with arguments means their address.
G *newproc1(void (*fn)(void *), void *ctxt, const void *argp, uintptr_t narg, G *callergp,
            uintptr_t callerpc);
void startg(G *newg); // runs next here, if no other thread is quicker
void gostartcallfn(Gobuf *buf, void (*fn)(void *), void *ctxt);
void gostartcall(Gobuf *buf, void (*fn)(void *), void *ctxt);

#endif
