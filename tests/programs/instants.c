// tests/programs/instants.c - every call with an instant, at its borders: one that is over
// ends the wait at once, also zero, a negative or the least number; what can be done at once is
// done nevertheless; INT64_MAX is never.
// stdout: ok
// matrix: GOMAXPROCS=1,4
// timeout: 20
#include "../lib/test.h"

#include <asm-generic/errno.h>

enum { TimedOut = -ETIMEDOUT };

static rt_mutex mutex, condmutex;
static rt_rwmutex rwmutex;
static rt_waitgroup group;
static rt_cond cond;
static rt_once once;
static rt_sem sem;
static rt_chan *chan;
static rt_task *task;
static int pipefd[2];

// ---- what waits, and what lets it go ---------------------------------------------------

static void donothing(void *arg)
{
	(void)arg;
}

static int lockuntil(int64_t when)
{
	int r = rt_mutex_lock_until(&mutex, when);

	if (r == 0)
		rt_mutex_unlock(&mutex);
	return r;
}

static void holdmutex(void)
{
	rt_mutex_lock(&mutex);
}

static void leavemutex(void)
{
	rt_mutex_unlock(&mutex);
}

static int rlockuntil(int64_t when)
{
	int r = rt_rwmutex_rlock_until(&rwmutex, when);

	if (r == 0)
		rt_rwmutex_runlock(&rwmutex);
	return r;
}

static int wlockuntil(int64_t when)
{
	int r = rt_rwmutex_lock_until(&rwmutex, when);

	if (r == 0)
		rt_rwmutex_unlock(&rwmutex);
	return r;
}

static void holdrwmutex(void)
{
	rt_rwmutex_lock(&rwmutex);
}

static void leaverwmutex(void)
{
	rt_rwmutex_unlock(&rwmutex);
}

static int groupuntil(int64_t when)
{
	return rt_waitgroup_wait_until(&group, when);
}

static void addone(void)
{
	rt_waitgroup_add(&group, 1);
}

static void doneone(void)
{
	rt_waitgroup_done(&group);
}

static int conduntil(int64_t when)
{
	int r;

	rt_mutex_lock(&condmutex);
	r = rt_cond_wait_until(&cond, when);
	rt_mutex_unlock(&condmutex);
	return r;
}

static void signalone(void)
{
	// The waiter has unlocked it when it is in the queue.
	rt_mutex_lock(&condmutex);
	rt_cond_signal(&cond);
	rt_mutex_unlock(&condmutex);
}

static int onceuntil(int64_t when)
{
	return rt_once_do_until(&once, donothing, NULL, when);
}

static void holdonce(void)
{
	once = (rt_once){ 0 };
	rt_mutex_lock(&once.m);
}

static void leaveonce(void)
{
	rt_mutex_unlock(&once.m);
}

static int semuntil(int64_t when)
{
	return rt_sem_acquire_until(&sem, when);
}

static void release(void)
{
	rt_sem_release(&sem);
}

static int senduntil(int64_t when)
{
	int64_t v = 1;

	return rt_chan_send_until(chan, &v, when);
}

static int recvuntil(int64_t when)
{
	int64_t v;
	int r = rt_chan_recv_until(chan, &v, when);

	return r == 1 ? 0 : r;
}

static int selectuntil(int64_t when)
{
	int64_t v;
	rt_case cases[] = { RT_RECV(chan, &v), RT_RECV(NULL, &v) };

	return rt_select_until(cases, 2, when);
}

static int noneuntil(int64_t when)
{
	return rt_select_until(NULL, 0, when);
}

static void sendone(void)
{
	int64_t v = 1;

	rt_chan_send(chan, &v);
}

static void recvone(void)
{
	rt_chan_recv(chan, NULL);
}

static void fill(void)
{
	sendone();
}

static void empty(void)
{
	rt_chan_try_recv(chan, NULL, NULL);
}

static void *returnwhentold(void *arg)
{
	rt_sem_acquire(&sem);
	return arg;
}

static int joinuntil(int64_t when)
{
	void *result = NULL;
	int r = rt_join_until(task, when, &result);

	if (r == 0)
		check(result == &task);
	return r;
}

static void spawn(void)
{
	task = rt_spawn(returnwhentold, &task);
}

static int readuntil(int64_t when)
{
	char c;
	int64_t n;

	// 0 is none for a descriptor.
	rt_set_deadline(pipefd[0], when == 0 ? 1 : when, 0);
	n = rt_read(pipefd[0], &c, 1);
	return n == 1 ? 0 : (int)n;
}

