// tests/programs/musl_kill_slept.c - with musl: a signal that pthread_kill sends to the main goroutine ends
// its system call, also where its sleep before that was over as soon as it began.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/rounds.h"
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { Rounds = 10000, Longest = 3000 };

static pthread_t target;
static _Atomic bool waits, over;

static void handler(int sig)
{
	(void)sig;
}

// One may come before the call begins.
static void *sends(void *unused)
{
	while (!over) {
		if (waits)
			equal(pthread_kill(target, SIGUSR1), 0);
		usleep(20);
	}
	return unused;
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler };
	int n = (int)rounds(Rounds);
	sigset_t none;
	pthread_t t;

	sigemptyset(&none);
	target = pthread_self();
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	equal(pthread_create(&t, NULL, sends, NULL), 0);
	for (int i = 0; i < n; i++) {
		nanosleep(&(struct timespec){ 0, 1 + i % Longest }, NULL);
		waits = true;
		equal(sigsuspend(&none), -1);
		waits = false;
		equal(errno, EINTR);
	}
	over = true;
	equal(pthread_join(t, NULL), 0);
	return 0;
}
