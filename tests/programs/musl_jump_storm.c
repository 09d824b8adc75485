// tests/programs/musl_jump_storm.c - with musl: a handler that comes every 50 microseconds leaves
// calls with a signal mask, cancellation points and prologues, wherever it has interrupted them.
// cflags: --musl
// arch: not qemu: while it handles a signal the next one goes to another thread
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 300
#include "../lib/test.h"

#include "../lib/rounds.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

enum { Many = 10000, Fewer = 2000, Microseconds = 50 };

static sigjmp_buf place;
static volatile sig_atomic_t armed;
static sigset_t none;

static void jump(int sig)
{
	if (!armed)
		return;
	armed = 0;
	siglongjmp(place, sig);
}

static void by_sigsuspend(void)
{
	sigsuspend(&none);
}

static void by_pselect(void)
{
	pselect(0, NULL, NULL, NULL, NULL, &none);
}

static void by_testcancel(void)
{
	pthread_testcancel();
}

static void by_raise(void)
{
	raise(SIGUSR1);
	pthread_kill(pthread_self(), SIGUSR1);
}

static void by_sigprocmask(void)
{
	sigset_t old;

	sigprocmask(SIG_BLOCK, &none, &old);
}

static sem_t shared, private;

static void by_semaphore(sem_t *s)
{
	sem_timedwait(s, &(struct timespec){ 0, 0 });
	sem_timedwait(s, &(struct timespec){ 1LL << 30, 0 });
	sem_wait(s);
}

static void by_shared(void)
{
	by_semaphore(&shared);
}

static void by_private(void)
{
	by_semaphore(&private);
}

static void by_close(void)
{
	close(-1);
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

static void by_stack(void)
{
	static int x;

	x = deep(x);
}

// A function of its own, so that nothing lives in registers across the jump.
static __attribute__((noinline)) void once(void (*calls)(void))
{
	if (sigsetjmp(place, 1) == 0) {
		armed = 1;
		while (armed)
			calls();
		failed(__FILE__, __LINE__, "it has not jumped");
	}
}

static void every(int us)
{
	struct itimerval t = { { 0, us }, { 0, us } };

	equal(setitimer(ITIMER_REAL, &t, NULL), 0);
}

static void many(int n, void (*calls)(void))
{
	every(Microseconds * slower());
	for (volatile int i = 0; i < rounds(n); i++)
		once(calls);
	every(0);
}

int main(void)
{
	sigemptyset(&none);
	equal(sem_init(&shared, 1, 0), 0);
	equal(sem_init(&private, 0, 0), 0);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGALRM, jump);
	many(Many, by_sigsuspend);
	many(Many, by_pselect);
	many(Fewer, by_testcancel);
	many(Fewer, by_raise);
	many(Fewer, by_sigprocmask);
	many(Fewer, by_shared);
	many(Fewer, by_private);
	many(Fewer, by_close);
	many(Fewer, by_stack);
	return 0;
}
