// gworld.h - models: goroutines that park and are readied, locks of one step, and a clock.
//
// Each thread is a goroutine that stays on its M. Locks take one step each (lock.c and note.c
// are models of the real ones). A timer fires whenever it is in the clock's hands: the clock is
// a thread, the last one.
#ifndef RT0_MODEL_GWORLD_H
#define RT0_MODEL_GWORLD_H

#include "tests/model/steplock.h"
#include "runtime/mem/object.h"
#include "runtime/sched/sudog.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"

// ---- goroutines ---------------------------------------------------------------------

void gopark(bool (*unlockf)(G *gp, void *lock), void *l, WaitReason reason)
{
	G *gp = getg();

	(void)reason;
	if (unlockf && !unlockf(gp, l))
		return;
	mc_park();
}

static bool parkunlock(G *gp, void *l)
{
	(void)gp;
	unlock(l);
	return true;
}

void goparkunlock(Mutex *l, WaitReason reason)
{
	gopark(parkunlock, l, reason);
}

void goready(G *gp)
{
	mc_unpark((int)(gp - wg));
}

void goyield(void)
{
	mc_yield();
}

// ---- the clock ----------------------------------------------------------------------

enum { Soon = 1500 }; // a deadline

static Mutex timerlock;
static Timer *pending[2]; // under timerlock
static uint32_t ntimers, ended;

void addtimer(Timer *t)
{
	lock(&timerlock);
	atomic_store_release(&t->pp, &wp[0]);
	pending[pending[0] != NULL] = t;
	ntimers++;
	unlock(&timerlock);
}

static bool taketimer(Timer *t, bool any, Timer *due)
{
	bool found = false;

	lock(&timerlock);
	for (int i = 0; i < 2 && !found; i++) {
		if (!pending[i] || (!any && pending[i] != t))
			continue;
		found = true;
		*due = *pending[i];
		atomic_store_release(&pending[i]->pp, NULL);
		pending[i] = NULL;
		ntimers--;
	}
	unlock(&timerlock);
	return found;
}

bool deltimer(Timer *t)
{
	Timer due;

	return taketimer(t, false, &due);
}

bool timerruns(const Timer *t)
{
	return atomic_load_acquire(&t->pp) != NULL;
}

bool modtimer(Timer *t, int64_t when)
{
	Timer due;

	if (!taketimer(t, false, &due))
		return false;
	t->when = when;
	addtimer(t);
	return true;
}

static bool clockwanted(void *n)
{
	return ntimers > 0 || ended == (uint32_t)(intptr_t)n;
}

// Fires what is pending, at any time, until n calls of ends().
static void theclock(void *n)
{
	int left = 3;

	for (;;) {
		Timer due;

		mc_await(clockwanted, n);
		if (ended == (uint32_t)(intptr_t)n)
			return;
		if (!taketimer(NULL, true, &due))
			continue;
		mc_assert(left-- > 0);
		modeltime = due.when > modeltime ? due.when : modeltime;
		due.f(due.arg, due.seq);
	}
}

static void ends(void)
{
	ended++;
}

static Sudog sudogs[MaxWorld];

// n goroutines, and the clock if there are deadlines.
static inline void makegoroutines(int n, bool clock)
{
	makeworld(n + clock);
	mc_ignore(&ended, sizeof ended);
	mc_ignore(&ntimers, sizeof ntimers);
	mc_name(&timerlock, sizeof timerlock, "timerlock", -1);
	mc_name(sudogs, sizeof sudogs, "sudogs", -1);
	for (int i = 0; i < n + clock; i++) {
		wp[i].sudogcache[0] = &sudogs[i];
		wp[i].sudogcachelen = 1;
	}
}

// Behind the n threads of goroutines, which call ends() so many times.
static inline void makeclock(int n, int times)
{
	mc_thread(theclock, (void *)(intptr_t)times, &wg0[n]);
}

// Each has its Sudog back.
static inline void sudogsback(int n)
{
	for (int i = 0; i < n; i++)
		mc_assert(wp[i].sudogcachelen == 1);
}

Sudog *refillSudogs(void)
{
	mc_assert(false);
	return NULL;
}

void drainSudogs(Sudog *s)
{
	(void)s;
	mc_assert(false); // it is queued
}

void memorycheck(const void *p, uintptr_t n, const char *what)
{
	(void)p;
	(void)n;
	(void)what;
}

void yieldcheck(const char *name)
{
	(void)name;
}

void goroutineonly(const char *name)
{
	(void)name;
}

#endif
