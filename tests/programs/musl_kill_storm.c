// tests/programs/musl_kill_storm.c - with musl: several that send signals to a goroutine at once, while it
// waits, runs, handles and ends: handlers run on it alone, what it waits for ends when that has come, and
// no thread keeps its signals blocked.
// cflags: --musl
// arch: not qemu: the signals that it shows as blocked are the emulator's
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"
#include "../lib/blocked.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { Senders = 3, Rounds = 40, Ends = 60 };

static _Atomic(pthread_t) target;
static _Atomic int handled, strayed;
static _Atomic bool stop;
static int fds[2];
static sem_t sem;

static void handler(int sig)
{
	(void)sig;
	handled++;
	strayed += !pthread_equal(pthread_self(), target);
}

static void *sends(void *sig)
{
	while (!stop)
		equal(pthread_kill(target, (int)(long)sig), 0);
	return NULL;
}

static void begin(pthread_t *t, bool one)
{
	static const int sigs[Senders] = { SIGUSR1, SIGUSR2, 64 };

	stop = false;
	for (int i = 0; i < Senders; i++)
		equal(pthread_create(&t[i], NULL, sends, (void *)(long)sigs[one ? 0 : i]), 0);
}

static void end(pthread_t *t)
{
	stop = true;
	for (int i = 0; i < Senders; i++)
		equal(pthread_join(t[i], NULL), 0);
}

// A handler with SA_RESTART ends none but poll.
static void *gives(void *unused)
{
	for (int i = 0; i < Rounds; i++) {
		equal(write(fds[1], "", 1), 1);
		usleep(50);
		equal(sem_post(&sem), 0);
		usleep(50);
	}
	return unused;
}

static void waits(bool one)
{
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	pthread_t t[Senders], giver;
	int ended = 0;
	char c;

	begin(t, one);
	equal(pthread_create(&giver, NULL, gives, NULL), 0);
	for (int i = 0; i < Rounds; i++) {
		int r = poll(&p, 1, 100000);

		check(r == 1 || (r == -1 && errno == EINTR));
		ended += r < 0;
		equal(read(fds[0], &c, 1), 1);
		equal(sem_wait(&sem), 0);
	}
	equal(pthread_join(giver, NULL), 0);
	end(t);
	check(handled > 0);
	equal(strayed, 0);
	while (threads_blocking(ANY_SIGNAL)) // one that ends has, for a moment
		usleep(1000);
}

static void loops(void *unused)
{
	int was = handled;

	(void)unused;
	while (handled < was + 10)
		;
}

static void computes(void)
{
	pthread_t t[Senders];

	begin(t, false);
	loops(NULL);
	rt_cgocall(loops, NULL);
	end(t);
	equal(strayed, 0);
}

// ---- those that end -----------------------------------------------------------------

static void *ends(void *arg)
{
	return arg;
}

static void ending(void)
{
	pthread_t t[Senders], one;

	target = pthread_self();
	begin(t, false);
	for (int i = 0; i < Ends; i++) {
		equal(pthread_create(&one, NULL, ends, &t), 0);
		target = one;
		sched_yield();
		target = pthread_self();
		equal(pthread_join(one, NULL), 0);
	}
	end(t);
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	equal(pipe(fds), 0);
	equal(sem_init(&sem, 0, 0), 0);
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	equal(sigaction(SIGUSR2, &sa, NULL), 0);
	equal(sigaction(64, &sa, NULL), 0);
	target = pthread_self();
	waits(false);
	waits(true);
	computes();
	ending();
	puts("stormed");
	return 0;
}
