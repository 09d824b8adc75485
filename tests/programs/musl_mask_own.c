// tests/programs/musl_mask_own.c - with musl: each goroutine has a signal mask of its own, on whatever
// thread of the kernel's it continues. Threads inherit it; siglongjmp restores it; SIGURG is in none.
// cflags: --musl
// arch: not qemu: the signals that it shows as blocked are the emulator's
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <threads.h>
#include <unistd.h>

enum { Goroutines = 100, Rounds = 8 };

static sigset_t setof(int sig)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, sig);
	return s;
}

static bool blocked(int sig)
{
	sigset_t s;

	sigfillset(&s);
	equal(pthread_sigmask(SIG_BLOCK, NULL, &s), 0);
	check(!sigismember(&s, SIGURG));
	return sigismember(&s, sig);
}

// ---- a hundred ----------------------------------------------------------------------

static int signalof(int i)
{
	return SIGRTMIN + i % (SIGRTMAX - SIGRTMIN + 1);
}

static void isalone(int sig)
{
	for (int s = SIGRTMIN; s <= SIGRTMAX; s++)
		equal(blocked(s), s == sig);
}

static void *inherits(void *arg)
{
	isalone((int)(long)arg);
	return NULL;
}

static int inherits11(void *arg)
{
	isalone((int)(long)arg);
	return 0;
}

static void *hasmask(void *arg)
{
	int sig = signalof((int)(long)arg);
	sigset_t set = setof(sig), none, old;
	pthread_t t;
	thrd_t t11;

	sigemptyset(&none);
	for (int i = 0; i < Rounds; i++) {
		equal(pthread_sigmask(SIG_BLOCK, &set, &old), 0);
		check(!sigismember(&old, sig));
		if (i % 4 == 0)
			usleep(100);
		else
			sched_yield();
		isalone(sig);
		equal(pthread_create(&t, NULL, inherits, (void *)(long)sig), 0);
		equal(pthread_join(t, NULL), 0);
		equal(pthread_sigmask(SIG_SETMASK, &none, NULL), 0);
		sched_yield();
		isalone(0);
	}
	if ((long)arg % 2) // it ends with its mask
		equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	if ((long)arg % 4 == 3) {
		equal(thrd_create(&t11, inherits11, (void *)(long)sig), thrd_success);
		equal(thrd_join(t11, NULL), thrd_success);
		raise(sig); // it is lost with the goroutine
	}
	return NULL;
}

static void hundred(void)
{
	pthread_t t[Goroutines];

	for (int i = 0; i < Goroutines; i++)
		equal(pthread_create(&t[i], NULL, hasmask, (void *)(long)i), 0);
	for (int i = 0; i < Goroutines; i++)
		equal(pthread_join(t[i], NULL), 0);
	for (int i = 0; i < Goroutines; i++) {
		equal(pthread_create(&t[i], NULL, inherits, NULL), 0);
		sched_yield();
	}
	for (int i = 0; i < Goroutines; i++)
		equal(pthread_join(t[i], NULL), 0);
	isalone(0);
}

// ---- pending ------------------------------------------------------------------------

static __thread int caught;

static void handler(int sig)
{
	caught = sig;
}

