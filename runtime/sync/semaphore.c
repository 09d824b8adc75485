// semaphore.c - a counting semaphore.
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

void rt_sem_acquire(rt_sem *s)
{
	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	semacquire(&s->count, WaitReasonSemacquire);
}

int rt_sem_acquire_until(rt_sem *s, int64_t when)
{
	SemaUntil until = { .when = when };

	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	if (semacquire1(&s->count, false, WaitReasonSemacquire, &until))
		return 0;
	return -ETIMEDOUT;
}

bool rt_sem_try_acquire(rt_sem *s)
{
	uint32_t v;

	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	v = atomic_load_relaxed(&s->count);
	while (v > 0) {
		if (atomic_cas(&s->count, v, v - 1))
			return true;
		v = atomic_load_relaxed(&s->count);
	}
	return false;
}

void rt_sem_release(rt_sem *s)
{
	preemptcheck();
	checkmemory(s, sizeof *s, "a semaphore");
	semrelease(&s->count);
}
