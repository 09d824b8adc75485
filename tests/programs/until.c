// tests/programs/until.c - the calls with a deadline: each ends by its partner or by the clock,
// never by both and never by neither.
//
//	until [ROUNDS]	(default 2000)
//
// Promises: a deadline in the past still does what can be done at once; one that comes is
// not early; INT64_MAX is never; afterwards nothing of the waiter is left on the object. With
// deadlines that meet hand-offs, closes, unlocks and signals: what was sent was received
// once, what was locked is locked by one, permits and signals are not lost.
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

#include <errno.h>

enum { Crowd = 6 };

static int64_t rounds;
static rt_waitgroup all;
static const int64_t NEVER = INT64_MAX;

static int64_t from_now(int64_t us)
{
	return rt_nanotime() + us * RT_MICROSECOND;
}

// Times out, not before its time.
#define LATE(call_with_when)                                                           \
	do {                                                                           \
		int64_t when = from_now(300);                                          \
		equal(call_with_when, -ETIMEDOUT);                                     \
		check(rt_nanotime() >= when);                                          \
		when = 1;                                                              \
		equal(call_with_when, -ETIMEDOUT);                                     \
	} while (0)

static void *spawned(void *arg)
{
	rt_chan_recv(arg, NULL);
	return arg;
}

static void alone(void)
{
	rt_chan *c = rt_chan_make(8, 0), *b = rt_chan_make(8, 1);
	int64_t v = 1;
	rt_case k[] = { RT_SEND(c, &v), RT_RECV(c, &v), RT_RECV(NULL, NULL) };
	rt_mutex m = { 0 };
	rt_rwmutex rw = { 0 };
	rt_waitgroup wg = { 0 };
	rt_cond cond = { .l = &m };
	rt_once once = { 0 };
	rt_sem sem = RT_SEM(1);
	rt_task *t = rt_spawn(spawned, c);
	void *result = NULL;

	rt_gosched();
	LATE(rt_join_until(t, when, &result));
	rt_chan_send(c, &v);
	equal(rt_join_until(t, NEVER, &result), 0);
	check(result == c);

	LATE(rt_chan_send_until(c, &v, when));
	LATE(rt_chan_recv_until(c, &v, when));
	LATE(rt_chan_send_until(NULL, &v, when));
	LATE(rt_chan_recv_until(NULL, &v, when));
	LATE(rt_select_until(k, 3, when));
	LATE(rt_select_until(k + 2, 1, when));
	LATE(rt_select_until(NULL, 0, when));
	check(!rt_chan_try_send(c, &v)); // nobody is left
	check(!rt_chan_try_recv(c, &v, NULL));
	equal(rt_chan_send_until(b, &v, 1), 0);
	LATE(rt_chan_send_until(b, &v, when));
	equal(rt_chan_recv_until(b, &v, 1), 1);
	rt_chan_close(b);
	v = 1;
	equal(rt_chan_recv_until(b, &v, NEVER), 0);
	equal(v, 0);

	equal(rt_mutex_lock_until(&m, 1), 0);
	LATE(rt_mutex_lock_until(&m, when));
	LATE(rt_cond_wait_until(&cond, when));
	check(!rt_mutex_try_lock(&m));
	rt_mutex_unlock(&m);
	equal(m.state, 0);
	equal(cond.head, 0);

	equal(rt_rwmutex_rlock_until(&rw, 1), 0);
	LATE(rt_rwmutex_lock_until(&rw, when));
	equal(rt_rwmutex_rlock_until(&rw, 1), 0); // no writer is left
	rt_rwmutex_runlock(&rw);
	rt_rwmutex_runlock(&rw);
	equal(rt_rwmutex_lock_until(&rw, 1), 0);
	LATE(rt_rwmutex_rlock_until(&rw, when));
	LATE(rt_rwmutex_lock_until(&rw, when));
	rt_rwmutex_unlock(&rw);
	equal(rw.state, 0);

	equal(rt_waitgroup_wait_until(&wg, 1), 0);
	rt_waitgroup_add(&wg, 1);
	LATE(rt_waitgroup_wait_until(&wg, when));
	rt_waitgroup_done(&wg);
	equal(rt_waitgroup_wait_until(&wg, 1), 0);

	equal(rt_sem_acquire_until(&sem, 1), 0);
	LATE(rt_sem_acquire_until(&sem, when));
	rt_sem_release(&sem);
	equal(sem.count, 1);

	rt_mutex_lock(&once.m); // as a goroutine that runs it
	LATE(rt_once_do_until(&once, nothing, NULL, when));
	rt_mutex_unlock(&once.m);
	equal(rt_once_do_until(&once, nothing, NULL, 1), 0);
	equal(once.done, 1);
	rt_chan_free(c);
	rt_chan_free(b);
}

