// tests/crash/freed_locks.c - in a debug build each call with a lock in freed memory is fatal,
// and with one that its object has no room for.
// matrix: HOW=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26
// stderr~: ^fatal error: an? (mutex|rwmutex|waitgroup|semaphore|cond|once) of [0-9]+ bytes at 0x[0-9a-f]+ is in freed memory\nallocated by goroutine 1:\nrt_main\(\.\.\.\)\n\t.*\nfreed by goroutine 1:\nrt_main
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include "../lib/test.h"

typedef struct {
	char before[40];
	rt_mutex m;
	rt_rwmutex rw;
	rt_waitgroup wg;
	rt_sem sem;
	rt_cond cond;
	rt_once once;
} Locks;

static void use(Locks *l, int64_t which)
{
	switch (which) {
	case 0: rt_mutex_lock(&l->m); break;
	case 1: rt_mutex_lock_until(&l->m, 0); break;
	case 2: rt_mutex_try_lock(&l->m); break;
	case 3: rt_mutex_unlock(&l->m); break;
	case 4: rt_rwmutex_rlock(&l->rw); break;
	case 5: rt_rwmutex_rlock_until(&l->rw, 0); break;
	case 6: rt_rwmutex_try_rlock(&l->rw); break;
	case 7: rt_rwmutex_runlock(&l->rw); break;
	case 8: rt_rwmutex_lock(&l->rw); break;
	case 9: rt_rwmutex_lock_until(&l->rw, 0); break;
	case 10: rt_rwmutex_try_lock(&l->rw); break;
	case 11: rt_rwmutex_unlock(&l->rw); break;
	case 12: rt_waitgroup_add(&l->wg, 1); break;
	case 13: rt_waitgroup_done(&l->wg); break;
	case 14: rt_waitgroup_wait(&l->wg); break;
	case 15: rt_waitgroup_wait_until(&l->wg, 0); break;
	case 16: rt_sem_acquire(&l->sem); break;
	case 17: rt_sem_acquire_until(&l->sem, 0); break;
	case 18: rt_sem_try_acquire(&l->sem); break;
	case 19: rt_sem_release(&l->sem); break;
	case 20: rt_cond_wait(&l->cond); break;
	case 21: rt_cond_wait_until(&l->cond, 0); break;
	case 22: rt_cond_signal(&l->cond); break;
	case 23: rt_cond_broadcast(&l->cond); break;
	case 24: rt_once_do(&l->once, nothing, NULL); break;
	case 25: rt_once_do_until(&l->once, nothing, NULL, 0); break;
	case 26: // large objects have pages of their own
		rt_mutex_lock(&l->m);
		break;
	}
}

int rt_main(int argc, char **argv)
{
	int64_t which = number(rt_getenv("HOW"));
	Locks *l = rt_malloc(which == 26 ? 1 << 20 : sizeof *l);

	(void)argc, (void)argv;
	*l = (Locks){ 0 };
	rt_free(l);
	if (which == 26)
		l = (Locks *)((char *)l + (512 << 10));
	use(l, which);
	return 0;
}
