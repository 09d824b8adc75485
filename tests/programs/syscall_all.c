// tests/programs/syscall_all.c - rt_syscall_all makes a system call on every thread: no
// goroutine ever runs where it was not made, whatever the threads do meanwhile and however they
// come and go; threads made later are like the others; an error changes nothing.
//
//	syscall_all [TIMES]	(default 100)
//
// A thread's name is what each call sets here.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 200
// hosted: not any: there may be threads that are not the runtime's, so rt_syscall_all is refused
// arch: not qemu: it has threads of its own
#include "../lib/bare.h"
#include "../lib/threads.h"

#include <sys/prctl.h>
#include <time.h>

enum { Workers = 8, Sleepers = 8, Callers = 4, Churners = 4 };
enum { Computes, Sleeps, Foreign, Parks, Dies, Kinds };
enum { Rounds = 50 }; // that goroutines of each kind make at least

static int64_t begun, done; // calls
static int64_t rounds[Kinds];
static bool stop;
static rt_waitgroup wg;

static int64_t load(int64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static bool stopping(void)
{
	return __atomic_load_n(&stop, __ATOMIC_SEQ_CST);
}

static void setname(int64_t n)
{
	char name[16];

	rt_snprintf(name, sizeof name, "n%ld", (long)n);
	__atomic_store_n(&begun, n, __ATOMIC_SEQ_CST);
	equal(rt_syscall_all(SYS_prctl, PR_SET_NAME, name), 0);
	__atomic_store_n(&done, n, __ATOMIC_SEQ_CST);
}

// The call that this thread made last, or inherited.
static int64_t ownname(void)
{
	char name[16];

	equal(rt_syscall(SYS_prctl, PR_GET_NAME, name), 0);
	check(name[0] == 'n');
	return number(name + 1);
}

static void checkown(int kind)
{
	int64_t atleast = load(&done), n = ownname(), atmost = load(&begun);

	check(n >= atleast);
	check(n <= atmost);
	__atomic_fetch_add(&rounds[kind], 1, __ATOMIC_SEQ_CST);
}

static bool busy(void)
{
	for (int kind = 0; kind < Kinds; kind++) {
		if (load(&rounds[kind]) < Rounds)
			return false;
	}
	return true;
}

// ---- what threads do meanwhile -------------------------------------------------------

static void computes(void *arg)
{
	(void)arg;
	while (!stopping()) {
		for (volatile int i = 0; i < 20000; i++)
			;
		checkown(Computes);
	}
	rt_waitgroup_done(&wg);
}

static void sleeps(void *arg)
{
	struct timespec ts = { 0, 3000000 };

	(void)arg;
	while (!stopping()) {
		rt_syscall(SYS_nanosleep, &ts, 0);
		checkown(Sleeps);
	}
	rt_waitgroup_done(&wg);
}

// Code that knows nothing of goroutines, which runs even while the world is stopped.
static void foreign(void *arg)
{
	struct timespec ts = { 0, 1000000 };

	(void)arg;
	bare(SYS_nanosleep, (int64_t)(intptr_t)&ts, 0, 0);
	for (volatile int i = 0; i < 100000; i++)
		;
}

static void callsforeign(void *arg)
{
	(void)arg;
	while (!stopping()) {
		rt_cgocall(foreign, NULL);
		checkown(Foreign);
	}
	rt_waitgroup_done(&wg);
}

static void parks(void *c)
{
	while (rt_chan_recv(c, NULL))
		checkown(Parks);
	rt_waitgroup_done(&wg);
}

// Its thread ends with it.
static void dies(void *wg1)
{
	rt_lock_os_thread();
	checkown(Dies);
	rt_waitgroup_done(wg1);
}

static void churns(void *arg)
{
	rt_waitgroup wg1 = { 0 };

	(void)arg;
	while (!stopping()) {
		rt_waitgroup_add(&wg1, 3);
		for (int i = 0; i < 3; i++)
			rt_go(dies, &wg1);
		rt_waitgroup_wait(&wg1);
	}
	rt_waitgroup_done(&wg);
}

// ---- looking from outside -----------------------------------------------------------

static int checkthreads(int64_t n)
{
	char wanted[16];

	rt_snprintf(wanted, sizeof wanted, "n%ld\n", (long)n);
	return check_threads("comm", wanted);
}

// ---- the claims ---------------------------------------------------------------------

static void callsmany(void *times)
{
	char name[] = "n9999999";

	for (int64_t i = 0; i < *(int64_t *)times; i++)
		equal(rt_syscall_all(SYS_prctl, PR_SET_NAME, name), 0);
	rt_waitgroup_done(&wg);
}

static void checkerrors(int64_t n)
{
	equal(rt_syscall_all(SYS_prctl, PR_SET_NAME, 8), -EFAULT);
	equal(rt_syscall_all(9999), -ENOSYS);
	equal(rt_syscall_all(SYS_close, -1), -EBADF);
	checkthreads(n);
}

int rt_main(int argc, char **argv)
{
	int64_t times = argument(argc, argv, 100);
	rt_chan *c = rt_chan_make(0, 0);
	uint64_t seed = 1;
	int threads = 0;

	setname(1);
	checkown(Computes);
	checkerrors(1);
	rt_waitgroup_add(&wg, 2 * Workers + 2 * Sleepers + Churners);
	for (int i = 0; i < Workers; i++) {
		rt_go(computes, NULL);
		rt_go(parks, c);
	}
	for (int i = 0; i < Sleepers; i++) {
		rt_go(sleeps, NULL);
		rt_go(callsforeign, NULL);
	}
	for (int i = 0; i < Churners; i++)
		rt_go(churns, NULL);
	for (int64_t n = 2; n < times + 2 || !busy(); n++) {
		setname(n);
		checkown(Computes);
		if (n % 10 == 0) {
			int found = checkthreads(n);

			threads = found > threads ? found : threads;
		}
		rt_chan_try_send(c, NULL);
		if (next_random(&seed) % 4 == 0)
			rt_sleep((int64_t)(next_random(&seed) % RT_MILLISECOND));
	}
	check(threads >= 4);
	checkerrors(load(&done));

	// Several callers at once take turns.
	__atomic_store_n(&begun, 9999999, __ATOMIC_SEQ_CST);
	times = times / Callers + 1;
	rt_waitgroup_add(&wg, Callers);
	for (int i = 0; i < Callers; i++)
		rt_go(callsmany, &times);
	while (load(&done) != 9999999) {
		if (ownname() == 9999999)
			__atomic_store_n(&done, 9999999, __ATOMIC_SEQ_CST);
		rt_gosched();
	}
	checkthreads(9999999);
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	rt_chan_close(c);
	rt_waitgroup_wait(&wg);
	checkthreads(9999999);
	return 0;
}
