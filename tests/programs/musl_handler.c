// tests/programs/musl_handler.c - with musl: handlers that the program installs by sigaction and
// signal run wherever a thread is, with all of sigaction's flags, and may be left by siglongjmp.
// env: RT0_PTHREADS=kernel
// cflags: --musl
// arch: not qemu: the signals that it shows as blocked are the emulator's
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/blocked.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { Often = 20 };

static volatile int ran, inside, deepest;

static void install(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = flags };

	equal(sigaction(sig, &sa, NULL), 0);
}

static void count(int sig)
{
	(void)sig;
	__atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
}

static void send(int sig)
{
	equal(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), sig), 0);
}

// ---- what sigaction says ------------------------------------------------------------

static void with_info(int sig, siginfo_t *info, void *ctx)
{
	equal(info->si_signo, sig);
	equal(info->si_pid, getpid());
	check(ctx != NULL);
	ran++;
}

static void other(int sig)
{
	(void)sig;
}

static void queries(void)
{
	struct sigaction sa, old;

	install(SIGUSR1, count, SA_RESTART);
	equal(sigaction(SIGUSR1, NULL, &old), 0);
	check(old.sa_handler == count);
	equal(old.sa_flags & (SA_SIGINFO | SA_ONSTACK | SA_RESTART), SA_RESTART);
	sa = (struct sigaction){ .sa_sigaction = with_info, .sa_flags = SA_SIGINFO };
	sigaddset(&sa.sa_mask, SIGUSR2);
	old = sa;
	equal(sigaction(SIGUSR1, &old, &old), 0); // one for both
	check(old.sa_handler == count);
	equal(sigaction(SIGUSR1, NULL, &old), 0);
	check(old.sa_sigaction == with_info && sigismember(&old.sa_mask, SIGUSR2));
	equal(old.sa_flags & (SA_SIGINFO | SA_ONSTACK), SA_SIGINFO);
	ran = 0;
	send(SIGUSR1);
	equal(ran, 1);

	check(signal(SIGUSR1, other) == (void (*)(int))(void *)with_info);
	check(signal(SIGUSR1, SIG_IGN) == other);
	send(SIGUSR1);
	check(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	check(signal(SIGUSR1, count) == SIG_DFL);

	equal(sigaction(0, NULL, &old), -1);
	equal(errno, EINVAL);
	equal(sigaction(SIGKILL, &sa, NULL), -1);
	equal(errno, EINVAL);
	equal(sigaction(SIGKILL, NULL, &old), 0);
}

// SIGURG is the runtime's, but a program that resets all signals may do so.
static void urgent(void)
{
	check(signal(SIGURG, count) == SIG_ERR);
	equal(errno, EINVAL);
	check(signal(SIGURG, SIG_IGN) != SIG_ERR);
	check(signal(SIGURG, SIG_DFL) != SIG_ERR);
}

// The runtime's own handler is what was there, and can be put back.
static void put_back(void)
{
	struct sigaction old, was;

	equal(sigaction(SIGTERM, NULL, &old), 0);
	install(SIGTERM, count, 0);
	ran = 0;
	send(SIGTERM);
	equal(ran, 1);
	equal(sigaction(SIGTERM, &old, &was), 0);
	check(was.sa_handler == count);
	equal(sigaction(SIGTERM, NULL, &was), 0);
	check(was.sa_handler == old.sa_handler);
}

// ---- flags --------------------------------------------------------------------------

static void again(int sig)
{
	if (++inside > deepest)
		deepest = inside;
	if (ran++ < 3)
		send(sig);
	inside--;
}

static void another(int sig)
{
	(void)sig;
	if (++inside > deepest)
		deepest = inside;
	if (ran++ < 3)
		send(SIGUSR2);
	inside--;
}

static void flags(void)
{
	struct sigaction sa = { .sa_handler = another }, old;

	ran = deepest = 0;
	install(SIGUSR1, again, 0);
	send(SIGUSR1);
	equal(ran, 4);
	equal(deepest, 1);
	ran = deepest = 0;
	install(SIGUSR1, again, SA_NODEFER);
	send(SIGUSR1);
	equal(ran, 4);
	equal(deepest, 4);

	install(SIGUSR2, another, 0);
	ran = deepest = 0;
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	send(SIGUSR1);
	equal(deepest, 2);
	ran = deepest = 0;
	sigaddset(&sa.sa_mask, SIGUSR2);
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	send(SIGUSR1);
	equal(ran, 4);
	equal(deepest, 1);

	ran = 0;
	install(SIGUSR1, count, SA_RESETHAND);
	send(SIGUSR1);
	equal(ran, 1);
	equal(sigaction(SIGUSR1, NULL, &old), 0);
	check(old.sa_handler == SIG_DFL);
}

// ---- what it interrupts -------------------------------------------------------------

// errno, and much stack.
static void print_much(int sig)
{
	char text[400];

	errno = sig;
	equal(snprintf(text, sizeof text, "%.100Lf %g", 1.5L, 0.25), 107);
	ran++;
}

static void errno_and_stack(void)
{
	install(SIGUSR1, print_much, 0);
	ran = 0;
	errno = ENOENT;
	for (int i = 0; i < 100; i++)
		send(SIGUSR1);
	equal(errno, ENOENT);
	equal(ran, 100);
}

typedef struct {
	int fd, tid;
	int64_t n;
	int error;
} Reader;

static void read_there(void *arg)
{
	Reader *r = arg;
	char c;

	errno = 0;
	__atomic_store_n(&r->tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	r->n = read(r->fd, &c, 1);
	r->error = errno;
}

static void read_by_cgocall(void *arg)
{
	rt_cgocall(read_there, arg);
	rt_waitgroup_done(((void **)arg)[-1]);
}

static void a_call(int restart)
{
	struct {
		rt_waitgroup *wg;
		Reader r;
	} job;
	rt_waitgroup wg = { 0 };
	int fd[2];

	install(SIGUSR1, count, restart);
	equal(pipe(fd), 0);
	job.wg = &wg;
	job.r = (Reader){ .fd = fd[0] };
	rt_waitgroup_add(&wg, 1);
	rt_go(read_by_cgocall, &job.r);
	while (__atomic_load_n(&job.r.tid, __ATOMIC_ACQUIRE) == 0)
		rt_sleep(RT_MILLISECOND);
	// The first ones may come before it reads.
	ran = 0;
	for (int i = 0; restart ? ran < Often : rt_waitgroup_wait_until(&wg, 1) < 0; i++) {
		equal(syscall(SYS_tgkill, getpid(), job.r.tid, SIGUSR1), 0);
		rt_sleep(RT_MILLISECOND);
		check(i < 100000);
	}
	if (restart)
		equal(write(fd[1], "x", 1), 1);
	rt_waitgroup_wait(&wg);
	equal(job.r.n, restart ? 1 : -1);
	equal(job.r.error, restart ? 0 : EINTR);
	close(fd[0]);
	close(fd[1]);
}

static void *own_thread(void *arg)
{
	send(SIGUSR1);
	return arg;
}

static void a_thread(void)
{
	pthread_t thread;

	install(SIGUSR1, print_much, 0);
	ran = 0;
	equal(pthread_create(&thread, NULL, own_thread, NULL), 0);
	equal(pthread_join(thread, NULL), 0);
	equal(ran, 1);
}

// ---- faults -------------------------------------------------------------------------

static struct sigaction usual;
static volatile int faults;
static int *volatile nowhere;

static void as_usual(int sig, siginfo_t *info, void *ctx)
{
	faults++;
	usual.sa_sigaction(sig, info, ctx);
}

static void fault(void *arg)
{
	*(int *)arg = *nowhere;
}

// It passes what it does not want: a panic then; and the runtime has its own faults first.
static void chained(void)
{
	struct sigaction sa = { .sa_sigaction = as_usual, .sa_flags = SA_SIGINFO };
	char text[100];
	rt_iovec bad = { (void *)8, 8 };
	int n, fd[2];

	equal(sigaction(SIGSEGV, &sa, &usual), 0);
	for (int i = 0; i < 100; i++) {
		check(rt_recover(fault, &n, text, sizeof text));
		check(strstr(text, "nil pointer dereference") != NULL);
	}
	equal(faults, 100);
	equal(rt_pipe(fd), 0);
	equal(rt_writev(fd[1], &bad, 1), -EFAULT);
	rt_close(fd[0]);
	rt_close(fd[1]);
	equal(faults, 100);
	equal(sigaction(SIGSEGV, &usual, NULL), 0);
	check(rt_recover(fault, &n, text, sizeof text));
	equal(faults, 100);
}

// ---- jumps --------------------------------------------------------------------------

enum { Jumpers = 8, Jumps = 500 };

// At the end of the handler's stack the jump is as good.
static sigjmp_buf *volatile places[4096]; // by thread number

static sigjmp_buf **place(void)
{
	return (sigjmp_buf **)&places[syscall(SYS_gettid) % 4096];
}

static void jump(int sig)
{
	siglongjmp(**place(), sig);
}

static bool blocked(int sig)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, sig);
}

