// tests/programs/musl_handler_alone.c - with musl: the program's only goroutine does not run while a
// handler does on another thread, wherever it has been preempted or waits for a semaphore.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { Handlers = 5000, Looks = 3000, MostTimers = 8, Nanoseconds = 50000 };

static volatile sig_atomic_t handlers, overlaps;
static volatile unsigned progress; // the goroutine's
static sem_t posted;

static void look(int sig)
{
	unsigned before = progress;

	(void)sig;
	sem_post(&posted);
	for (int i = 0; i < Looks; i++) {
		if (progress != before) {
			overlaps++;
			break;
		}
	}
	handlers++;
}

// ---- where the goroutine is on no thread --------------------------------------------

// Much stack, so that it comes to the segment and back.
static __attribute__((noinline)) void by_prologues(void)
{
	volatile char room[100000];

	room[progress % sizeof room] = 1;
}

static void by_testcancel(void)
{
	pthread_testcancel();
}

static void by_sem_wait(void)
{
	sem_wait(&posted);
}

// ---- signals for other threads ------------------------------------------------------

static timer_t start(pid_t tid)
{
	struct itimerspec t = { { 0, Nanoseconds }, { 0, Nanoseconds } };
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	timer_t timer;

	ev.sigev_notify_thread_id = tid;
	equal(timer_create(CLOCK_MONOTONIC, &ev, &timer), 0);
	equal(timer_settime(timer, 0, &t, NULL), 0);
	return timer;
}

// Starts a timer for each thread that the goroutine is not on.
static int startall(timer_t *timers)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d)) && n < MostTimers) {
		pid_t tid = atoi(e->d_name);

		if (tid != 0 && tid != gettid())
			timers[n++] = start(tid);
	}
	closedir(d);
	return n;
}

static void many(void (*calls)(void))
{
	timer_t timers[MostTimers];
	int n;

	handlers = overlaps = 0;
	n = startall(timers);
	check(n > 0);
	while (handlers < Handlers) {
		calls();
		progress++;
	}
	while (n > 0)
		timer_delete(timers[--n]);
	equal(overlaps, 0);
}

int main(void)
{
	equal(sem_init(&posted, 0, 0), 0);
	signal(SIGUSR1, look);
	many(by_prologues);
	many(by_testcancel);
	many(by_sem_wait);
	return 0;
}
