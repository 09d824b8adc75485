// switch.h - from one stack to another: what switch.S and boot.S define.
#ifndef RT0_SCHED_SWITCH_H
#define RT0_SCHED_SWITCH_H

#include "runtime/runtime.h"

// LEAVE(f()) does not come back: f ends in another LEAVE, the last one in gogo or mcallexit. gcc
// makes a returned call a jump, so that no call is left open for the processor (switch.S). It
// would call a NORETURN function, and makes no jump in one.
#define LEAVE(call) return call

void gogo(Gobuf *buf);
void mcall(void (*fn)(G *gp));
void mcallexit(void (*fn)(G *gp));
void systemstack_switch(void);
void asmcgocall(void (*fn)(void *), void *arg); // on m->gcgo's stack; from a goroutine
void goexit(void);
void mstart(void);
void asminit(void);

#endif
