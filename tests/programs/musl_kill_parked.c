// tests/programs/musl_kill_parked.c - with musl: the handler of what pthread_kill sends runs on the
// goroutine that it was sent to, once, wherever that waits; it ends calls as on a thread of the
// kernel's, and leaves locks alone. Goroutines, real threads and handlers send.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Signals = 10, Rounds = 3 };

static pthread_t target;
static _Atomic int handled, strayed;
static _Atomic bool done;
static int fds[2], pair[2], ep;
static sem_t sem;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pid_t child;

static void handler(int sig)
{
	(void)sig;
	if (pthread_equal(pthread_self(), target))
		handled++;
	else
		strayed++;
}

static void handle(int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	equal(sigaction(SIGUSR1, &sa, NULL), 0);
}

// ---- calls that a handler ends ------------------------------------------------------

static int reads(void)
{
	char c;

	return (int)read(fds[0], &c, 1);
}

static int receives(void)
{
	char c;

	return (int)recv(pair[0], &c, 1, 0);
}

static int waits(void)
{
	return waitpid(child, NULL, 0);
}

static int semwaits(void)
{
	return sem_wait(&sem);
}

static int semtimes(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 100;
	return sem_timedwait(&sem, &t);
}

static int polls(void)
{
	struct pollfd p = { .fd = fds[0], .events = POLLIN };

	return poll(&p, 1, 100000);
}

static int pollstwo(void)
{
	struct pollfd p[2] = { { .fd = fds[0], .events = POLLIN },
		               { .fd = pair[0], .events = POLLIN } };

	return poll(p, 2, -1);
}

static int pollsnone(void)
{
	return poll(NULL, 0, 100000);
}

static int selects(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	return select(fds[0] + 1, &set, NULL, NULL, NULL);
}

static int epolls(void)
{
	struct epoll_event ev;

	return epoll_wait(ep, &ev, 1, -1);
}

static int sleeps(void)
{
	struct timespec t = { 100, 0 }, left = { 0, 0 };
	int r = nanosleep(&t, &left);

	check(r == 0 || left.tv_sec >= 50);
	return r;
}

static int usleeps(void)
{
	return usleep(100000000);
}

static int pauses(void)
{
	return pause();
}

static int suspends(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
}

typedef struct {
	const char *name;
	int (*call)(void);
	bool byany; // a handler with SA_RESTART ends it, too
} Kind;

static const Kind kinds[] = {
	{ "read", reads, false },     { "recv", receives, false },   { "waitpid", waits, false },
	{ "sem_wait", semwaits, false }, { "sem_timedwait", semtimes, false },
	{ "poll", polls, true },      { "poll of two", pollstwo, true },
	{ "poll of none", pollsnone, true }, { "select", selects, true },
	{ "epoll_wait", epolls, true }, { "nanosleep", sleeps, true },
	{ "usleep", usleeps, true },  { "pause", pauses, true },     { "sigsuspend", suspends, true },
};

enum { Kinds = sizeof kinds / sizeof kinds[0] };

// One may come before the call begins.
static void *isended(void *arg)
{
	const Kind *k = arg;

	errno = 0;
	equal(k->call(), -1);
	equal(errno, EINTR);
	check(handled >= 1);
	done = true;
	return NULL;
}

// On a slow machine a signal takes longer than 200 us: sent so often, they leave no time for the target.
static void untildone(void)
{
	for (useconds_t pause = 200; !done; pause += pause / 8) {
		equal(pthread_kill(target, SIGUSR1), 0);
		usleep(pause);
	}
}

// ---- waits that continue ------------------------------------------------------------

static bool released;

static void *isread(void *arg)
{
	equal(reads(), 1);
	done = true;
	return arg;
}

static void *isposted(void *arg)
{
	equal(sem_wait(&sem), 0);
	done = true;
	return arg;
}

static void *islocked(void *arg)
{
	equal(pthread_mutex_lock(&mutex), 0);
	check(released);
	equal(pthread_mutex_unlock(&mutex), 0);
	done = true;
	return arg;
}

static void *isrwlocked(void *arg)
{
	equal(pthread_rwlock_wrlock(&rwlock), 0);
	check(released);
	equal(pthread_rwlock_unlock(&rwlock), 0);
	done = true;
	return arg;
}

static void *issignalled(void *arg)
{
	equal(pthread_mutex_lock(&mutex), 0);
	while (!released)
		equal(pthread_cond_wait(&cond, &mutex), 0);
	equal(pthread_mutex_unlock(&mutex), 0);
	done = true;
	return arg;
}

static volatile int steps;

static void *computes(void *arg)
{
	while (!__atomic_load_n(&released, __ATOMIC_ACQUIRE))
		steps++;
	done = true;
	return arg;
}

static void unready(void) {}

static void lock(void)
{
	pthread_mutex_lock(&mutex);
}

static void unlock(void)
{
	released = true;
	pthread_mutex_unlock(&mutex);
}

static void rwlockit(void)
{
	pthread_rwlock_rdlock(&rwlock);
}

static void rwunlock(void)
{
	released = true;
	pthread_rwlock_unlock(&rwlock);
}