// ---- meetings -----------------------------------------------------------------------

typedef struct {
	rt_chan *c;
	_Atomic(int64_t) sent, received, timeouts;
	rt_waitgroup senders, receivers;
} Market;

static void sell(void *arg)
{
	Market *m = arg;
	uint64_t seed = rt_goid() * 1234567 + 1;

	for (int64_t i = 1; i <= rounds; i++) {
		int64_t when = from_now((int64_t)(next_random(&seed) % 20));

		if (rt_chan_send_until(m->c, &i, when) == 0)
			m->sent += i;
		else
			m->timeouts++;
		check(i > 0);
	}
	rt_waitgroup_done(&m->senders);
}

static void buy(void *arg)
{
	Market *m = arg;
	uint64_t seed = rt_goid() * 7654321 + 1;

	for (int r = 1; r != 0;) {
		int64_t v = 0;

		r = rt_chan_recv_until(m->c, &v, from_now((int64_t)(next_random(&seed) % 20)));
		m->received += v;
		m->timeouts += r < 0;
		check(r > 0 || v == 0);
	}
	rt_waitgroup_done(&m->receivers);
}

static void market(size_t cap)
{
	Market m = { .c = rt_chan_make(8, cap) };

	rt_waitgroup_add(&m.senders, Crowd);
	rt_waitgroup_add(&m.receivers, Crowd);
	for (int i = 0; i < Crowd; i++) {
		rt_go(sell, &m);
		rt_go(buy, &m);
	}
	rt_waitgroup_wait(&m.senders);
	rt_chan_close(m.c);
	rt_waitgroup_wait(&m.receivers);
	equal(m.sent, m.received);
	rt_chan_free(m.c);
}

static struct {
	rt_mutex m;
	rt_rwmutex rw;
	rt_sem s;
	_Atomic(int) inside, writers, readers, permits;
	_Atomic(int64_t) got;
} office = { .s = { 2 } };

// Short and long stays, so that some deadlines come and some do not.
static void stay(uint64_t *seed)
{
	if (next_random(seed) % 4 == 0)
		rt_gosched();
	if (next_random(seed) % 32 == 0)
		rt_sleep(20 * RT_MICROSECOND);
}

static void queue_up(void *arg)
{
	uint64_t seed = rt_goid() * 424243 + 1;

	(void)arg;
	for (int64_t i = 0; i < rounds / 2; i++) {
		int64_t when = from_now((int64_t)(next_random(&seed) % 50));

		if (next_random(&seed) % 8 == 0)
			when = NEVER;
		switch (next_random(&seed) % 4) {
		case 0:
			if (rt_mutex_lock_until(&office.m, when) < 0)
				break;
			equal(++office.inside, 1);
			stay(&seed);
			office.inside--;
			rt_mutex_unlock(&office.m);
			break;
		case 1:
			if (rt_rwmutex_lock_until(&office.rw, when) < 0)
				break;
			equal(++office.writers, 1);
			equal(office.readers, 0);
			stay(&seed);
			office.writers--;
			rt_rwmutex_unlock(&office.rw);
			break;
		case 2:
			if (rt_rwmutex_rlock_until(&office.rw, when) < 0)
				break;
			office.readers++;
			equal(office.writers, 0);
			stay(&seed);
			office.readers--;
			rt_rwmutex_runlock(&office.rw);
			break;
		default:
			if (rt_sem_acquire_until(&office.s, when) < 0)
				break;
			check(++office.permits <= 2);
			stay(&seed);
			office.permits--;
			rt_sem_release(&office.s);
		}
	}
	rt_waitgroup_done(&all);
}

