// pthread_mutex.c - pthread_mutex_t, which C11's mutexes are, too.
//
//	lock:	0..30	the owner: its tid, or EBUSY where the type does not ask. 0: unlocked
//		31	HasWaiters: some may wait
//
// A waiter sets HasWaiters in the word before it waits for it, so the unlocker looks into the
// queue. A woken waiter competes with others that just arrive, as in rt_mutex; one that has waited
// for more than 1 ms gets the mutex from the unlocker, without it being free in between. So
// a stream of others cannot keep it out.
//
// The unlocker writes the word under the bucket's lock: a waiter that is about to queue up
// finds it changed, or is found. After that it does not touch the mutex, which the next owner
// may free.
//
// Mutexes between processes are the kernel's to wait for, with musl's protocol.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/pthread.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

enum {
	MutexNormal, MutexRecursive, MutexErrorcheck, MutexType = 3,
	MutexRobust = 4, MutexPi = 8, MutexAttributes = 15, // what the owner matters for
	Owner = 0x7fffffff,
	StarvationThreshold = 1000 * 1000, // ns
	SpinCount = 40,
};

int __pthread_mutex_trylock(PthreadMutex *m);
int __pthread_mutex_timedlock(PthreadMutex *m, const LibraryTime *at);
int pthread_mutex_init(PthreadMutex *m, const uint32_t *attr);
int pthread_mutex_lock(PthreadMutex *m) ALSO(__pthread_mutex_lock);
int pthread_mutex_trylock(PthreadMutex *m) ALSO(__pthread_mutex_trylock);
int pthread_mutex_timedlock(PthreadMutex *m, const LibraryTime *at) ALSO(__pthread_mutex_timedlock);
int pthread_mutex_unlock(PthreadMutex *m) ALSO(__pthread_mutex_unlock);
int pthread_mutexattr_setprotocol(uint32_t *attr, int protocol);
int pthread_mutexattr_setrobust(uint32_t *attr, int robust);
int mtx_trylock(PthreadMutex *m);

// ---- making -------------------------------------------------------------------------

// The kernel would take an owner's tid for a thread's.
int pthread_mutex_init(PthreadMutex *m, const uint32_t *attr)
{
	if (attr && (*attr & (MutexRobust | MutexPi)))
		return ENOTSUP;
	*m = (PthreadMutex){ .type = attr ? (int32_t)*attr : 0 };
	return 0;
}

int pthread_mutexattr_setprotocol(uint32_t *attr, int protocol)
{
	(void)attr;
	return protocol == 0 ? 0 : protocol > 0 && protocol <= 2 ? ENOTSUP : EINVAL;
}

int pthread_mutexattr_setrobust(uint32_t *attr, int robust)
{
	(void)attr;
	return robust == 0 ? 0 : robust == 1 ? ENOTSUP : EINVAL;
}

// ---- locking ------------------------------------------------------------------------

// As the owner of m: the caller, in the way that m's type has it.
static uint32_t callerfor(const PthreadMutex *m)
{
	return m->type & MutexAttributes ? callertid() : EBUSY;
}

// Takes m if it is free. *old is what was in the word.
static bool takefree(PthreadMutex *m, uint32_t self, uint32_t *old)
{
	*old = atomic_load_relaxed(&m->lock);
	while (!(*old & Owner)) {
		// Acquire: pairs with unlocking.
		if (atomic_cas_or_load(&m->lock, old, *old | self))
			return true;
	}
	return false;
}

// Once around: waits until the word may have changed. Returns 0, or -ETIMEDOUT.
static int64_t mutexshared(PthreadMutex *m, uint32_t old, int64_t when)
{
	uint32_t marked = old | HasWaiters;
	int64_t r;

	atomic_xadd(&m->waiters, 1);
	atomic_cas(&m->lock, old, marked);
	r = sharedwait(&m->lock, marked, when);
	atomic_xadd(&m->waiters, -1u);
	return r == -ETIMEDOUT ? r : 0;
}

// Does so between goroutines and threads. *handed: m is the caller's.
static int64_t mutexprivate(PthreadMutex *m, uint32_t old, uint32_t self, int64_t when,
                           int64_t *since, bool *handed)
{
	uint32_t marked = old | HasWaiters;
	bool again = *since != 0;
	FutexWaiter w;
	FutexBucket *b;

	if (old != marked && !atomic_cas(&m->lock, old, marked))
		return 0;
	if (inhandler()) {
		osyield();
		return 0;
	}
	if (!again)
		*since = librarynow();
	futexbegin(&w, &m->lock, when, WaitReasonMutexLock);
	w.owner = self;
	w.since = *since;
	b = futexlock(&m->lock);
	if (atomic_load_relaxed(&m->lock) != marked) {
		futexunlock(b);
		return 0;
	}
	futexqueue(b, &w, again); // one that has waited before comes first
	futexunlock(b);
	if (futexpark(&w) < 0)
		return -ETIMEDOUT;
	*handed = w.handed;
	return 0;
}

