// tests/programs/musl_jump_threads.c - with musl: a handler that has interrupted a thread of the
// program's on its way to a wait, or back, may jump there: no such jump is lost.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 300
#include "../lib/test.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { Threads = 4, Jumps = 300, Microseconds = 50 };

typedef struct {
	pthread_t thread;
	void (*waits)(void);
	volatile unsigned requested, made; // jumps
	int fd[2];
	sem_t sem;
} Worker;

static Worker workers[Threads];

// A handler finds those of the thread that it has interrupted.
static __thread sigjmp_buf place;
static __thread Worker *volatile armed;
static __thread Worker *self;

static void jump(int sig)
{
	Worker *w = armed;

	if (!w)
		return;
	armed = NULL;
	w->requested++;
	siglongjmp(place, sig);
}

// ---- the threads --------------------------------------------------------------------

static void by_read(void)
{
	char c;

	read(self->fd[0], &c, 1);
}

static void by_poll(void)
{
	struct pollfd p[2] = { { .fd = self->fd[0], .events = POLLIN } };
	char c;

	p[1] = p[0];
	if (poll(p, 2, -1) > 0)
		read(self->fd[0], &c, 1);
}

static void by_semaphore(void)
{
	sem_wait(&self->sem);
}

// A function of its own, so that nothing lives in registers across the jump.
static __attribute__((noinline)) void once(void)
{
	if (sigsetjmp(place, 1) == 0) {
		armed = self;
		for (;;)
			self->waits();
	}
	self->made++;
}

static void *work(void *w)
{
	self = w;
	while (self->made < Jumps)
		once();
	return NULL;
}

// ---- main ---------------------------------------------------------------------------

static bool done(void)
{
	for (int i = 0; i < Threads; i++) {
		if (workers[i].made < Jumps)
			return false;
	}
	return true;
}

// One that is to jump must do so by itself.
static void disturb(Worker *w)
{
	if (w->made >= Jumps || w->requested != w->made)
		return;
	pthread_kill(w->thread, SIGALRM);
	if (w->waits == by_semaphore)
		sem_post(&w->sem);
	else
		write(w->fd[1], "x", 1);
}

static void many(void (*waits)(void))
{
	struct itimerval t = { { 0, Microseconds }, { 0, Microseconds } };

	for (int i = 0; i < Threads; i++) {
		Worker *w = &workers[i];

		w->requested = w->made = 0;
		w->waits = waits;
		equal(pipe(w->fd), 0);
		equal(sem_init(&w->sem, 0, 0), 0);
		equal(pthread_create(&w->thread, NULL, work, w), 0);
	}
	equal(setitimer(ITIMER_REAL, &t, NULL), 0);
	while (!done()) {
		for (int i = 0; i < Threads; i++)
			disturb(&workers[i]);
		rt_gosched();
	}
	equal(setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL), 0);
	for (int i = 0; i < Threads; i++) {
		Worker *w = &workers[i];

		equal(pthread_join(w->thread, NULL), 0);
		equal(w->made, w->requested);
		close(w->fd[0]);
		close(w->fd[1]);
	}
}

int main(void)
{
	signal(SIGALRM, jump);
	many(by_read);
	many(by_poll);
	many(by_semaphore);
	return 0;
}
