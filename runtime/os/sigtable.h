// sigtable.h - what each signal is called and how it is treated by default.
#ifndef RT0_OS_SIGTABLE_H
#define RT0_OS_SIGTABLE_H

#include "runtime/os/os.h"

// A signal with no flags is left alone.
enum {
	SigNotify = 1 << 0,   // may be asked for by the program
	SigKill = 1 << 1,     // not asked for: exit quietly, by the signal
	SigThrow = 1 << 2,    // not asked for: exit loudly
	SigPanic = 1 << 3,    // if the program's own code caused it: a panic
	SigDefault = 1 << 4,  // not asked for: do not install a handler
	SigUnblock = 1 << 5,  // always unblocked
	SigIgn = 1 << 6,      // ignored by default
};

extern const uint8_t sigflags[NSIG];
const char *signame(uint32_t sig); // "SIGQUIT: quit", for those that end the process loudly
// "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x401000]"
void printsignal(uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc);

// A C library's own signals, 32 to 34, must find every thread of its, and it alone.
#define LibrarySigs ((Sigset)7 << 31)

ALWAYS_INLINE bool librarysig(uint32_t sig)
{
	return iscgo && sig >= 32 && sig <= 34;
}

// Returns whether the program may block it.
ALWAYS_INLINE bool blockableSig(uint32_t sig)
{
	return !(sigflags[sig] & (SigUnblock | SigKill | SigThrow)) && !librarysig(sig);
}

#endif
