// pthread_sem.c - sem_t. Named ones are musl's, on top of these.
//
//	value:	0..30	permits
//		31	HasWaiters: some may wait for one
//
//	waiters: those that are about to wait, do, or are about to return
//
// A waiter counts itself in, and then sets HasWaiters if there is no permit. The post that
// finds it set leaves it set if it has seen more than one waiter, and wakes one; otherwise it
// clears it and wakes all: one that has come after it had looked is among them, or finds
// the permit. After the permit is there a post uses the semaphore's address alone.
//
// A handler without SA_RESTART ends a wait: the main goroutine's wherever it ran, those in the
// kernel on their thread. With a permit there the wait succeeds.
//
// What may not park waits in the kernel: threads, the library's own code. There it is woken by
// sem_post itself, which signal handlers may call too. __synccall needs that: its handlers wait on
// all threads at once, and none is left that would serve the table.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/gate.h"
#include "cgo/pthread.h"
#include "runtime/os/os.h"

enum { MostPermits = 0x7fffffff };

int sem_init(PthreadSem *s, int shared, uint32_t value);
int sem_destroy(PthreadSem *s);
int sem_getvalue(PthreadSem *s, int *value);
int sem_trywait(PthreadSem *s);
int sem_timedwait(PthreadSem *s, const LibraryTime *at);
int sem_wait(PthreadSem *s);
int sem_post(PthreadSem *s);

static int seterrno(int err)
{
	*___errno_location() = err;
	return -1;
}

int sem_init(PthreadSem *s, int shared, uint32_t value)
{
	if (value > MostPermits)
		return seterrno(EINVAL);
	*s = (PthreadSem){ .value = value, .private = shared ? 0 : Private };
	return 0;
}

int sem_destroy(PthreadSem *s)
{
	(void)s;
	return 0;
}

int sem_getvalue(PthreadSem *s, int *value)
{
	*value = (int)(atomic_load_relaxed(&s->value) & MostPermits);
	return 0;
}

static bool trypermit(PthreadSem *s)
{
	uint32_t old = atomic_load_relaxed(&s->value);

	while (old & MostPermits) {
		if (atomic_cas_or_load(&s->value, &old, old - 1)) // acquire: pairs with sem_post
			return true;
	}
	return false;
}

int sem_trywait(PthreadSem *s)
{
	chance();
	return trypermit(s) ? 0 : seterrno(EAGAIN);
}

extern const char __libc_text_start[], __libc_text_end[];

// A thread has waited in the kernel: posts wake there too. It is set before such a wait, and looked
// at after the permit is there.
static uint32_t threadwaits;

static int64_t sempark(PthreadSem *s, int64_t when, bool park)
{
	int64_t r;

	atomic_xadd(&s->waiters, 1); // first: pairs with sem_post
	atomic_cas(&s->value, 0, (uint32_t)HasWaiters);
	if (!s->private) {
		r = sharedwaitcancel(&s->value, (uint32_t)HasWaiters, when);
	} else if (park) {
		r = futexwaitsignal(&s->value, (uint32_t)HasWaiters, when, WaitReasonSemacquire);
	} else {
		atomic_xchg(&threadwaits, true); // pairs with sem_post
		r = threadwaitcancel(&s->value, (uint32_t)HasWaiters, when);
	}
	atomic_xadd(&s->waiters, -1u);
	return r;
}

static int64_t getpermit(PthreadSem *s, int64_t when, bool park)
{
	int64_t r = 0;

	while (!trypermit(s)) {
		r = sempark(s, when, park);
		if (r == -ECANCELED || r == -ETIMEDOUT || r == -EINTR)
			return r;
	}
	return 0;
}

// A handler may jump out of it: it holds jumps while the waiter may be in the table.
static int64_t parkpermit(PthreadSem *s, int64_t when)
{
	Area *a = getarea();
	int64_t r;

	gateenter(a, false);
	holdjumps(a);
	compilerbarrier();
	r = getpermit(s, when, true);
	releasejumps(a);
	return r;
}

ALWAYS_INLINE int64_t permitinstant(const LibraryTime *at, bool park)
{
	Area *a = getarea();
	int64_t when;

	if (!at || !park)
		return at ? instant(0, at) : Never;
	holdjumps(a);
	compilerbarrier();
	when = instant(0, at);
	releasejumps(a);
	return when;
}

// caller: where it will return to.
static int waitpermit(PthreadSem *s, const LibraryTime *at, const char *caller)
{
	bool park = atgate() && !(caller >= __libc_text_start && caller < __libc_text_end);
	int64_t when, r;

	chance();
	__pthread_testcancel();
	if (trypermit(s))
		return 0;
	when = permitinstant(at, park);
	if (when < 0)
		return seterrno(EINVAL);
	do {
		r = park ? parkpermit(s, when) : getpermit(s, when, false);
		if (r == -ECANCELED)
			__pthread_testcancel();
	} while (r == -ECANCELED);
	return r ? seterrno((int)-r) : 0;
}

int sem_timedwait(PthreadSem *s, const LibraryTime *at)
{
	return waitpermit(s, at, __builtin_return_address(0));
}

int sem_wait(PthreadSem *s)
{
	return waitpermit(s, NULL, __builtin_return_address(0));
}

int sem_post(PthreadSem *s)
{
	uint32_t old = atomic_load_relaxed(&s->value), new, waiters;
	bool private = s->private;
	int32_t n;

	do {
		if ((old & MostPermits) == MostPermits)
			return seterrno(EOVERFLOW);
		// Before the exchange: pairs with sempark.
		waiters = atomic_load_relaxed(&s->waiters);
		new = old + 1;
		if (waiters <= 1)
			new &= ~(uint32_t)HasWaiters;
	} while (!atomic_cas_or_load(&s->value, &old, new)); // release: pairs with trypermit
	if (!(old & HasWaiters))
		return 0;
	n = waiters > 1 ? 1 : INT32_MAX;
	if (!private) {
		sharedwake(&s->value, n);
		return 0;
	}
	futexwake(&s->value, n);
	if (atomic_load_seqcst(&threadwaits)) // pairs with sempark
		threadwake(&s->value, n);
	return 0;
}
