// tests/programs/musl_kill_child.c - with musl: in a forked child pthread_kill finds no other
// goroutine than its own, and sends nothing to the threads of its parent.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// stdout: ok
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled;
static bool stop;

static void count(int sig)
{
	(void)sig;
	handled++;
}

static void *spin(void *unused)
{
	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
		rt_gosched();
	return unused;
}

int rt_main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = count };
	pthread_t other;
	int status, pid;

	(void)argc, (void)argv;
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	equal(pthread_create(&other, NULL, spin, NULL), 0);
	pid = fork();
	if (pid == 0) {
		int before = handled;

		if (pthread_kill(other, SIGUSR1) != ESRCH)
			_exit(1);
		_exit(pthread_kill(pthread_self(), SIGUSR1) == 0 && handled == before + 1 ? 0 : 2);
	}
	check(pid > 0);
	equal(waitpid(pid, &status, 0), pid);
	equal(status, 0);
	equal(handled, 0);
	equal(pthread_kill(other, SIGUSR1), 0);
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	equal(pthread_join(other, NULL), 0);
	puts("ok");
	return 0;
}
