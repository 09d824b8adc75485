// preempt.h - preemption: asking a goroutine to yield, or stopping it.
#ifndef RT0_SCHED_PREEMPT_H
#define RT0_SCHED_PREEMPT_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"

bool preemptone(P *pp, PreemptReason why);
bool preemptall(void);
bool canPreemptM(const M *mp);
void preemptPark(G *gp);
bool suspendG(G *gp);
void resumeG(G *gp);
AsyncState *newasyncstate(void);
void freeasyncstate(AsyncState *a);
void asyncPreempt(void); // preempt.S
void asyncResume(void);
void asyncPreempt2(G *gp);
// SIGURG's handler, on gsignal: gp was interrupted at *c.
void doSigPreempt(G *gp, Sigcontext *c);

#endif
