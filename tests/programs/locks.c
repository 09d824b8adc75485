// tests/programs/locks.c - mutexes, reader-writer mutexes, conditions, once, semaphores.
//
//	locks [ROUNDS]	(default 20000)
//
// Promises: one at a time in a mutex, also with many that come and go; a long waiter gets it
// though another takes it all the time (starvation mode); try_lock says the truth;
// readers run together, a writer alone; a writer is not starved by readers nor they by
// writers; conditions wake in the order of arrival, one or all; once runs once, and is over
// for all that come; a semaphore lets so many in.
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

enum { Crowd = 8, Permits = 3, Sleepers = 50 };

static int64_t rounds;
static rt_waitgroup all;

// ---- mutex --------------------------------------------------------------------------

static struct {
	rt_mutex m;
	int64_t count;
	_Atomic(int) inside;
} guarded;

static void enter(void *arg)
{
	for (int64_t i = 0; i < rounds; i++) {
		if (i % 16 == 0) {
			while (!rt_mutex_try_lock(&guarded.m))
				rt_gosched();
		} else {
			rt_mutex_lock(&guarded.m);
		}
		equal(++guarded.inside, 1);
		guarded.count++;
		if (i % 256 == (intptr_t)arg)
			rt_gosched();
		equal(--guarded.inside, 0);
		rt_mutex_unlock(&guarded.m);
	}
	rt_waitgroup_done(&all);
}

static void mutexes(void)
{
	check(rt_mutex_try_lock(&guarded.m));
	check(!rt_mutex_try_lock(&guarded.m));
	rt_mutex_unlock(&guarded.m);
	go_all(&all, Crowd, enter, NULL);
	rt_waitgroup_wait(&all);
	equal(guarded.count, Crowd * rounds);
	equal(guarded.m.state, 0);
	equal(guarded.m.sema, 0);
}

static _Atomic(int) stop;

// Holds it all the time, except for a moment.
static void hog(void *arg)
{
	rt_mutex *m = arg;

	while (!stop) {
		int64_t until = rt_nanotime() + 100 * RT_MICROSECOND;

		rt_mutex_lock(m);
		while (rt_nanotime() < until)
			;
		rt_mutex_unlock(m);
	}
	rt_waitgroup_done(&all);
}

static void not_starved(void)
{
	rt_mutex m = { 0 };

	stop = 0;
	go_all(&all, 1, hog, &m);
	for (int i = 0; i < 10; i++) {
		rt_sleep(100 * RT_MICROSECOND);
		rt_mutex_lock(&m);
		rt_mutex_unlock(&m);
	}
	stop = 1;
	rt_waitgroup_wait(&all);
	equal(m.state, 0);
}

// ---- readers and writers ------------------------------------------------------------

static struct {
	rt_rwmutex m;
	_Atomic(int) readers, writers, met;
	int64_t value;
} shared;

static void read_it(void *arg)
{
	for (int64_t i = 0; i < rounds / 4; i++) {
		rt_rwmutex_rlock(&shared.m);
		shared.readers++;
		equal(shared.writers, 0);
		if (i % 64 == (intptr_t)arg)
			rt_gosched();
		shared.readers--;
		rt_rwmutex_runlock(&shared.m);
	}
	rt_waitgroup_done(&all);
}

static void write_it(void *arg)
{
	for (int64_t i = 0; i < rounds / 8; i++) {
		rt_rwmutex_lock(&shared.m);
		equal(++shared.writers, 1);
		equal(shared.readers, 0);
		shared.value++;
		if (i % 64 == (intptr_t)arg)
			rt_gosched();
		equal(--shared.writers, 0);
		rt_rwmutex_unlock(&shared.m);
	}
	rt_waitgroup_done(&all);
}

// All of them inside at once.
static void read_together(void *arg)
{
	(void)arg;
	rt_rwmutex_rlock(&shared.m);
	shared.met++;
	while (shared.met < Crowd)
		rt_gosched();
	rt_rwmutex_runlock(&shared.m);
	rt_waitgroup_done(&all);
}

static void read_always(void *arg)
{
	(void)arg;
	while (!stop) {
		rt_rwmutex_rlock(&shared.m);
		rt_gosched();
		rt_rwmutex_runlock(&shared.m);
	}
	rt_waitgroup_done(&all);
}

