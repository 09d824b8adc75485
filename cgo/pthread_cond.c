// pthread_cond.c - pthread_cond_t, which C11's conditions are, too.
//
// A waiter is in the queue before it unlocks the mutex, so that a signal after that finds it. The
// signals go to the waiters in order. Once a waiter is off the queue it does not touch the
// condition, which may be destroyed after a broadcast.
//
//	waiting == waiters in the queue; under the bucket's lock, read without it by signals
//
// Between processes seq counts the signals, and the kernel compares it.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/pthread.h"
#include "runtime/os/os.h"

int pthread_cond_init(PthreadCond *c, const uint32_t *attr);
int pthread_cond_destroy(PthreadCond *c);
int __pthread_cond_timedwait(PthreadCond *c, PthreadMutex *m, const LibraryTime *at);
int pthread_cond_timedwait(PthreadCond *c, PthreadMutex *m, const LibraryTime *at)
	ALSO(__pthread_cond_timedwait);
int pthread_cond_wait(PthreadCond *c, PthreadMutex *m);
int pthread_cond_signal(PthreadCond *c);
int pthread_cond_broadcast(PthreadCond *c);
int cnd_signal(PthreadCond *c) ALSO(pthread_cond_signal);
int cnd_broadcast(PthreadCond *c) ALSO(pthread_cond_broadcast);

int pthread_cond_init(PthreadCond *c, const uint32_t *attr)
{
	*c = (PthreadCond){ 0 };
	if (attr) {
		c->clock = (int32_t)(*attr & INT32_MAX);
		c->shared = *attr > INT32_MAX ? (void *)-1 : NULL;
	}
	return 0;
}

// Between processes a waiter still reads seq after it was woken: waits until all have left.
int pthread_cond_destroy(PthreadCond *c)
{
	if (c->shared && atomic_load_relaxed(&c->waiting)) {
		atomic_xadd(&c->seq, 1);
		sharedwake(&c->seq, INT32_MAX);
		while (atomic_load_acquire(&c->waiting)) // pairs with condshared
			sched_yield();
	}
	return 0;
}

static int64_t condshared(PthreadCond *c, PthreadMutex *m, int64_t when)
{
	uint32_t seq = atomic_load_relaxed(&c->seq);
	int64_t r;

	atomic_xadd(&c->waiting, 1); // before the unlock: a signal after that sees it
	__pthread_mutex_unlock(m);
	do
		r = sharedwaitcancel(&c->seq, seq, when);
	while (r == -EINTR && atomic_load_relaxed(&c->seq) == seq);
	atomic_xadd(&c->waiting, -1u);
	return r == -ETIMEDOUT || r == -ECANCELED ? r : 0;
}

static int64_t condprivate(PthreadCond *c, PthreadMutex *m, int64_t when)
{
	FutexWaiter w;
	FutexBucket *b;

	futexbegin(&w, &c->seq, when, WaitReasonCondWait);
	w.counted = &c->waiting;
	w.cancels = cancelable(&w);
	b = futexlock(&c->seq);
	if (w.cancels && cancelwanted()) {
		futexunlock(b);
		__pthread_testcancel();
		return 0;
	}
	atomic_store_relaxed(&c->waiting, c->waiting + 1);
	futexqueue(b, &w, false);
	futexunlock(b);
	__pthread_mutex_unlock(m);
	return futexpark(&w);
}

int __pthread_cond_timedwait(PthreadCond *c, PthreadMutex *m, const LibraryTime *at)
{
	enum { MutexAttributes = 15, Owner = 0x7fffffff };
	int64_t when = instant(c->clock, at), r;
	int err;

	if ((m->type & MutexAttributes) && (atomic_load_relaxed(&m->lock) & Owner) != callertid())
		return EPERM;
	if (when < 0)
		return EINVAL;
	r = c->shared ? condshared(c, m, when) : condprivate(c, m, when);
	err = __pthread_mutex_lock(m);
	if (r == -ECANCELED) {
		__pthread_testcancel(); // with the mutex, for the cleanup handlers
		r = 0;
	}
	return err ? err : (int)-r;
}

int pthread_cond_wait(PthreadCond *c, PthreadMutex *m)
{
	return __pthread_cond_timedwait(c, m, NULL);
}

static void signalcond(PthreadCond *c, int32_t n)
{
	chance();
	// A waiter whose unlock of the mutex the caller has seen has counted before that.
	if (atomic_load_relaxed(&c->waiting) == 0)
		return;
	if (c->shared) {
		atomic_xadd(&c->seq, 1);
		sharedwake(&c->seq, n);
		return;
	}
	futexwake(&c->seq, n);
}

int pthread_cond_signal(PthreadCond *c)
{
	signalcond(c, 1);
	return 0;
}

int pthread_cond_broadcast(PthreadCond *c)
{
	signalcond(c, INT32_MAX);
	return 0;
}
