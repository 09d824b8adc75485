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

// The signals that are told of, each behind its number.
static const char names[] =
	"\3" "SIGQUIT: quit\0"
	"\4" "SIGILL: illegal instruction\0"
	"\5" "SIGTRAP: trace trap\0"
	"\6" "SIGABRT: abort\0"
	"\7" "SIGBUS: bus error\0"
	"\10" "SIGFPE: floating-point exception\0"
	"\13" "SIGSEGV: segmentation violation\0"
	"\20" "SIGSTKFLT: stack fault\0"
	"\37" "SIGSYS: bad system call\0"
	"\0" "signal";

const char *signame(uint32_t sig)
{
	const char *p = names;

	while (*p && (uint32_t)*p != sig)
		p += strlength(p) + 1;
	return p + 1;
}

void printsignal(uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc)
{
	print("[signal %s code=0x%x addr=0x%lx pc=0x%lx]\n", signame(sig), code, addr, pc);
}