static void readers_and_writers(void)
{
	go_all(&all, Crowd, read_together, NULL);
	rt_waitgroup_wait(&all);
	go_all(&all, Crowd, read_it, NULL);
	go_all(&all, Crowd / 2, write_it, NULL);
	rt_waitgroup_wait(&all);
	equal(shared.value, Crowd / 2 * (rounds / 8));
	equal(shared.m.state, 0);

	stop = 0;
	go_all(&all, Crowd, read_always, NULL);
	for (int i = 0; i < 20; i++) {
		rt_rwmutex_lock(&shared.m);
		rt_rwmutex_unlock(&shared.m);
		rt_gosched();
	}
	stop = 1;
	rt_waitgroup_wait(&all);
	check(rt_rwmutex_try_lock(&shared.m));
	check(!rt_rwmutex_try_lock(&shared.m));
	check(!rt_rwmutex_try_rlock(&shared.m));
	rt_rwmutex_unlock(&shared.m);
	check(rt_rwmutex_try_rlock(&shared.m));
	check(rt_rwmutex_try_rlock(&shared.m));
	check(!rt_rwmutex_try_lock(&shared.m));
	rt_rwmutex_runlock(&shared.m);
	rt_rwmutex_runlock(&shared.m);
	equal(shared.m.state, 0);
}

// ---- conditions ---------------------------------------------------------------------

static struct {
	rt_mutex m;
	rt_cond c;
	int64_t waiting, woken[Sleepers], nwoken, turn;
} club = { .c.l = &club.m };

static void await_signal(void *arg)
{
	rt_mutex_lock(&club.m);
	club.waiting++;
	rt_cond_wait(&club.c);
	club.woken[club.nwoken++] = (intptr_t)arg;
	rt_mutex_unlock(&club.m);
	rt_waitgroup_done(&all);
}

static void fill_club(void)
{
	club.waiting = club.nwoken = 0;
	for (intptr_t i = 0; i < Sleepers; i++) {
		rt_waitgroup_add(&all, 1);
		rt_go(await_signal, (void *)i);
		// The next comes when this one waits.
		for (bool in = false; !in; rt_gosched()) {
			rt_mutex_lock(&club.m);
			in = club.waiting == i + 1;
			rt_mutex_unlock(&club.m);
		}
	}
}

static void conditions(void)
{
	rt_cond_signal(&club.c); // nobody
	rt_cond_broadcast(&club.c);
	fill_club();
	for (int i = 0; i < Sleepers; i++) {
		rt_cond_signal(&club.c);
		for (bool out = false; !out; rt_gosched()) {
			rt_mutex_lock(&club.m);
			out = club.nwoken == i + 1;
			rt_mutex_unlock(&club.m);
		}
		equal(club.woken[i], i);
	}
	rt_waitgroup_wait(&all);
	fill_club();
	rt_cond_broadcast(&club.c);
	rt_waitgroup_wait(&all);
	equal(club.nwoken, Sleepers);
	equal(club.c.head, 0);
}

// Takes turns: every wake-up counts.
static void take_turns(void *arg)
{
	int64_t me = (intptr_t)arg;

	rt_mutex_lock(&club.m);
	for (int64_t i = 0; i < rounds / 20; i++) {
		while (club.turn % Crowd != me)
			rt_cond_wait(&club.c);
		club.turn++;
		rt_cond_broadcast(&club.c);
	}
	rt_mutex_unlock(&club.m);
	rt_waitgroup_done(&all);
}

static void turns(void)
{
	rt_waitgroup_add(&all, Crowd);
	for (intptr_t i = 0; i < Crowd; i++)
		rt_go(take_turns, (void *)i);
	rt_waitgroup_wait(&all);
	equal(club.turn, Crowd * (rounds / 20));
}

// ---- once, semaphore ----------------------------------------------------------------

static struct {
	rt_once o;
	int64_t ran;
	bool over;
} single;

static void run_once(void *arg)
{
	(void)arg;
	single.ran++;
	for (int i = 0; i < 10; i++)
		rt_gosched();
	single.over = true;
}

static void want_once(void *arg)
{
	(void)arg;
	rt_once_do(&single.o, run_once, NULL);
	check(single.over);
	rt_waitgroup_done(&all);
}

static struct {
	rt_sem s;
	_Atomic(int) inside, most;
} parking = { .s = { Permits } };

static void park_here(void *arg)
{
	(void)arg;
	for (int64_t i = 0; i < rounds / 10; i++) {
		int n;

		if (i % 8 != 0 || !rt_sem_try_acquire(&parking.s))
			rt_sem_acquire(&parking.s);
		n = ++parking.inside;
		check(n <= Permits);
		if (n > parking.most)
			parking.most = n;
		if (i % 32 == 0)
			rt_gosched();
		parking.inside--;
		rt_sem_release(&parking.s);
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	rounds = argument(argc, argv, 20000);
	mutexes();
	not_starved();
	readers_and_writers();
	conditions();
	turns();
	go_all(&all, Crowd, want_once, NULL);
	rt_waitgroup_wait(&all);
	equal(single.ran, 1);
	for (int i = 0; i < Permits; i++) // none is through before the last one is there
		rt_sem_acquire(&parking.s);
	go_all(&all, Crowd, park_here, NULL);
	for (int i = 0; i < Permits; i++)
		rt_sem_release(&parking.s);
	rt_waitgroup_wait(&all);
	equal(parking.s.count, Permits);
	check(parking.most > 1);
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
