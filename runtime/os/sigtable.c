// sigtable.c - what each signal is called and how it is treated by default, as Go's
// sigtab_linux_generic.go has it.
#include "runtime/os/sigtable.h"

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
	[SIGURG] = SigNotify | SigIgn,
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

static const char *const names[] = {
	[0] = "SIGNONE: no trap",
	[SIGHUP] = "SIGHUP: terminal line hangup",
	[SIGINT] = "SIGINT: interrupt",
	[SIGQUIT] = "SIGQUIT: quit",
	[SIGILL] = "SIGILL: illegal instruction",
	[SIGTRAP] = "SIGTRAP: trace trap",
	[SIGABRT] = "SIGABRT: abort",
	[SIGBUS] = "SIGBUS: bus error",
	[SIGFPE] = "SIGFPE: floating-point exception",
	[SIGKILL] = "SIGKILL: kill",
	[SIGUSR1] = "SIGUSR1: user-defined signal 1",
	[SIGSEGV] = "SIGSEGV: segmentation violation",
	[SIGUSR2] = "SIGUSR2: user-defined signal 2",
	[SIGPIPE] = "SIGPIPE: write to broken pipe",
	[SIGALRM] = "SIGALRM: alarm clock",
	[SIGTERM] = "SIGTERM: termination",
	[16] = "SIGSTKFLT: stack fault",
	[SIGCHLD] = "SIGCHLD: child status has changed",
	[18] = "SIGCONT: continue",
	[SIGSTOP] = "SIGSTOP: stop, unblockable",
	[20] = "SIGTSTP: keyboard stop",
	[21] = "SIGTTIN: background read from tty",
	[22] = "SIGTTOU: background write to tty",
	[SIGURG] = "SIGURG: urgent condition on socket",
	[24] = "SIGXCPU: cpu limit exceeded",
	[25] = "SIGXFSZ: file size limit exceeded",
	[26] = "SIGVTALRM: virtual alarm clock",
	[SIGPROF] = "SIGPROF: profiling alarm clock",
	[28] = "SIGWINCH: window size change",
	[29] = "SIGIO: i/o now possible",
	[30] = "SIGPWR: power failure restart",
	[31] = "SIGSYS: bad system call",
};

void printsigname(uint32_t sig)
{
	if (sig < nelem(names))
		print("%s", names[sig]);
	else
		print("signal %u", sig);
}

void printsignal(uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc)
{
	print("[signal ");
	printsigname(sig);
	print(" code=0x%x addr=0x%lx pc=0x%lx]\n", code, addr, pc);
}
