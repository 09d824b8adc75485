// pthread_misc.c - pthread_barrier_t, pthread_once_t, pthread_spinlock_t.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/gate.h"
#include "cgo/pthread.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

// ---- barriers -----------------------------------------------------------------------
//
// All of it is under the bucket's lock. The last to arrive takes the others off the queue; they
// touch the barrier no more, so any of them may destroy it. Their wait has no word that they
// could look at again: exact.

enum { BARRIER_SERIAL_THREAD = -1, Limit = INT32_MAX };

int pthread_barrier_init(PthreadBarrier *p, const uint32_t *attr, uint32_t count);
int pthread_barrier_destroy(PthreadBarrier *p);
int pthread_barrier_wait(PthreadBarrier *p);

int pthread_barrier_init(PthreadBarrier *p, const uint32_t *attr, uint32_t count)
{
	if (count - 1 > Limit - 1)
		return EINVAL;
	*p = (PthreadBarrier){ .limit = (int32_t)((count - 1) | (attr ? *attr : 0)) };
	return 0;
}

// Between processes: the others may be on their way out.
int pthread_barrier_destroy(PthreadBarrier *p)
{
	if (p->limit < 0) {
		while (atomic_load_acquire(&p->inside) != 0) // pairs with barriershared
			sched_yield();
	}
	return 0;
}

static int barriershared(PthreadBarrier *p)
{
	uint32_t generation = atomic_load_relaxed(&p->generation);
	bool last;

	atomic_xadd(&p->inside, 1);
	last = atomic_xadd(&p->arrived, 1) == (uint32_t)(p->limit & Limit) + 1;
	if (last) {
		atomic_store_relaxed(&p->arrived, 0); // published by the generation
		atomic_xadd(&p->generation, 1);
		sharedwake(&p->generation, INT32_MAX);
	}
	while (atomic_load_acquire(&p->generation) == generation)
		sharedwait(&p->generation, generation, Never);
	atomic_xadd(&p->inside, -1u);
	return last ? BARRIER_SERIAL_THREAD : 0;
}

int pthread_barrier_wait(PthreadBarrier *p)
{
	FutexWoken list = FUTEXWOKEN(list);
	FutexWaiter w;
	FutexBucket *b;
	bool last;

	chance();
	if (p->limit < 0)
		return barriershared(p);
	futexbegin(&w, &p->arrived, Never, WaitReasonSemacquire);
	w.exact = true;
	b = futexlock(&p->arrived);
	last = p->arrived == (uint32_t)p->limit;
	if (last) {
		p->arrived = 0;
		futextake(b, &p->arrived, INT32_MAX, &list);
	} else {
		p->arrived++;
		futexqueue(b, &w, false);
	}
	futexunlock(b);
	if (!last) {
		futexpark(&w);
		return 0;
	}
	futexready(&list);
	return BARRIER_SERIAL_THREAD;
}

// ---- once ---------------------------------------------------------------------------

enum { OnceNew, OnceRuns, OnceDone, OnceWaited };

int __pthread_once(uint32_t *control, void (*init)(void));
int pthread_once(uint32_t *control, void (*init)(void)) ALSO(__pthread_once);

// musl's list of what to call when a thread ends in the middle.
typedef struct Cleanup Cleanup;
struct Cleanup {
	void (*f)(void *);
	void *arg;
	Cleanup *next;
};
void _pthread_cleanup_push(Cleanup *c, void (*f)(void *), void *arg);
void _pthread_cleanup_pop(Cleanup *c, int run);

static void endonce(uint32_t *control, uint32_t state)
{
	if (atomic_xchg(control, state) == OnceWaited) // release: pairs with the acquires
		futexwake(control, INT32_MAX);
}

// init did not return: another caller begins again.
static void undo(void *control)
{
	endonce(control, OnceNew);
}

static NOINLINE int onceslow(uint32_t *control, void (*init)(void))
{
	Cleanup c;

	for (;;) {
		switch (atomic_load_acquire(control)) {
		case OnceNew:
			if (!atomic_cas(control, OnceNew, OnceRuns))
				break;
			_pthread_cleanup_push(&c, undo, control);
			init();
			_pthread_cleanup_pop(&c, 0);
			endonce(control, OnceDone);
			return 0;
		case OnceRuns:
			if (!atomic_cas(control, OnceRuns, OnceWaited))
				break;
			// fall through
		case OnceWaited:
			futexwait(control, OnceWaited, Never, WaitReasonSemacquire);
			break;
		default:
			return 0;
		}
	}
}

int __pthread_once(uint32_t *control, void (*init)(void))
{
	chance();
	if (likely(atomic_load_acquire(control) == OnceDone)) // pairs with endonce
		return 0;
	return onceslow(control, init);
}

// ---- spin locks ---------------------------------------------------------------------
//
// The holder may be a goroutine that does not run: with one P it never would, while others
// spin. So they spin a little and then yield.

int pthread_spin_init(uint32_t *s, int shared);
int pthread_spin_destroy(uint32_t *s);
int pthread_spin_lock(uint32_t *s);
int pthread_spin_trylock(uint32_t *s);
int pthread_spin_unlock(uint32_t *s);

int pthread_spin_init(uint32_t *s, int shared)
{
	(void)shared;
	return *s = 0;
}

int pthread_spin_destroy(uint32_t *s)
{
	(void)s;
	return 0;
}

int pthread_spin_trylock(uint32_t *s)
{
	chance();
	return atomic_cas(s, 0, EBUSY) ? 0 : EBUSY; // acquire: pairs with unlock
}

int pthread_spin_lock(uint32_t *s)
{
	enum { Spins = 100 };

	chance();
	for (uint32_t spins = 0; !atomic_cas(s, 0, EBUSY); spins++) {
		if (ncpu > 1 && spins < Spins)
			procyield(1);
		else
			sched_yield();
	}
	return 0;
}

int pthread_spin_unlock(uint32_t *s)
{
	atomic_store_release(s, 0); // pairs with lock
	return 0;
}

// ---- yielding -----------------------------------------------------------------------

// musl's is raw, and would come back at once while other goroutines wait for this P.
int sched_yield(void)
{
	if (atgate())
		rt_gosched();
	else
		osyield();
	return 0;
}