static int mutexlong(PthreadMutex *m, uint32_t self, int64_t when)
{
	bool handed = false;
	int64_t since = 0, r;
	uint32_t old;

	if (ncpu > 1 && !(atomic_load_relaxed(&m->lock) & HasWaiters))
		procyield(SpinCount);
	while (!takefree(m, self, &old)) {
		if (m->type & Shared)
			r = mutexshared(m, old, when);
		else
			r = mutexprivate(m, old, self, when, &since, &handed);
		if (handed)
			break;
		if (r < 0)
			return ETIMEDOUT;
	}
	return 0;
}

// The caller owns m already. Returns what that means for its type, or 0 if it must wait.
static int again(PthreadMutex *m, bool try)
{
	if ((m->type & MutexType) == MutexRecursive) {
		if (m->count == INT32_MAX)
			return EAGAIN;
		m->count++;
		return -1;
	}
	return try ? EBUSY : (m->type & MutexType) == MutexErrorcheck ? EDEADLK : 0;
}

// What is not as simple as lock: owners, deadlines, waiting.
static NOINLINE int lockwith(PthreadMutex *m, bool try, const LibraryTime *at)
{
	uint32_t self = callerfor(m), old;
	int64_t when;
	int r;

	if (m->type & (MutexRobust | MutexPi))
		return ENOTSUP;
	if (takefree(m, self, &old))
		return 0;
	if ((m->type & MutexAttributes) && (old & Owner) == self) {
		r = again(m, try);
		if (r != 0)
			return max(r, 0);
	}
	if (try)
		return EBUSY;
	when = instant(0, at);
	return when < 0 ? EINVAL : mutexlong(m, self, when);
}

int __pthread_mutex_lock(PthreadMutex *m)
{
	chance();
	if (likely((m->type & MutexAttributes) == MutexNormal) &&
	    likely(atomic_cas(&m->lock, 0, EBUSY))) // acquire: pairs with unlock
		return 0;
	return lockwith(m, false, NULL);
}

int __pthread_mutex_trylock(PthreadMutex *m)
{
	chance();
	return lockwith(m, true, NULL);
}

int __pthread_mutex_timedlock(PthreadMutex *m, const LibraryTime *at)
{
	chance();
	return lockwith(m, false, at);
}

// musl's takes 0 alone for free.
int mtx_trylock(PthreadMutex *m)
{
	enum { Success, Busy, Failed };
	int r;

	chance();
	r = lockwith(m, true, NULL);
	return r == 0 ? Success : r == EBUSY ? Busy : Failed;
}

// ---- unlocking ----------------------------------------------------------------------

static void unlockshared(PthreadMutex *m)
{
	uint32_t waiters = atomic_load_relaxed(&m->waiters);
	uint32_t old = atomic_xchg(&m->lock, 0); // release; then another may free m

	if (waiters != 0 || (old & HasWaiters))
		sharedwake(&m->lock, 1);
}

// Wakes the first waiter, or hands m to it.
static NOINLINE void mutexnext(PthreadMutex *m)
{
	FutexWoken list = FUTEXWOKEN(list);
	FutexBucket *b;
	FutexWaiter *w;
	uint32_t new = 0;

	if (inhandler()) { // not for handlers, but it must not hang
		atomic_xchg(&m->lock, 0);
		futexwake(&m->lock, INT32_MAX);
		return;
	}
	b = futexlock(&m->lock);
	w = futextakeone(b, &m->lock, &list);
	if (w && librarynow() - w->since > StarvationThreshold) {
		w->handed = true;
		new = w->owner;
	}
	if (futexhas(b, &m->lock))
		new |= (uint32_t)HasWaiters;
	atomic_xchg(&m->lock, new); // release: pairs with takefree, and the lock of b
	futexunlock(b);
	futexready(&list);
}

int __pthread_mutex_unlock(PthreadMutex *m)
{
	uint32_t self = EBUSY;

	if (unlikely(m->type & (MutexAttributes | Shared))) {
		self = callerfor(m);
		if ((m->type & MutexAttributes) && (atomic_load_relaxed(&m->lock) & Owner) != self)
			return EPERM;
		if ((m->type & MutexType) == MutexRecursive && m->count != 0) {
			m->count--;
			return 0;
		}
		if (m->type & Shared) {
			unlockshared(m);
			return 0;
		}
	}
	if (unlikely(!atomic_cas(&m->lock, self, 0))) // release: pairs with lock
		mutexnext(m);
	return 0;
}
