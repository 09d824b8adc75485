// once.c - doing something exactly once.
//
// done is set after fn has returned, and the mutex held until then: so when rt_once_do returns,
// fn has returned.
//
// Follows Go's sync/once.go.
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

// Ends the call of fn, however it is left: a panic counts as done, too.
static void oncedone(void *arg)
{
	rt_once *o = arg;

	happensbefore(o);
	atomic_store_release(&o->done, 1); // publishes what fn did
	rt_mutex_unlock(&o->m);
}

static void doslow(rt_once *o, rt_func *fn, void *arg)
{
	if (o->done) {
		rt_mutex_unlock(&o->m);
		return;
	}
	rt_defer(oncedone, o);
	fn(arg);
}

void rt_once_do(rt_once *o, rt_func *fn, void *arg)
{
	preemptcheck();
	checkmemory(o, sizeof *o, "a once");
	raceuses(o);
	if (likely(atomic_load_acquire(&o->done))) { // sees what fn did
		raceacquires(o);
		return;
	}
	rt_mutex_lock(&o->m);
	doslow(o, fn, arg);
}

int rt_once_do_until(rt_once *o, rt_func *fn, void *arg, int64_t when)
{
	preemptcheck();
	checkmemory(o, sizeof *o, "a once");
	raceuses(o);
	if (atomic_load_acquire(&o->done)) {
		raceacquires(o);
		return 0;
	}
	if (rt_mutex_lock_until(&o->m, when) < 0)
		return -ETIMEDOUT;
	doslow(o, fn, arg);
	return 0;
}
