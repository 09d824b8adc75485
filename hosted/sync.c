// sync.c - the order that locks, semaphores, wait groups and rt_once make.
#include "hosted/wrap.h"

VOID(rt_mutex_lock, (rt_mutex *m), (m), , observe(m))
VALUE(rt_mutex_lock_until, int, (rt_mutex *m, int64_t when), (m, when), , if (r == 0) observe(m))
VALUE(rt_mutex_try_lock, bool, (rt_mutex *m), (m), , if (r) observe(m))
VOID(rt_mutex_unlock, (rt_mutex *m), (m), publish(m), )

// Two addresses: readers come after writers, and writers after both.
static void *readers(rt_rwmutex *m)
{
	return (char *)m + 1;
}

static void observeall(rt_rwmutex *m)
{
	observe(m);
	observe(readers(m));
}

VOID(rt_rwmutex_rlock, (rt_rwmutex *m), (m), , observe(m))
VALUE(rt_rwmutex_rlock_until, int, (rt_rwmutex *m, int64_t when), (m, when), , if (r == 0) observe(m))
VALUE(rt_rwmutex_try_rlock, bool, (rt_rwmutex *m), (m), , if (r) observe(m))
VOID(rt_rwmutex_runlock, (rt_rwmutex *m), (m), publish(readers(m)), )
VOID(rt_rwmutex_lock, (rt_rwmutex *m), (m), , observeall(m))
VALUE(rt_rwmutex_lock_until, int, (rt_rwmutex *m, int64_t when), (m, when), , if (r == 0) observeall(m))
VALUE(rt_rwmutex_try_lock, bool, (rt_rwmutex *m), (m), , if (r) observeall(m))
VOID(rt_rwmutex_unlock, (rt_rwmutex *m), (m), publish(m), )

VOID(rt_waitgroup_add, (rt_waitgroup *wg, int n), (wg, n), if (n < 0) publish(wg), )
VOID(rt_waitgroup_done, (rt_waitgroup *wg), (wg), publish(wg), )
VOID(rt_waitgroup_wait, (rt_waitgroup *wg), (wg), , observe(wg))
VALUE(rt_waitgroup_wait_until, int, (rt_waitgroup *wg, int64_t when), (wg, when), , if (r == 0) observe(wg))

// The mutex orders; a signal does not.
VOID(rt_cond_wait, (rt_cond *c), (c), rt_mutex *l = c->l; publish(l), observe(l))
VALUE(rt_cond_wait_until, int, (rt_cond *c, int64_t when), (c, when), rt_mutex *l = c->l; publish(l), observe(l))

VOID(rt_sem_acquire, (rt_sem *s), (s), , observe(s))
VALUE(rt_sem_acquire_until, int, (rt_sem *s, int64_t when), (s, when), , if (r == 0) observe(s))
VALUE(rt_sem_try_acquire, bool, (rt_sem *s), (s), , if (r) observe(s))
VOID(rt_sem_release, (rt_sem *s), (s), publish(s), )

// What the function did is published in once.c.
VOID(rt_once_do, (rt_once *o, rt_func *fn, void *arg), (o, fn, arg), , observe(o))
VALUE(rt_once_do_until, int, (rt_once *o, rt_func *fn, void *arg, int64_t when), (o, fn, arg, when), , if (r == 0) observe(o))
