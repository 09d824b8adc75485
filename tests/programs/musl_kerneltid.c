// tests/programs/musl_kerneltid.c - with musl: what asks the kernel for a thread by its number works
// for a goroutine that is locked to its thread, and is right or refused for others. Signals
// reach the thread of the goroutine; a fork keeps its identity.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#define _GNU_SOURCE
#define gettid libs_gettid // test.h has another
#include "../lib/test.h"
#undef gettid

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/membarrier.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static rt_waitgroup all;
static volatile int caught, caught_tid;
static pthread_t caught_self;
static __thread int mine;
static volatile int caught_mine;

static void handler(int sig)
{
	caught_tid = (int)syscall(SYS_gettid);
	caught_self = pthread_self();
	caught_mine = mine;
	errno = EXDEV;
	__atomic_store_n(&caught, sig, __ATOMIC_RELEASE);
}

static void await(int sig)
{
	while (__atomic_load_n(&caught, __ATOMIC_ACQUIRE) != sig)
		rt_gosched();
	caught = 0;
}

// The handler is this goroutine, with an errno of its own.
static void signals(void)
{
	pthread_t self = pthread_self();

	mine = 5;
	errno = ENOENT;
	equal(raise(SIGUSR1), 0);
	equal(errno, ENOENT);
	equal(caught, SIGUSR1);
	equal(pthread_equal(caught_self, self), true);
	equal(caught_mine, 5);
	await(SIGUSR1);
	equal(pthread_kill(self, SIGUSR2), 0);
	await(SIGUSR2);
	equal(errno, ENOENT);
	equal(pthread_kill(self, 0), 0);
	equal(pthread_kill(self, 1000), EINVAL);
	equal(raise(1000), -1);
	equal(errno, EINVAL);
}

static void numbers(bool locked)
{
	pthread_t self = pthread_self();
	int refused = locked ? 0 : EOPNOTSUPP, policy = -1;
	struct sched_param param = { 77 };
	struct timespec t;
	cpu_set_t set;
	clockid_t clock;
	char name[16];

	equal(pthread_getschedparam(self, &policy, &param), 0);
	equal(policy, SCHED_OTHER);
	equal(param.sched_priority, 0);
	equal(pthread_setschedparam(self, SCHED_OTHER, &param), refused);
	equal(pthread_setschedprio(self, 0), refused);
	CPU_ZERO(&set);
	equal(pthread_getaffinity_np(self, sizeof set, &set), 0);
	check(CPU_COUNT(&set) > 0);
	equal(pthread_setaffinity_np(self, sizeof set, &set), refused);
	equal(pthread_getcpuclockid(self, &clock), refused);
	if (locked)
		equal(clock_gettime(clock, &t), 0);
	equal(pthread_setname_np(self, "a name too long for it"), ERANGE);
	equal(pthread_setname_np(self, "mine"), 0);
	equal(pthread_getname_np(self, name, 2), ERANGE);
	equal(pthread_getname_np(self, name, sizeof name), 0);
	equal(strcmp(name, "mine"), 0);
	equal(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0), 0);
}

static void locked(void *unused)
{
	(void)unused;
	rt_lock_os_thread();
	equal(gettid(), syscall(SYS_gettid));
	numbers(true);
	equal(pthread_kill(pthread_self(), SIGUSR1), 0);
	await(SIGUSR1);
	equal(caught_tid, gettid());
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

// A timer's signal for this thread, and its call on another.
static void rings(union sigval v)
{
	__atomic_store_n(&caught, v.sival_int, __ATOMIC_RELEASE);
}

static void timers(void)
{
	struct itimerspec soon = { .it_value = { 0, 1000000 } };
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	equal(timer_create(CLOCK_MONOTONIC, &ev, &timer), 0);
	equal(timer_settime(timer, 0, &soon, NULL), 0);
	await(SIGUSR1);
	equal(timer_delete(timer), 0);

	ev.sigev_notify = SIGEV_THREAD_ID;
	ev.sigev_notify_thread_id = gettid();
	equal(timer_create(CLOCK_MONOTONIC, &ev, &timer), 0);
	equal(timer_settime(timer, 0, &soon, NULL), 0);
	await(SIGUSR1);
	equal(timer_delete(timer), 0);

	ev = (struct sigevent){ .sigev_notify = SIGEV_THREAD, .sigev_notify_function = rings };
	ev.sigev_value.sival_int = 123;
	equal(timer_create(CLOCK_MONOTONIC, &ev, &timer), 0);
	equal(timer_settime(timer, 0, &soon, NULL), 0);
	await(123);
	equal(timer_delete(timer), 0);
}

// fork and _Fork: the child is this goroutine, and its thread has a number of its own.
static void forks(pid_t (*makechild)(void))
{
	pthread_t self = pthread_self();
	int parent = gettid(), status;
	pid_t pid;

	mine = 9;
	errno = ERANGE;
	pid = makechild();
	if (pid == 0) {
		bool good = pthread_equal(pthread_self(), self) && mine == 9 && errno == ERANGE &&
		            gettid() == getpid() && gettid() != parent;

		good = good && raise(SIGUSR1) == 0 && caught == SIGUSR1 && caught_tid == gettid();
		good = good && setuid(getuid()) == 0;
		_exit(good ? 7 : 8);
	}
	equal(waitpid(pid, &status, 0), pid);
	equal(WIFEXITED(status) && WEXITSTATUS(status) == 7, true);
}

static pid_t fork_by_name(void)
{
	return fork();
}

static pid_t fork_below(void)
{
	return _Fork();
}

int rt_main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = handler };

	(void)argc, (void)argv;
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	equal(sigaction(SIGUSR2, &sa, NULL), 0);
	for (int i = 0; i < 50; i++)
		signals();
	numbers(false);
	rt_waitgroup_add(&all, 1);
	rt_go(locked, NULL);
	rt_waitgroup_wait(&all);
	rt_lock_os_thread();
	timers();
	rt_unlock_os_thread();
	forks(fork_by_name);
	forks(fork_below);
	return 0;
}