static void locks(void)
{
	rt_waitgroup_add(&all, 2 * Crowd);
	for (int i = 0; i < 2 * Crowd; i++)
		rt_go(queue_up, NULL);
	rt_waitgroup_wait(&all);
	equal(office.m.state, 0);
	equal(office.m.sema, 0);
	equal(office.rw.state, 0);
	equal(office.s.count, 2);
}

// Each signal wakes one that has not given up: what is put there is taken.
static struct {
	rt_mutex m;
	rt_cond c;
	int64_t there, taken;
	bool over;
} table = { .c.l = &table.m };

static void take(void *arg)
{
	uint64_t seed = rt_goid() * 31337 + 1;

	(void)arg;
	rt_mutex_lock(&table.m);
	while (!table.over || table.there > 0) {
		if (table.there > 0) {
			table.there--;
			table.taken++;
		} else if (next_random(&seed) % 4 == 0) {
			rt_cond_wait(&table.c);
		} else {
			rt_cond_wait_until(&table.c, from_now((int64_t)(next_random(&seed) % 20)));
		}
	}
	rt_mutex_unlock(&table.m);
	rt_waitgroup_done(&all);
}

static void conditions(void)
{
	rt_waitgroup_add(&all, Crowd);
	for (int i = 0; i < Crowd; i++)
		rt_go(take, NULL);
	for (int64_t i = 0; i < rounds; i++) {
		rt_mutex_lock(&table.m);
		table.there++;
		rt_mutex_unlock(&table.m);
		rt_cond_signal(&table.c);
		if (i % 64 == 0)
			rt_sleep(10 * RT_MICROSECOND);
	}
	rt_mutex_lock(&table.m);
	table.over = true;
	rt_mutex_unlock(&table.m);
	rt_cond_broadcast(&table.c);
	rt_waitgroup_wait(&all);
	equal(table.taken, rounds);
	equal(table.c.head, 0);
}

// A signal that meets the deadline of the first waiter goes to the second.
static void want_signal(void *arg)
{
	rt_cond *c = arg;

	rt_mutex_lock(c->l);
	rt_cond_wait(c);
	rt_mutex_unlock(c->l);
	rt_waitgroup_done(&all);
}

static void maybe_signal(void *arg)
{
	rt_cond *c = arg;
	int r;

	rt_mutex_lock(c->l);
	r = rt_cond_wait_until(c, from_now(30));
	rt_mutex_unlock(c->l);
	if (r == 0)
		rt_cond_signal(c); // it was for the other
	rt_waitgroup_done(&all);
}

static void no_signal_lost(void)
{
	rt_mutex m = { 0 };
	rt_cond c = { .l = &m };

	for (int64_t i = 0; i < rounds / 10; i++) {
		rt_waitgroup_add(&all, 2);
		rt_go(maybe_signal, &c);
		rt_go(want_signal, &c);
		rt_sleep(i % 60 * RT_MICROSECOND);
		for (bool waits = false; !waits; rt_gosched()) {
			rt_mutex_lock(&m);
			waits = c.tail && all.state >> 32 == 1;
			waits = waits || (c.head && c.head != c.tail);
			rt_mutex_unlock(&m);
		}
		rt_cond_signal(&c);
		rt_waitgroup_wait(&all);
		equal(c.head, 0);
	}
}

static void finish(void *arg)
{
	uint64_t seed = rt_goid() * 271829 + 1;

	if (next_random(&seed) % 2)
		rt_sleep((int64_t)(next_random(&seed) % 30) * RT_MICROSECOND);
	rt_waitgroup_done(arg);
}

static void groups(void)
{
	for (int64_t i = 0; i < rounds / 4; i++) {
		rt_waitgroup wg = { 0 };

		rt_waitgroup_add(&wg, 2);
		rt_go(finish, &wg);
		rt_go(finish, &wg);
		while (rt_waitgroup_wait_until(&wg, from_now(i % 30)) < 0)
			;
		equal(wg.state, 0);
		equal(wg.sema, 0);
	}
}

int rt_main(int argc, char **argv)
{
	rounds = argument(argc, argv, 2000);
	alone();
	market(0);
	market(2);
	locks();
	conditions();
	no_signal_lost();
	groups();
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