static void give(void)
{
	equal(write(fds[1], "", 1), 1);
}

static void post(void)
{
	sem_post(&sem);
}

static void signals(void)
{
	pthread_mutex_lock(&mutex);
	released = true;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
}

static void stop(void)
{
	__atomic_store_n(&released, true, __ATOMIC_RELEASE);
}

typedef struct {
	const char *name;
	void (*before)(void);
	void *(*run)(void *);
	void (*after)(void);
	int flags;
} Wait;

static const Wait goeson[] = {
	{ "read", unready, isread, give, SA_RESTART },
	{ "sem_wait", unready, isposted, post, SA_RESTART },
	{ "pthread_mutex_lock", lock, islocked, unlock, 0 },
	{ "pthread_rwlock_wrlock", rwlockit, isrwlocked, rwunlock, 0 },
	{ "pthread_cond_wait", unready, issignalled, signals, 0 },
	{ "computing", unready, computes, stop, 0 },
};

enum { Waits = sizeof goeson / sizeof goeson[0] };

// ---- those that send ----------------------------------------------------------------

static _Atomic int forward;

static void *sender(void *arg)
{
	while (!done) {
		if (forward > 0) {
			equal(pthread_kill(target, SIGUSR1), 0);
			forward--;
		}
		usleep(20);
	}
	return arg;
}

static void forwards(int sig)
{
	(void)sig;
	pthread_kill(target, SIGUSR1);
}

typedef enum { ByGoroutine, ByHandler, ByThread, Ways } Way;

// Returns when its handler has run.
static void sendone(Way by)
{
	int was = handled;

	if (by == ByGoroutine)
		equal(pthread_kill(target, SIGUSR1), 0);
	else if (by == ByHandler)
		raise(SIGUSR2);
	else
		forward++;
	while (handled == was)
		usleep(20);
	equal(handled, was + 1);
}

static pthread_t realthread(void)
{
	static char stack[64 << 10] __attribute__((aligned(4096)));
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, sizeof stack); // so it is one of the kernel's
	equal(pthread_create(&t, &attr, sender, NULL), 0);
	return t;
}

static void continues(const Wait *w, Way by)
{
	struct sigaction sa = { .sa_handler = forwards, .sa_flags = SA_RESTART };
	pthread_t t;

	equal(sigaction(SIGUSR2, &sa, NULL), 0);
	handle(w->flags);
	handled = strayed = 0;
	done = released = false;
	w->before();
	equal(pthread_create(&target, NULL, w->run, NULL), 0);
	if (by == ByThread)
		t = realthread();
	for (int i = 0; i < Signals; i++) {
		sendone(by);
		if (i % 3 == 0)
			usleep(100); // it waits again by then, probably
	}
	check(!done);
	w->after();
	equal(pthread_join(target, NULL), 0);
	if (by == ByThread)
		equal(pthread_join(t, NULL), 0);
	if (strayed)
		rt_eprintf("%s, %d: %d strayed\n", w->name, by, (int)strayed);
	equal(strayed, 0);
	equal(handled, Signals);
}

// ---- all ----------------------------------------------------------------------------

static void *sendsmain(void *arg)
{
	(void)arg;
	untildone();
	return NULL;
}

static void ends(const Kind *k, int flags)
{
	pthread_t t;

	handle(flags);
	handled = strayed = 0;
	done = false;
	equal(pthread_create(&target, NULL, isended, (void *)k), 0);
	untildone();
	equal(pthread_join(target, NULL), 0);
	if (strayed)
		rt_eprintf("%s: %d strayed\n", k->name, (int)strayed);
	equal(strayed, 0);

	handled = strayed = 0;
	done = false;
	target = pthread_self();
	equal(pthread_create(&t, NULL, sendsmain, NULL), 0);
	isended((void *)k);
	equal(pthread_join(t, NULL), 0);
	equal(strayed, 0);
}

static void *masked(void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	equal(pthread_sigmask(SIG_BLOCK, &set, NULL), 0); // so it has its thread
	return isended(arg);
}

static void own(const Kind *k)
{
	handle(0);
	handled = strayed = 0;
	done = false;
	equal(pthread_create(&target, NULL, masked, (void *)k), 0);
	untildone();
	equal(pthread_join(target, NULL), 0);
	equal(strayed, 0);
}

int main(void)
{
	struct epoll_event ev = { .events = EPOLLIN };

	equal(pipe(fds), 0);
	equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	equal(sem_init(&sem, 0, 0), 0);
	ep = epoll_create1(0);
	equal(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &ev), 0);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	for (int r = 0; r < Rounds; r++) {
		for (int i = 0; i < Kinds; i++) {
			ends(&kinds[i], 0);
			if (kinds[i].byany)
				ends(&kinds[i], SA_RESTART);
			own(&kinds[i]);
		}
		for (int i = 0; i < Waits; i++) {
			for (Way by = 0; by < Ways; by++)
				continues(&goeson[i], by);
		}
	}
	kill(child, SIGKILL);
	equal(waitpid(child, NULL, 0), child);
	puts("sent");
	return 0;
}