// Is there memory at p?
static bool probe(const volatile char *p, int savemask)
{
	sigjmp_buf here;
	int sig;

	rt_lock_os_thread();
	*place() = &here;
	sig = sigsetjmp(here, savemask);
	if (sig == 0)
		(void)*p;
	check(!blocked(SIGSEGV));
	*place() = NULL;
	rt_unlock_os_thread();
	return sig == 0;
}

static void probe_there(void *arg)
{
	sigjmp_buf here;
	int sig;

	*place() = &here;
	sig = sigsetjmp(here, 1);
	if (sig == 0)
		raise(SIGUSR2);
	equal(sig, SIGUSR2);
	*(int *)arg += 1;
}

static void jumper(void *wg)
{
	uint64_t seed = (uintptr_t)&seed;
	char good = 1;
	int n = 0;

	for (int i = 0; i < Jumps; i++) {
		check(probe(&good, i % 2));
		check(!probe((char *)8, i % 2));
		rt_lock_os_thread();
		rt_cgocall(probe_there, &n);
		rt_unlock_os_thread();
		if (next_random(&seed) % 4 == 0)
			rt_gosched();
	}
	equal(n, Jumps);
	rt_waitgroup_done(wg);
}

static void jumps(void)
{
	rt_waitgroup wg = { 0 };

	install(SIGSEGV, jump, 0);
	install(SIGUSR2, jump, 0);
	rt_waitgroup_add(&wg, Jumpers);
	for (int i = 0; i < Jumpers; i++)
		rt_go(jumper, &wg);
	rt_waitgroup_wait(&wg);
	equal(sigaction(SIGSEGV, &usual, NULL), 0);
}

