// tests/internal/mutex_order_sema.c - giving a semaphore's permit to a goroutine that waits, with the
// scheduler's lock held, throws in the builds that check the order of locks.
// variants: debug stress
// stderr: fatal error: lock ordering problem
// exit: 2
#include "internal.h"
#include "runtime/sync/sync.h"

static uint32_t sema;

static void waits(void *arg)
{
	(void)arg;
	semacquire(&sema, WaitReasonSemacquire);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(waits, NULL);
	while (atomic_load_relaxed(&semroot(&sema)->nwait) == 0)
		rt_gosched();
	lock(&sched.lock);
	semrelease(&sema);
	return 0;
}
