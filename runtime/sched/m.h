// m.h - threads: their start, their setup and their end; goroutines that keep one.
#ifndef RT0_SCHED_M_H
#define RT0_SCHED_M_H

#include "runtime/runtime.h"

// ---- m.c: a thread's life -----------------------------------------------------------

extern uint64_t initSigmask;

void mcommoninit(M *mp, int64_t id);
int64_t mReserveID(void) HOLDS(sched.lock);
void checkmcount(void) HOLDS(sched.lock);
int64_t mcount(void) HOLDS(sched.lock);
void mpreinit(M *mp);
M *allocm(P *pp, void (*fn)(void), int64_t id);
void newm(void (*fn)(void), P *pp, int64_t id);
void newm1(M *mp);
void newosproc(M *mp);
void mstart1(void);
void mstartm0(void);
void mexit(void);
void save(uintptr_t pc, uintptr_t sp, uintptr_t bp);

// ---- minit.c: what each thread sets up for itself -----------------------------------

void minit(void);
void minitSignals(void);
void minitSignalStack(void);
void minitSignalMask(void);
void unminit(void);
void signalstack(const Stack *s);
void sigblock(void);
// cgo/mask.c: returns the mask that a thread starts with.
Sigset minitLibraryMask(Sigset first);
#define EndedMask (~(Sigset)0) // m->sigmask: of the first thread, when it has ended for the runtime

// ---- lockthread.c: goroutines that keep their thread --------------------------------

void lockOSThread(void);
void unlockOSThread(void);
void startTemplateThread(void);
bool newmHandoffTo(M *mp);
void stoplockedm(void);
void startlockedm(G *gp);

#endif