// What a goroutine sends to itself waits for it.
static void *sendsself(void *arg)
{
	sigset_t set = setof(SIGUSR1), p;
	int sig;

	for (int i = 0; i < Rounds; i++) {
		equal(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
		equal(raise(SIGUSR1), 0);
		sched_yield();
		equal(caught, 0);
		sigpending(&p);
		check(sigismember(&p, SIGUSR1));
		if (i % 2) {
			equal(sigwait(&set, &sig), 0);
			equal(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
			equal(caught, 0);
		} else {
			equal(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
			equal(caught, SIGUSR1);
			caught = 0;
		}
	}
	return arg;
}

static void selves(void)
{
	struct sigaction sa = { .sa_handler = handler };
	pthread_t t[Goroutines];

	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	for (int i = 0; i < Goroutines; i++)
		equal(pthread_create(&t[i], NULL, sendsself, NULL), 0);
	for (int i = 0; i < Goroutines; i++)
		equal(pthread_join(t[i], NULL), 0);
}

// ---- jumps --------------------------------------------------------------------------

static __thread sigjmp_buf place;

static void jumps(int sig)
{
	check(blocked(sig));
	siglongjmp(place, 1);
}

static void *leaves(void *arg)
{
	sigset_t set = setof(SIGTERM), none;
	sigjmp_buf here;

	sigemptyset(&none);
	for (volatile int i = 0; i < Rounds; i++) {
		if (sigsetjmp(place, 1) == 0) {
			raise(SIGUSR2);
			check(!"returned");
		}
		check(!blocked(SIGUSR2));
		if (sigsetjmp(here, 1) == 0) {
			equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
			sched_yield();
			check(blocked(SIGTERM));
			siglongjmp(here, 1);
		}
		check(!blocked(SIGTERM));
		sched_yield();
		equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
		if (sigsetjmp(here, 1) == 0) {
			equal(sigprocmask(SIG_SETMASK, &none, NULL), 0);
			sched_yield();
			check(!blocked(SIGTERM));
			siglongjmp(here, 1);
		}
		sched_yield();
		check(blocked(SIGTERM));
		if (sigsetjmp(here, 0) == 0) {
			equal(sigprocmask(SIG_SETMASK, &none, NULL), 0);
			siglongjmp(here, 1);
		}
		check(!blocked(SIGTERM));
	}
	return arg;
}

static void jumping(void)
{
	struct sigaction sa = { .sa_handler = jumps };
	pthread_t t[Goroutines];

	equal(sigaction(SIGUSR2, &sa, NULL), 0);
	leaves(NULL);
	for (int i = 0; i < Goroutines; i++)
		equal(pthread_create(&t[i], NULL, leaves, NULL), 0);
	leaves(NULL);
	for (int i = 0; i < Goroutines; i++)
		equal(pthread_join(t[i], NULL), 0);
	leaves(NULL);
}

// ---- handlers -----------------------------------------------------------------------

static int phase, deep, calls, flags;

static void nested(int sig, siginfo_t *info, void *context)
{
	sigset_t set = setof(SIGHUP);

	check(context != NULL);
	equal(info->si_signo, sig);
	equal(blocked(SIGUSR1), !(flags & SA_NODEFER));
	check(blocked(SIGINT)); // in sa_mask
	phase++;
	deep = phase > deep ? phase : deep;
	if (++calls == 1)
		raise(sig); // comes at once, or after this
	equal(sigprocmask(SIG_BLOCK, &set, NULL), 0); // until the handler returns
	check(blocked(SIGHUP));
	phase--;
}

static void *handlers(void *arg)
{
	static const int all[] = { SA_SIGINFO, SA_SIGINFO | SA_NODEFER, SA_SIGINFO | SA_RESETHAND };

	for (int i = 0; i < 3; i++) {
		struct sigaction sa = { .sa_sigaction = nested, .sa_flags = flags = all[i] }, now;

		sigaddset(&sa.sa_mask, SIGINT);
		sigaddset(&sa.sa_mask, SIGURG);
		equal(sigaction(SIGUSR1, &sa, NULL), 0);
		equal(sigaction(SIGUSR1, NULL, &now), 0);
		check(sigismember(&now.sa_mask, SIGINT) && !sigismember(&now.sa_mask, SIGURG));
		deep = 0;
		calls = (flags & SA_RESETHAND) != 0; // a second one would end the process
		raise(SIGUSR1);
		equal(deep, flags & SA_NODEFER ? 2 : 1);
		equal(calls, 2);
		check(!blocked(SIGHUP) && !blocked(SIGINT) && !blocked(SIGUSR1));
		phase = 0;
		equal(sigaction(SIGUSR1, NULL, &now), 0);
		equal(now.sa_handler == SIG_DFL, (flags & SA_RESETHAND) != 0);
	}
	return arg;
}

// ---- SIGURG -------------------------------------------------------------------------

static _Atomic bool stop;

// Its goroutine must be stopped for those of others to run.
static void *spins(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	equal(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
	check(blocked(SIGTERM));
	while (!stop)
		;
	return arg;
}

static void urgent(void)
{
	struct timespec soon = { 0, 1000000 };
	sigset_t all, mine;
	pthread_t t[4];

	sigfillset(&all);
	for (int i = 0; i < 4; i++)
		equal(pthread_create(&t[i], NULL, spins, NULL), 0);
	for (int i = 0; i < 10; i++) {
		sched_yield();
		equal(ppoll(NULL, 0, &soon, &all), 0);
		equal(pselect(0, NULL, NULL, NULL, &soon, &all), 0);
	}
	stop = true;
	for (int i = 0; i < 4; i++)
		equal(pthread_join(t[i], NULL), 0);
	equal(sigprocmask(SIG_SETMASK, &all, NULL), 0);
	check(!blocked(SIGURG) && blocked(SIGTERM));
	sigemptyset(&mine);
	equal(sigprocmask(SIG_SETMASK, &mine, NULL), 0);
	equal(sigprocmask(17, &mine, NULL), -1);
	equal(errno, EINVAL);
}

int main(void)
{
	pthread_t t;

	hundred();
	selves();
	jumping();
	handlers(NULL);
	equal(pthread_create(&t, NULL, handlers, NULL), 0);
	equal(pthread_join(t, NULL), 0);
	urgent();
	return 0;
}
