// tests/programs/musl_overflow.c - with musl: a full stack is a fault for the program's handler of
// SIGSEGV, if that has SA_ONSTACK. It may leave the deepest functions by siglongjmp, time and
// again, or end the process; and what does not overflow runs on as before.
// cflags: --musl
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
// matrix: GOMAXPROCS=1,4
// timeout: 120
#include "../lib/test.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Times = 5, Threads = 4, Status = 7 };

static __thread sigjmp_buf place;
static char stack[1 << 16];

static void leave(int sig)
{
	siglongjmp(place, sig);
}

static void end(int sig)
{
	(void)sig;
	_exit(Status);
}

static void install(void (*fn)(int))
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = SA_ONSTACK };

	equal(sigaction(SIGSEGV, &sa, NULL), 0);
}

// Frames of 48 bytes or so.
static __attribute__((noinline)) long small(long n)
{
	volatile long kept = n;

	return n == 0 ? 0 : small(n - 1) + kept - n + 1;
}

static __attribute__((noinline)) long large(long n)
{
	volatile char frame[40000];

	frame[0] = frame[sizeof frame - 1] = 1;
	return n == 0 ? 0 : large(n - 1) + frame[0];
}

// Blocks on the segment, below the frames.
static __attribute__((noinline)) long blocks(long n)
{
	volatile char *block = __builtin_alloca(10000 + (size_t)(n & 1));

	block[0] = 1;
	return n == 0 ? 0 : blocks(n - 1) + block[0];
}

static void overflow(long (*fn)(long))
{
	int sig = sigsetjmp(place, 1);

	if (sig == 0)
		fn(1L << 40);
	equal(sig, SIGSEGV);
	equal(small(10000), 10000);
	equal(large(100), 100);
	equal(blocks(100), 100);
}

static void *overflows(void *unused)
{
	for (int i = 0; i < Times; i++) {
		overflow(small);
		overflow(large);
		overflow(blocks);
	}
	return unused;
}

int main(void)
{
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof stack };
	pthread_t t[Threads];
	int status;
	pid_t pid;

	equal(sigaltstack(&ss, NULL), 0);
	install(leave);
	overflows(NULL);
	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, overflows, NULL), 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
	install(end);
	pid = fork();
	if (pid == 0)
		small(1L << 40);
	equal(waitpid(pid, &status, 0), pid);
	equal(WEXITSTATUS(status), Status);
	return 0;
}
