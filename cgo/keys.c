// keys.c - pthread_key_create and what goes with it, in place of musl's, which has a table of
// 1 KiB for each thread, and finds those of its threads only.
//
// A key is a number below Keys; its destructor is not NULL while it is in use. A goroutine
// begins with a table of zeros that is common to all, and gets one of its own when it stores
// its first value. Threads have theirs from pthread_create.
//
// Unyielding: the area of the thread may be in force. The program's destructors check for
// themselves.
//
// built: unyielding
#include "cgo/area.h"
#include "cgo/pthread.h"
#include "cgo/spinlock.h"
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/os/os.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/setarea.h"

enum {
	Keys = 128,     // limits.h
	Iterations = 4, // limits.h
};

typedef void Destructor(void *value);

// A goroutine's table.
typedef struct Values Values;
struct Values {
	Values *next, *prev;
	void *value[Keys];
};

// What pthread_create makes room for, and what the first thread has.
extern const size_t __pthread_tsd_size;
const size_t __pthread_tsd_size = Keys * sizeof(void *);
extern void *__pthread_tsd_main[Keys];
void *__pthread_tsd_main[Keys];

HIDDEN void __tl_lock(void);
HIDDEN void __tl_unlock(void);

int __pthread_key_create(uint32_t *key, Destructor *fn);
int __pthread_key_delete(uint32_t key);
int pthread_key_create(uint32_t *key, Destructor *fn);
int pthread_key_delete(uint32_t key);
int pthread_setspecific(uint32_t key, const void *value);
int tss_set(uint32_t key, void *value);

static Destructor *destructors[Keys];
static void *zeros[Keys]; // written with zeros alone

// All goroutines' tables. The lock is held for a few instructions of this file, which nothing
// interrupts for long: a thread without a G may want it, so it is not a Mutex.
static Values *tables;
static SpinLock tableslock;

void keysforked(void)
{
	tableslock = 0; // another thread may have held it
}

// ---- keys ---------------------------------------------------------------------------

static void nothing(void *value)
{
	(void)value;
}

int __pthread_key_create(uint32_t *key, Destructor *fn)
{
	static uint32_t last;
	uint32_t first = atomic_xadd(&last, 1); // a place to begin at: no partner

	for (uint32_t n = 0; n < Keys; n++) {
		uint32_t i = (first + n) % Keys;

		if (atomic_load_relaxed(&destructors[i]) ||
		    !atomic_cas(&destructors[i], NULL, fn ? fn : nothing))
			continue;
		*key = i;
		return 0;
	}
	return EAGAIN;
}

// As the thread: it is on musl's list.
static void clearthreads(void *arg)
{
	uint32_t key = *(uint32_t *)arg;
	Area *self = getarea(), *a = self;

	__tl_lock();
	do {
		if (a->values)
			a->values[key] = NULL;
	} while ((a = a->next) != self);
	__tl_unlock();
}

int __pthread_key_delete(uint32_t key)
{
	Sigset old;

	// musl takes its list's lock in handlers, too.
	changemask(SIG_BLOCK, ~LibrarySigs, &old);
	asthread(clearthreads, &key);
	spinacquire(&tableslock);
	for (Values *v = tables; v; v = v->next)
		v->value[key] = NULL;
	spinrelease(&tableslock);
	changemask(SIG_SETMASK, old, NULL);
	atomic_store_release(&destructors[key], NULL); // pairs with the exchange of create
	return 0;
}

int pthread_key_create(uint32_t *key, Destructor *fn)
{
	return __pthread_key_create(key, fn);
}

int pthread_key_delete(uint32_t key)
{
	return __pthread_key_delete(key);
}

// ---- values -------------------------------------------------------------------------

void initvalues(Area *a)
{
	a->values = zeros;
}

// In a forked child another thread of the parent's may have held a lock of the allocator's: nobody
// releases it there.
static bool newvalues(Area *a)
{
	Values *v = inforkedchild ? sysAlloc(sizeof *v) : rt_calloc(1, sizeof *v);

	if (!v)
		return false;
	spinacquire(&tableslock);
	v->next = tables;
	if (tables)
		tables->prev = v;
	tables = v;
	spinrelease(&tableslock);
	a->values = v->value;
	return true;
}

void freevalues(Area *a)
{
	Values *v;

	if (likely(a->values == zeros))
		return;
	v = (Values *)((char *)a->values - offsetof(Values, value));
	spinacquire(&tableslock);
	if (v->next)
		v->next->prev = v->prev;
	*(v->prev ? &v->prev->next : &tables) = v->next;
	spinrelease(&tableslock);
	a->values = zeros;
	if (!inforkedchild)
		rt_free(v);
}

int pthread_setspecific(uint32_t key, const void *value)
{
	Area *a = getarea();

	if (a->values[key] == value)
		return 0;
	if (a->values == zeros && !newvalues(a))
		return ENOMEM;
	a->values[key] = (void *)(uintptr_t)value;
	a->flags |= AreaUsesKeys;
	return 0;
}

int tss_set(uint32_t key, void *value)
{
	enum { thrd_success = 0, thrd_nomem = 3 };

	return pthread_setspecific(key, value) == 0 ? thrd_success : thrd_nomem;
}

static void destroyvalues(Area *a)
{
	for (int32_t n = 0; (a->flags & AreaUsesKeys) && n < Iterations; n++) {
		a->flags &= (uint8_t)~AreaUsesKeys;
		for (uint32_t key = 0; key < Keys; key++) {
			void *value = a->values[key];
			Destructor *fn = atomic_load_acquire(&destructors[key]); // with the exchange

			a->values[key] = NULL;
			if (value && fn)
				fn(value);
		}
	}
}

// Of the thread or goroutine that ends. musl calls it on each thread, with the result stored,
// which would be the guard of what is called here.
void __pthread_tsd_run_dtors(void)
{
	Area *a = getarea();
	void *result = a->result;

	if (getg()) {
		destroyvalues(a);
		return;
	}
	setguard(GuardLook);
	destroyvalues(a);
	releaseforeign(); // one may have called rt.h
	a->result = result;
	if (!(a->flags & AreaOfM))
		threadends();
}
