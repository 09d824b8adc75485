// sig.h - signals of the process: handlers and what they do.
#ifndef RT0_SIG_SIG_H
#define RT0_SIG_SIG_H

#include "runtime/os/os.h"

// Whether initsig has run; what was installed before it.
extern uint32_t signalsOK;
extern uintptr_t fwdSig[];
extern uint32_t handlingSig[];

void setsig(uint32_t sig, void *fn);
void sigtramp(int32_t sig, Siginfo *info, void *ctx);
void sigreturn(void);
void sigpanic0(void); // asm/signal.S
// A write to a broken pipe at descriptor 1 or 2: ends the process, unless SIGPIPE was
// ignored at its start.
void sigpipe(void);
void sigtrampgo(uint32_t sig, Siginfo *info, Ucontext *ctx);

#endif
