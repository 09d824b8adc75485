// pthread_rwlock.c - pthread_rwlock_t.
//
//	lock:	0..30	the readers, or Writer. 0: unlocked
//		31	HasWaiters: some may wait
//
// Readers share it as long as there is one, as in musl: a thread may acquire it for reading again
// while writers wait. The last one out wakes all that wait.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/pthread.h"
#include "runtime/os/os.h"

enum { Writer = 0x7fffffff, MostReaders = Writer - 1 };

int pthread_rwlock_init(PthreadRwlock *rw, const int32_t *attr);
int __pthread_rwlock_tryrdlock(PthreadRwlock *rw);
int __pthread_rwlock_trywrlock(PthreadRwlock *rw);
int __pthread_rwlock_timedrdlock(PthreadRwlock *rw, const LibraryTime *at);
int __pthread_rwlock_timedwrlock(PthreadRwlock *rw, const LibraryTime *at);
int __pthread_rwlock_rdlock(PthreadRwlock *rw);
int __pthread_rwlock_wrlock(PthreadRwlock *rw);
int __pthread_rwlock_unlock(PthreadRwlock *rw);
int pthread_rwlock_tryrdlock(PthreadRwlock *rw) ALSO(__pthread_rwlock_tryrdlock);
int pthread_rwlock_trywrlock(PthreadRwlock *rw) ALSO(__pthread_rwlock_trywrlock);
int pthread_rwlock_timedrdlock(PthreadRwlock *rw, const LibraryTime *at)
	ALSO(__pthread_rwlock_timedrdlock);
int pthread_rwlock_timedwrlock(PthreadRwlock *rw, const LibraryTime *at)
	ALSO(__pthread_rwlock_timedwrlock);
int pthread_rwlock_rdlock(PthreadRwlock *rw) ALSO(__pthread_rwlock_rdlock);
int pthread_rwlock_wrlock(PthreadRwlock *rw) ALSO(__pthread_rwlock_wrlock);
int pthread_rwlock_unlock(PthreadRwlock *rw) ALSO(__pthread_rwlock_unlock);

int pthread_rwlock_init(PthreadRwlock *rw, const int32_t *attr)
{
	*rw = (PthreadRwlock){ .shared = attr && *attr ? Shared : 0 };
	return 0;
}

// Returns 0, EBUSY or EAGAIN; *old is what was in the word then.
static int tryread(PthreadRwlock *rw, uint32_t *old)
{
	*old = atomic_load_relaxed(&rw->lock);
	do {
		uint32_t readers = *old & Writer;

		if (readers == Writer)
			return EBUSY;
		if (readers == MostReaders)
			return EAGAIN;
	} while (!atomic_cas_or_load(&rw->lock, old, *old + 1)); // acquire: pairs with unlock
	return 0;
}

static int trywrite(PthreadRwlock *rw, uint32_t *old)
{
	*old = atomic_load_relaxed(&rw->lock);
	do {
		if (*old & Writer)
			return EBUSY;
	} while (!atomic_cas_or_load(&rw->lock, old, *old | Writer)); // acquire: pairs with unlock
	return 0;
}

static int64_t waitfor(PthreadRwlock *rw, uint32_t old, int64_t when, WaitReason reason)
{
	uint32_t marked = old | HasWaiters;
	int64_t r;

	if (!rw->shared) {
		if (old != marked && !atomic_cas(&rw->lock, old, marked))
			return 0;
		return futexwait(&rw->lock, marked, when, reason);
	}
	atomic_xadd(&rw->waiters, 1);
	atomic_cas(&rw->lock, old, marked);
	r = sharedwait(&rw->lock, marked, when);
	atomic_xadd(&rw->waiters, -1u);
	return r;
}

static int lockfor(PthreadRwlock *rw, int (*try)(PthreadRwlock *, uint32_t *),
                   const LibraryTime *at, WaitReason reason)
{
	uint32_t old;
	int64_t when;
	int r;

	chance();
	r = try(rw, &old);
	if (r != EBUSY)
		return r;
	when = instant(0, at);
	if (when < 0)
		return EINVAL;
	while ((r = try(rw, &old)) == EBUSY) {
		if (waitfor(rw, old, when, reason) == -ETIMEDOUT)
			return ETIMEDOUT;
	}
	return r;
}

int __pthread_rwlock_tryrdlock(PthreadRwlock *rw)
{
	uint32_t old;

	chance();
	return tryread(rw, &old);
}

int __pthread_rwlock_trywrlock(PthreadRwlock *rw)
{
	uint32_t old;

	chance();
	return trywrite(rw, &old);
}

int __pthread_rwlock_timedrdlock(PthreadRwlock *rw, const LibraryTime *at)
{
	return lockfor(rw, tryread, at, WaitReasonRWMutexRLock);
}

int __pthread_rwlock_timedwrlock(PthreadRwlock *rw, const LibraryTime *at)
{
	return lockfor(rw, trywrite, at, WaitReasonRWMutexLock);
}

int __pthread_rwlock_rdlock(PthreadRwlock *rw)
{
	return lockfor(rw, tryread, NULL, WaitReasonRWMutexRLock);
}

int __pthread_rwlock_wrlock(PthreadRwlock *rw)
{
	return lockfor(rw, trywrite, NULL, WaitReasonRWMutexLock);
}

// The word becomes 0 or less by a reader. If it becomes 0 and some wait, all are woken: by its
// address alone, since the next owner may free it.
int __pthread_rwlock_unlock(PthreadRwlock *rw)
{
	uint32_t old = atomic_load_relaxed(&rw->lock), new, waiters;
	bool shared = rw->shared;

	do {
		uint32_t owners = old & Writer;

		waiters = shared ? atomic_load_relaxed(&rw->waiters) : 0;
		new = owners == Writer || owners == 1 ? 0 : old - 1;
	} while (!atomic_cas_or_load(&rw->lock, &old, new)); // release: pairs with locking
	if (new != 0 || !(waiters || (old & HasWaiters)))
		return 0;
	if (shared)
		sharedwake(&rw->lock, INT32_MAX);
	else
		futexwake(&rw->lock, INT32_MAX);
	return 0;
}
