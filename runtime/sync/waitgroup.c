// waitgroup.c - waiting for a number of goroutines.
//
// state is the counter (high half) and the number of waiters (low half) in one word, so
// that both change together. The call that brings the counter to 0 also sets the
// waiters to 0, and releases a permit for each of them.
//
// Follows Go's sync/waitgroup.go.
//
// built: hot
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

ALWAYS_INLINE void add(rt_waitgroup *wg, int delta)
{
	uint64_t state;
	uint32_t w;
	int32_t v;

	checkmemory(wg, sizeof *wg, "a waitgroup");
	raceuses(wg);
	if (delta < 0)
		racereleases(wg);
	state = atomic_xadd(&wg->state, (uint64_t)(uint32_t)delta << 32);
	v = (int32_t)(state >> 32);
	w = (uint32_t)state;
	if (v < 0)
		rt_panic("sync: negative WaitGroup counter");
	if (w != 0 && delta > 0 && v == delta)
		rt_panic("sync: WaitGroup misuse: Add called concurrently with Wait");
	if (v > 0 || w == 0)
		return;
	// The counter is 0 and there are waiters: nobody may change the state now.
	if (atomic_load_relaxed(&wg->state) != state)
		rt_panic("sync: WaitGroup misuse: Add called concurrently with Wait");
	atomic_store_release(&wg->state, 0);
	for (; w > 0; w--)
		semrelease(&wg->sema);
}

void rt_waitgroup_add(rt_waitgroup *wg, int delta)
{
	preemptcheck();
	add(wg, delta);
}

void rt_waitgroup_done(rt_waitgroup *wg)
{
	preemptcheck();
	add(wg, -1);
}

// The deadline has come: one waiter less. But if the counter is 0, a permit is on its way.
static bool uncount(void *arg)
{
	rt_waitgroup *wg = arg;
	uint64_t state = atomic_load_relaxed(&wg->state);

	do {
		if (state >> 32 == 0 || (uint32_t)state == 0)
			return false;
	} while (!atomic_cas_or_load(&wg->state, &state, state - 1));
	return true;
}

static bool waitzero(rt_waitgroup *wg, int64_t when)
{
	SemaUntil until = { .when = when, .cancel = uncount, .arg = wg };
	uint64_t state;

	checkmemory(wg, sizeof *wg, "a waitgroup");
	raceuses(wg);
	do {
		state = atomic_load_acquire(&wg->state); // sees what was done before done()
		if (state >> 32 == 0)
			return true;
	} while (!atomic_cas(&wg->state, state, state + 1));
	if (!semacquire1(&wg->sema, false, WaitReasonWaitGroupWait, &until))
		return false;
	if (atomic_load_acquire(&wg->state) != 0)
		rt_panic("sync: WaitGroup is reused before previous Wait has returned");
	return true;
}

void rt_waitgroup_wait(rt_waitgroup *wg)
{
	preemptcheck();
	waitzero(wg, Never);
	raceacquires(wg);
}

int rt_waitgroup_wait_until(rt_waitgroup *wg, int64_t when)
{
	preemptcheck();
	if (!waitzero(wg, when))
		return -ETIMEDOUT;
	raceacquires(wg);
	return 0;
}
