// semaphore.c - a counting semaphore.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

void rt_sem_acquire(rt_sem *s)
{
	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	raceuses(s);
	semacquire(&s->count, WaitReasonSemacquire);
	raceacquires(s);
}

int rt_sem_acquire_until(rt_sem *s, int64_t when)
{
	SemaUntil until = { .when = when };

	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	raceuses(s);
	if (!semacquire1(&s->count, false, WaitReasonSemacquire, &until))
		return -ETIMEDOUT;
	raceacquires(s);
	return 0;
}

bool rt_sem_try_acquire(rt_sem *s)
{
	uint32_t v;

	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	raceuses(s);
	v = atomic_load_relaxed(&s->count);
	while (v > 0) {
		if (atomic_cas(&s->count, v, v - 1)) {
			raceacquires(s);
			return true;
		}
		v = atomic_load_relaxed(&s->count);
	}
	return false;
}

void rt_sem_release(rt_sem *s)
{
	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	raceuses(s);
	racereleases(s);
	semrelease(&s->count);
}
