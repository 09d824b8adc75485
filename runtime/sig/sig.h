// sig.h - signals of the process: handlers and what they do.
#ifndef RT0_SIG_SIG_H
#define RT0_SIG_SIG_H

#include "runtime/os/os.h"

// Whether initsig has run; what was installed before it.
extern uint32_t signalsOK;
extern uintptr_t fwdSig[];
extern uint32_t handlingSig[];
// The signals that the program has asked for, and the function that delivers them: set before
// the first is asked for, NULL in a program that asks for none.
extern Sigset sigwanted;
extern bool (*sigsendp)(uint32_t sig);
// Called in SIGURG's handler on mp: makes the system call that rt_syscall_all asks of it. NULL in
// a program that has never called that.
extern void (*runPerThreadSyscallp)(M *mp);

ALWAYS_INLINE Sigset sigbit(uint32_t sig)
{
	return (Sigset)1 << (sig - 1);
}

// There in a program that begins in main, not in rt_main (boot/cmain.c).
extern const char __rt0_cmain WEAK;

// ---- sig.c --------------------------------------------------------------------------

void initsig(void);
// Both: false when sig is one that an emulator may keep for itself, and it does.
bool setsig(uint32_t sig, void *fn);
// Installs the handler because the program asks for sig; puts back what was there before.
bool sigenable(uint32_t sig);
void sigdisable(uint32_t sig);
void sigtramp(int32_t sig, Siginfo *info, void *ctx);
void sigreturn(void);
void sigpanic0(void); // signal.S
// A write to a broken pipe at descriptor 1 or 2: ends the process, unless SIGPIPE was
// ignored at its start or the program has asked for it.
void sigpipe(void);
void sigtrampgo(uint32_t sig, Siginfo *info, Ucontext *ctx);
// Was the fault in touchread or touchwrite? Then they continue, and return false.
bool touched(uint32_t sig, const Siginfo *info, Sigcontext *c);

// ---- handler.c: the program's own, for cgo/ -----------------------------------------

typedef void SignalHandler(int32_t sig, Siginfo *info, void *ctx);

// On the signal stack, with the interrupted G still in force: calls fn.
void __rt0_callhandler(SignalHandler *fn, int32_t sig, Siginfo *info, Ucontext *ctx);
// Switches back to the G that was interrupted when h began.
void leavehandler(const Handling *h, M *mp);
G *interrupted(const G *gsignal, const Ucontext *ctx);

#endif
