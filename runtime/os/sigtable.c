// sigtable.c - what each signal is called and how it is treated by default, as Go's
// sigtab_linux_generic.go has it.
//
// built: unchecked
#include "runtime/os/sigtable.h"

#include "runtime/base/str.h"

const uint8_t sigflags[NSIG] = {
	[SIGHUP] = SigNotify | SigKill,
	[SIGINT] = SigNotify | SigKill,
	[SIGQUIT] = SigNotify | SigThrow,
	[SIGILL] = SigThrow | SigUnblock,
	[SIGTRAP] = SigThrow | SigUnblock,
	[SIGABRT] = SigNotify | SigThrow,
	[SIGBUS] = SigPanic | SigUnblock,
	[SIGFPE] = SigPanic | SigUnblock,
	[SIGUSR1] = SigNotify,
	[SIGSEGV] = SigPanic | SigUnblock,
	[SIGUSR2] = SigNotify,
	[SIGPIPE] = SigNotify,
	[SIGALRM] = SigNotify,
	[SIGTERM] = SigNotify | SigKill,
	[16] = SigThrow | SigUnblock,
	[SIGCHLD] = SigNotify | SigUnblock | SigIgn,
	[18] = SigNotify | SigDefault | SigIgn,
	[20] = SigNotify | SigDefault | SigIgn,
	[21] = SigNotify | SigDefault | SigIgn,
	[22] = SigNotify | SigDefault | SigIgn,
	[SIGURG] = SigNotify | SigIgn | SigUnblock, // preemption, rt_syscall_all
	[24] = SigNotify,
	[25] = SigNotify,
	[26] = SigNotify,
	[SIGPROF] = SigNotify | SigUnblock,
	[28] = SigNotify | SigIgn,
	[29] = SigNotify,
	[30] = SigNotify,
	[31] = SigThrow,
	// Used by C libraries for thread cancellation and set*id: unblocked, never handled.
	[32] = SigUnblock,
	[33] = SigUnblock,
	[34 ... 64] = SigNotify,
};

// The signals that end the process loudly.
static const struct {
	uint8_t sig;
	char name[33];
} names[] = {
	{ SIGQUIT, "SIGQUIT: quit" },
	{ SIGILL, "SIGILL: illegal instruction" },
	{ SIGTRAP, "SIGTRAP: trace trap" },
	{ SIGABRT, "SIGABRT: abort" },
	{ SIGBUS, "SIGBUS: bus error" },
	{ SIGFPE, "SIGFPE: floating-point exception" },
	{ SIGSEGV, "SIGSEGV: segmentation violation" },
	{ 16, "SIGSTKFLT: stack fault" },
	{ 31, "SIGSYS: bad system call" },
};

const char *signame(uint32_t sig)
{
	for (uint32_t i = 0; i < nelem(names); i++) {
		if (names[i].sig == sig)
			return names[i].name;
	}
	return "signal";
}

void printsignal(uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc)
{
	print("[signal %s code=0x%x addr=0x%lx pc=0x%lx]\n", signame(sig), code, addr, pc);
}