// From an inner handler to the one it has interrupted.
static sigjmp_buf outer;

static void inner_handler(int sig)
{
	siglongjmp(outer, sig);
}

static void outer_handler(int sig)
{
	(void)sig;
	if (sigsetjmp(outer, 1) == 0)
		send(SIGUSR2);
	ran++;
}

static void nested(void)
{
	install(SIGUSR1, outer_handler, 0);
	install(SIGUSR2, inner_handler, 0);
	ran = 0;
	for (int i = 0; i < 50; i++)
		send(SIGUSR1);
	equal(ran, 50);
	equal(rt_goid(), 1);
}

// One that waits until the other's jump lets it through, and then jumps as well.
static sigjmp_buf early, late;

static void late_handler(int sig)
{
	siglongjmp(late, sig);
}

static void early_handler(int sig)
{
	send(SIGUSR2);
	siglongjmp(early, sig);
}

static void waiting(void)
{
	struct sigaction sa = { .sa_handler = early_handler };

	sigaddset(&sa.sa_mask, SIGUSR2);
	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	install(SIGUSR2, late_handler, 0);
	for (volatile int i = 0; i < 50; i++) {
		if (sigsetjmp(late, 1) != 0)
			continue;
		if (sigsetjmp(early, 1) == 0)
			send(SIGUSR1);
		failed(__FILE__, __LINE__, "the second jump");
	}
}

// ---- the storm ----------------------------------------------------------------------

enum { Busy = 8, Wanted = 300 };

static volatile bool over;

static __attribute__((noinline)) long step(long x)
{
	volatile char room[64];

	room[0] = (char)x;
	return room[0] + 1;
}

static void busy(void *wg)
{
	long x = 0;

	while (!over)
		x = step(x);
	rt_waitgroup_done(wg);
}

static void talk(void *chan)
{
	char text[64];
	int v = 0;

	while (rt_chan_recv(chan, &v)) {
		snprintf(text, sizeof text, "%d", v);
		free(malloc((size_t)v % 1000 + 1));
		rt_free(rt_malloc((size_t)v % 1000 + 1));
	}
}

static void storm(void)
{
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };
	rt_chan *chan = rt_chan_make(sizeof(int), 4);
	rt_waitgroup wg = { 0 };

	install(SIGALRM, print_much, SA_RESTART);
	ran = 0;
	rt_waitgroup_add(&wg, Busy);
	for (int i = 0; i < Busy; i++) {
		rt_go(busy, &wg);
		rt_go(talk, chan);
	}
	equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (int i = 0; ran < Wanted; i++) {
		rt_chan_send(chan, &i);
		if (i % 100 == 0)
			rt_sleep(100 * RT_MICROSECOND);
	}
	equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	over = true;
	rt_waitgroup_wait(&wg);
	rt_chan_close(chan);
	while (rt_num_goroutine() > 1)
		rt_gosched();
	install(SIGALRM, SIG_IGN, 0); // none is pending
	equal(threads_blocking(1ull << (SIGALRM - 1)), 0);
}

int rt_main(int argc, char **argv)
{
	stack_t own = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };

	(void)argc, (void)argv;
	equal(sigaltstack(&own, NULL), 0); // the thread has one and keeps it
	rt_lock_os_thread();
	queries();
	urgent();
	put_back();
	flags();
	errno_and_stack();
	rt_unlock_os_thread();
	a_call(0);
	a_call(SA_RESTART);
	a_thread();
	chained();
	jumps();
	rt_lock_os_thread();
	nested();
	waiting();
	rt_unlock_os_thread();
	storm();
	return 0;
}
