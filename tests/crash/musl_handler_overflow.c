// tests/crash/musl_handler_overflow.c - with musl, a signal handler of the program's that uses up
// the signal stack: the report says so, and has the handler and the goroutine.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// matrix: HOW=deep,large
// stderr~: \Aruntime: stack of signal handlers exceeds [0-9]+-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\nruntime stack:\n(deep|large)\(\.\.\.\)\n(.*\n)*handler\(\.\.\.\)\n(.*\n)*\ngoroutine 1 \[running, locked to thread\]:\nsend\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
// compilers: gcc
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/raw.h"
#include "../lib/test.h"

#include <signal.h>
#include <unistd.h>

static volatile int kept;

static __attribute__((noinline)) void deep(int n)
{
	volatile char frame[200];

	frame[0] = (char)n;
	deep(n + 1);
	kept = frame[0];
}

static __attribute__((noinline)) void large(void)
{
	volatile char frame[1 << 20];

	frame[0] = 1;
	kept = frame[0];
}

static void handler(int sig)
{
	if (rt_getenv("HOW")[0] == 'd')
		deep(sig);
	large();
	kept = sig;
}

// Not by raise, which keeps no frame.
static __attribute__((noinline)) void send(void)
{
	rt_lock_os_thread();
	RAW_CALL3(SYS_tgkill, getpid(), gettid(), SIGUSR1);
	kept = 3;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	signal(SIGUSR1, handler);
	send();
	return 0;
}
