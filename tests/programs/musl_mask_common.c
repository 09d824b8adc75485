// tests/programs/musl_mask_common.c - with musl: while there is one goroutine, its signal mask is the
// process's, on all threads of the kernel's; goroutines made later inherit it, and a dedicated one
// waits for what all of them block.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// repeat: 3
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Threads = 8, Rounds = 200 };

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

static void *ends(void *unused)
{
	return unused;
}

static void *sleeps(void *unused)
{
	usleep(1000);
	return unused;
}

// Leaves threads of the kernel's without a goroutine.
static void makeidle(void *(*fn)(void *))
{
	pthread_t t[Threads];

	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, fn, NULL), 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
}

static bool pending(int sig)
{
	sigset_t s;

	equal(sigpending(&s), 0);
	return sigismember(&s, sig);
}

// SIGUSR1's default action would end the process.
static void waits(void)
{
	sigset_t usr1 = setof(SIGUSR1), usr2 = setof(SIGUSR2), old;
	struct timespec none = { 0, 0 };
	siginfo_t info;
	int sig;

	equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	kill(getpid(), SIGUSR1);
	check(pending(SIGUSR1));
	equal(sigwait(&usr1, &sig), 0);
	equal(sig, SIGUSR1);
	check(!pending(SIGUSR1));
	equal(sigtimedwait(&usr1, &info, &none), -1);
	equal(errno, EAGAIN);
	equal(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 5 }), 0);
	equal(sigwaitinfo(&usr1, &info), SIGUSR1);
	equal(info.si_value.sival_int, 5);
	raise(SIGUSR1);
	check(pending(SIGUSR1));
	equal(sigtimedwait(&usr1, &info, &none), SIGUSR1);
	equal(sigprocmask(SIG_BLOCK, &usr2, &old), 0);
	check(sigismember(&old, SIGUSR1) && !sigismember(&old, SIGUSR2));
	equal(sigprocmask(SIG_UNBLOCK, &usr2, NULL), 0);
	equal(sigprocmask(SIG_UNBLOCK, &usr1, NULL), 0);
}

// Handlers run only in sigsuspend.
static void suspends(void)
{
	struct sigaction sa = { .sa_handler = handler }, was;
	sigset_t usr1 = setof(SIGUSR1), old;

	equal(sigaction(SIGUSR1, &sa, &was), 0);
	for (int i = 0; i < Rounds; i++) {
		ran = 0;
		equal(sigprocmask(SIG_BLOCK, &usr1, &old), 0);
		kill(getpid(), SIGUSR1);
		if (i % 10 == 0)
			usleep(100);
		equal(ran, 0);
		equal(sigsuspend(&old), -1);
		equal(errno, EINTR);
		equal(ran, 1);
		kill(getpid(), SIGUSR1);
		equal(ran, 1);
		equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
		equal(ran, 2);
	}
	equal(sigaction(SIGUSR1, &was, NULL), 0);
}

static void reads(void)
{
	sigset_t usr1 = setof(SIGUSR1);
	struct signalfd_siginfo info;
	int fd;

	equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	fd = signalfd(-1, &usr1, 0);
	check(fd >= 0);
	kill(getpid(), SIGUSR1);
	equal(read(fd, &info, sizeof info), sizeof info);
	equal(info.ssi_signo, SIGUSR1);
	close(fd);
	equal(sigprocmask(SIG_UNBLOCK, &usr1, NULL), 0);
}

// ---- several goroutines -------------------------------------------------------------

static int got;

static void *waiter(void *set)
{
	int sig;

	for (int i = 0; i < Rounds; i++) {
		equal(sigwait(set, &sig), 0);
		equal(sig, SIGUSR1);
		__atomic_add_fetch(&got, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void *works(void *unused)
{
	while (__atomic_load_n(&got, __ATOMIC_SEQ_CST) < Rounds)
		usleep(10);
	return unused;
}

static void dedicated(void)
{
	sigset_t usr1 = setof(SIGUSR1);
	pthread_t t[Threads], w;

	equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	equal(pthread_create(&w, NULL, waiter, &usr1), 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, works, NULL), 0);
	for (int i = 0; i < Rounds; i++) {
		kill(getpid(), SIGUSR1);
		while (__atomic_load_n(&got, __ATOMIC_SEQ_CST) <= i)
			usleep(10);
	}
	for (int i = 0; i < Threads; i++)
		pthread_join(t[i], NULL);
	pthread_join(w, NULL);
	equal(sigprocmask(SIG_UNBLOCK, &usr1, NULL), 0);
}

static void child(void)
{
	int status;
	pid_t pid;
	sigset_t usr1 = setof(SIGUSR1), old;

	equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_BLOCK, NULL, &old);
		kill(getpid(), SIGUSR1);
		if (!sigismember(&old, SIGUSR1) || sigismember(&old, SIGURG))
			_exit(1);
		sigprocmask(SIG_UNBLOCK, &usr1, NULL); // which ends it
		_exit(2);
	}
	equal(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status));
	equal(WTERMSIG(status), SIGUSR1);
	equal(sigprocmask(SIG_UNBLOCK, &usr1, NULL), 0);
}

int main(void)
{
	waits();
	suspends();
	reads();
	makeidle(ends);
	makeidle(sleeps);
	waits();
	suspends();
	reads();
	dedicated();
	waits();
	child();
	equal(system("exit 3"), 3 << 8);
	waits();
	puts("masked");
	return 0;
}
