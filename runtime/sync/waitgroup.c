// waitgroup.c - waiting for a number of goroutines.
//
// state is the counter (high half) and the number of waiters (low half) in one word, so
// that both change together.
//
// Follows Go's sync/waitgroup.go.
#include "include/rt.h"
#include "runtime/sync/sync.h"

void rt_waitgroup_add(rt_waitgroup *wg, int delta)
{
	uint64_t state = atomic_xadd(&wg->state, (uint64_t)(uint32_t)delta << 32);
	int32_t v = (int32_t)(state >> 32);
	uint32_t w = (uint32_t)state;

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

void rt_waitgroup_done(rt_waitgroup *wg)
{
	preemptcheck();
	rt_waitgroup_add(wg, -1);
}

void rt_waitgroup_wait(rt_waitgroup *wg)
{
	uint64_t state;

	preemptcheck();
	do {
		state = atomic_load_acquire(&wg->state); // sees what was done before done()
		if (state >> 32 == 0)
			return;
	} while (!atomic_cas(&wg->state, state, state + 1));
	semacquire(&wg->sema, WaitReasonWaitGroupWait);
	if (atomic_load_acquire(&wg->state) != 0)
		rt_panic("sync: WaitGroup is reused before previous Wait has returned");
}
