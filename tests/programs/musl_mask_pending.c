// tests/programs/musl_mask_pending.c - with musl: no signal that is blocked is lost or handled, whatever
// thread of the kernel's it has come to, and whatever goroutines begin and end meanwhile.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Threads = 8, Many = 200, Rounds = 300 };

static volatile sig_atomic_t ran;

static void handler(int sig)
{
	(void)sig;
	ran++;
}

static sigset_t setof(int sig)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, sig);
	return s;
}

static void blockmore(int sig)
{
	sigset_t s = setof(sig);

	equal(pthread_sigmask(SIG_BLOCK, &s, NULL), 0);
}

static void unblock(int sig)
{
	sigset_t s = setof(sig);

	equal(pthread_sigmask(SIG_UNBLOCK, &s, NULL), 0);
}

static bool blocked(int sig)
{
	sigset_t s;

	equal(pthread_sigmask(SIG_BLOCK, NULL, &s), 0);
	return sigismember(&s, sig);
}

// Takes one that is pending, and waits for it if it is still on its way.
static bool taken(int sig)
{
	struct timespec limit = { 20, 0 };
	sigset_t s = setof(sig);

	return sigtimedwait(&s, NULL, &limit) == sig;
}

static bool taken_now(int sig)
{
	struct timespec none = { 0, 0 };
	sigset_t s = setof(sig);

	return sigtimedwait(&s, NULL, &none) == sig;
}

static void *ends(void *unused)
{
	return unused;
}

static void makethread(void *(*fn)(void *))
{
	pthread_t t;

	equal(pthread_create(&t, NULL, fn, NULL), 0);
	equal(pthread_join(t, NULL), 0);
}

static void makethreads(int n)
{
	pthread_t t[Many];

	for (int i = 0; i < n; i++)
		equal(pthread_create(&t[i], NULL, ends, NULL), 0);
	for (int i = 0; i < n; i++)
		equal(pthread_join(t[i], NULL), 0);
}

// ---- two that change their masks while others end -----------------------------------

// Each has one of the signals blocked now and then, and never the other's.
static void *changes(void *arg)
{
	int mine = arg ? SIGUSR1 : SIGUSR2, others = arg ? SIGUSR2 : SIGUSR1;

	for (int i = 0; i < Rounds / 10; i++) {
		makethreads(Many);
		blockmore(mine);
		check(blocked(mine) && !blocked(others));
		makethreads(Many);
		check(blocked(mine) && !blocked(others));
		unblock(mine);
		check(!blocked(mine) && !blocked(others));
	}
	return NULL;
}

static void two(void)
{
	pthread_t t;

	for (int i = 0; i < 3; i++) {
		equal(pthread_create(&t, NULL, changes, &t), 0);
		changes(NULL);
		equal(pthread_join(t, NULL), 0);
	}
}

// ---- one that blocks what another process sends -------------------------------------

// Sends a signal for each byte.
static void sends(int fd, pid_t to)
{
	char c;

	while (read(fd, &c, 1) == 1)
		kill(to, SIGUSR1);
	_exit(0);
}

static void races(void)
{
	int p[2], seen = 0;
	pid_t parent = getpid(), child;

	equal(pipe(p), 0);
	child = fork();
	if (child == 0) {
		close(p[1]);
		sends(p[0], parent);
	}
	close(p[0]);
	makethreads(Threads); // and so idle threads
	for (int i = 0; i < 4 * Rounds; i++) {
		ran = 0;
		equal(write(p[1], "", 1), 1);
		for (volatile int n = 0; n < i % 64 * 256; n++)
			;
		blockmore(SIGUSR1);
		seen += ran;
		usleep(1); // it may continue on another thread
		if (!ran)
			check(taken(SIGUSR1));
		check(!taken_now(SIGUSR1));
		unblock(SIGUSR1);
		check(ran <= 1);
	}
	close(p[1]);
	equal(waitpid(child, NULL, 0), child);
	printf("%d of %d were handled\n", seen, 4 * Rounds);
}

// ---- one that ends with a signal pending --------------------------------------------

static void *endswith(void *unused)
{
	blockmore(SIGUSR2);
	raise(SIGUSR2); // its default action would end the process
	return unused;
}

static void ending(void)
{
	for (int i = 0; i < Rounds; i++) {
		makethread(endswith);
		blockmore(SIGTERM);
		check(!taken_now(SIGUSR2));
		unblock(SIGTERM);
	}
}

// ---- those that move ----------------------------------------------------------------

// All have SIGRTMIN blocked.
static void *sendsself(void *arg)
{
	for (int i = 0; i < Rounds / 10; i++) {
		equal(pthread_kill(pthread_self(), SIGRTMIN), 0);
		usleep(10);
		sched_yield();
		check(taken_now(SIGRTMIN));
		sched_yield();
	}
	return arg;
}

static void moving(void)
{
	pthread_t t[Threads];

	blockmore(SIGRTMIN);
	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, sendsself, NULL), 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
	check(!taken_now(SIGRTMIN));
}

static _Atomic bool sent;
static _Atomic int found;

static void *looks(void *arg)
{
	while (!sent) {
		usleep(10);
		sched_yield();
	}
	while (taken_now(SIGRTMIN))
		found++;
	return arg;
}

// What goes to those that have the process's mask is there for all of them.
static void others(void)
{
	pthread_t t[Threads];

	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, looks, NULL), 0);
	for (int i = 0; i < Rounds; i++)
		equal(pthread_kill(t[i % Threads], SIGRTMIN), 0);
	sent = true;
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
	equal(found, Rounds);
	unblock(SIGRTMIN);
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler };

	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	two();
	races();
	ending();
	moving();
	others();
	return 0;
}