static void writeone(void)
{
	equal(rt_write(pipefd[1], "x", 1), 1);
}

static int ctxuntil(int64_t when)
{
	rt_ctx *c = rt_ctx_with_deadline(rt_ctx_background(), when);
	int r = rt_ctx_err(c);

	rt_ctx_free(c);
	return r;
}

static int sleepuntil(int64_t when)
{
	rt_sleep_until(when);
	return TimedOut;
}

// begin makes the call wait, ready lets it go or is done before it.
static const struct {
	const char *name;
	int (*call)(int64_t when);
	void (*begin)(void);
	void (*ready)(void);
	bool past; // done at once although the instant is over: the second kind of run
} table[] = {
	{ "mutex", lockuntil, holdmutex, leavemutex, true },
	{ "rwmutex rlock", rlockuntil, holdrwmutex, leaverwmutex, true },
	{ "rwmutex lock", wlockuntil, holdrwmutex, leaverwmutex, true },
	{ "waitgroup", groupuntil, addone, doneone, true },
	{ "cond", conduntil, NULL, signalone, false },
	{ "once", onceuntil, holdonce, leaveonce, true },
	{ "sem", semuntil, NULL, release, true },
	{ "send", senduntil, fill, recvone, true },
	{ "recv", recvuntil, empty, sendone, true },
	{ "select", selectuntil, empty, sendone, true },
	{ "select of none", noneuntil, NULL, NULL, false },
	{ "join", joinuntil, spawn, release, false },
	{ "read", readuntil, NULL, writeone, false },
	{ "ctx", ctxuntil, NULL, NULL, false },
	{ "sleep", sleepuntil, NULL, NULL, false },
};

enum { Entries = sizeof table / sizeof *table };

// ---- the runs --------------------------------------------------------------------------

static void letgo(void *arg)
{
	perhaps_later(RT_MILLISECOND); // the call waits
	((void (*)(void))arg)();
}

// Everything that is over.
static void past(int i)
{
	int64_t whens[] = { INT64_MIN, INT64_MIN + 1, -RT_SECOND, -1, 0, 1, 2, rt_nanotime() - 1 };

	for (unsigned k = 0; k < sizeof whens / sizeof *whens; k++) {
		int64_t t0 = rt_nanotime();
		int r;

		if (table[i].begin)
			table[i].begin();
		r = table[i].call(whens[k]);
		if (r != TimedOut || rt_nanotime() - t0 > 5 * RT_SECOND) {
			rt_printf("%s until %lld: %d\n", table[i].name, (long long)whens[k], r);
			rt_exit(1);
		}
		if (table[i].ready)
			table[i].ready();
		if (table[i].call == joinuntil)
			equal(joinuntil(INT64_MAX), 0);
		else if (table[i].call == readuntil || table[i].call == semuntil)
			equal(table[i].call(INT64_MAX), 0);
		else if (table[i].call == recvuntil || table[i].call == selectuntil)
			empty();
		if (!table[i].past)
			continue;
		// Ready before it begins.
		if (table[i].begin)
			table[i].begin();
		table[i].ready();
		equal(table[i].call(whens[k]), 0);
		if (table[i].call == senduntil)
			empty();
	}
}

// Never, and beyond all that will be: it waits until it is woken.
static void future(int i)
{
	int64_t whens[] = { INT64_MAX, INT64_MAX - 1, rt_nanotime() + 3600 * RT_SECOND };

	for (unsigned k = 0; table[i].ready && k < sizeof whens / sizeof *whens; k++) {
		if (table[i].call == conduntil) {
			// The signal must not come before the waiter.
			rt_mutex_lock(&condmutex);
			rt_go(letgo, (void *)table[i].ready);
			equal(rt_cond_wait_until(&cond, whens[k]), 0);
			rt_mutex_unlock(&condmutex);
			continue;
		}
		if (table[i].begin)
			table[i].begin();
		rt_go(letgo, (void *)table[i].ready);
		equal(table[i].call(whens[k]), 0);
		if (table[i].call == senduntil)
			empty();
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	cond.l = &condmutex;
	chan = rt_chan_make(sizeof(int64_t), 1);
	equal(rt_pipe(pipefd), 0);
	for (int i = 0; i < Entries; i++) {
		past(i);
		future(i);
	}
	// A call whose instant comes while it waits.
	rt_mutex_lock(&mutex);
	equal(lockuntil(rt_nanotime() + RT_MILLISECOND), TimedOut);
	rt_printf("ok\n");
	return 0;
}
