// fuzz.c - the rt_main of a program that has LLVMFuzzerTestOneInput instead: hosted/fuzz.ld.
//
// The driver, libFuzzer's or AFL++'s, runs on the main goroutine, and calls the target there. It
// stays on the process's first thread, since libFuzzer asks whether an alarm comes on the
// thread that it has started on. The signals that it handles are not the runtime's.
//
// AFL++ forks in main, before the runtime has made threads (glibc.c).
#include <signal.h>
#include <stdlib.h>

#include "hosted/sanitizer.h"
#include "include/rt.h"
#include "runtime/base/hosted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) IFTHERE;
IFTHERE int LLVMFuzzerRunDriver(int *argc, char ***argv,
                                int (*target)(const uint8_t *data, size_t n));
int __rt0_fuzzmain(int argc, char **argv);

int __rt0_fuzzmain(int argc, char **argv)
{
	static const int drivers[] = {
		SIGALRM, SIGINT, SIGTERM, SIGABRT, SIGXFSZ, SIGUSR1, SIGUSR2
	};

	rt_lock_os_thread();
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
		signal(drivers[i], SIG_DFL);
	return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
}

bool isfuzzed(void)
{
	return LLVMFuzzerRunDriver;
}

// Fuzzers keep the input of a process that dies by a signal.
void __rt0_dying(void)
{
	if (isfuzzed())
		abort();
}
