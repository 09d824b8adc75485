// tests/programs/musl_jump.c - with musl: siglongjmp out of a handler that has interrupted a call
// which waits, the way to it and back, or a prologue.
// cflags: --musl
// arch: not qemu: while it handles a signal the next one goes to another thread
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Times = 100, Microseconds = 200 };

static sigjmp_buf place;
static volatile sig_atomic_t armed, early;
static int fd[2];
static pid_t child;
static sem_t never;

// It comes again and again: some come too early, and find the jump not wanted yet.
static void jump(int sig)
{
	if (!armed) {
		early++;
		return;
	}
	armed = 0;
	siglongjmp(place, sig);
}

static void every(int us)
{
	struct itimerval t = { { 0, us }, { 0, us } };

	equal(setitimer(ITIMER_REAL, &t, NULL), 0);
}

// ---- what waits ---------------------------------------------------------------------

static void by_read(void)
{
	char c;

	read(fd[0], &c, 1);
}

static void by_poll(void)
{
	struct pollfd p = { .fd = fd[0], .events = POLLIN };

	poll(&p, 1, -1);
}

static void by_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd[0], &set);
	select(fd[0] + 1, &set, NULL, NULL, NULL);
}

static void by_pause(void)
{
	pause();
}

static void by_sigsuspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigsuspend(&none);
}

static void by_nanosleep(void)
{
	nanosleep(&(struct timespec){ 1000, 0 }, NULL);
}

static void by_waitpid(void)
{
	waitpid(child, NULL, 0);
}

static void by_wait(void)
{
	wait(NULL);
}

static void by_sem_wait(void)
{
	sem_wait(&never);
}

static void by_system_call(void)
{
	syscall(SYS_read, fd[0], &(char){ 0 }, 1);
}

static __attribute__((noinline)) int step(int x)
{
	volatile char room[100];

	room[x & 63] = (char)x;
	return room[x & 63] + 1;
}

// Much stack, so that it comes to the segment and back.
static __attribute__((noinline)) int deep(int x)
{
	volatile char room[100000];

	room[x & 63] = (char)x;
	return step(room[x & 63]);
}

static void by_nothing(void)
{
	for (int x = 0;; x = deep(x))
		;
}

static void by_short_calls(void)
{
	struct pollfd p = { .fd = fd[0], .events = POLLIN };
	char c;

	for (;;) {
		poll(&p, 1, 0);
		recv(fd[0], &c, 1, 0);
		fcntl(fd[0], F_GETFL);
	}
}

static void by_copies(void)
{
	static char from[100], to[100];

	for (volatile size_t n = 0;; n = (n + 1) % sizeof from) {
		memcpy(to, from, n);
		strcspn(from, "abc"); // the library's, which calls memset
	}
}

// ---- the jumps ----------------------------------------------------------------------

static bool blocked(void)
{
	sigset_t set;

	sigprocmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, SIGALRM);
}

// A function of its own, so that nothing lives in registers across the jump.
static __attribute__((noinline)) void once(void (*waits)(void))
{
	if (sigsetjmp(place, 1) == 0) {
		armed = 1;
		waits();
		// One with SA_RESTART that came before armed was set may have ended pause.
		while (armed)
			waits();
		failed(__FILE__, __LINE__, "the call returned");
	}
	check(!blocked());
}

static void many(void (*waits)(void), int flags)
{
	struct sigaction sa = { .sa_handler = jump, .sa_flags = flags };

	equal(sigaction(SIGALRM, &sa, NULL), 0);
	every(Microseconds);
	for (volatile int i = 0; i < Times; i++)
		once(waits);
	every(0);
}

static void both(void (*waits)(void))
{
	many(waits, 0);
	many(waits, SA_RESTART);
}

int main(void)
{
	equal(pipe(fd), 0);
	equal(sem_init(&never, 0, 0), 0);
	child = fork();
	if (child == 0) {
		close(fd[1]);
		read(fd[0], &(char){ 0 }, 1); // until the parent has ended
		_exit(0);
	}
	both(by_read);
	both(by_poll);
	both(by_select);
	both(by_pause);
	both(by_sigsuspend);
	both(by_nanosleep);
	both(by_waitpid);
	both(by_wait);
	both(by_sem_wait);
	both(by_system_call);
	both(by_nothing);
	both(by_short_calls);
	both(by_copies);
	return 0;
}
