// cxxabi.c - what C++ compilers call by themselves: new and delete, static objects.
//
// A member of its own in the archive, since only a program in C++ needs it. It uses rt.h alone:
// the runtime's other names cannot be seen from here. Names and duties are those of the Itanium
// C++ ABI; there are no exceptions and no type information. Functions that a program may
// replace are weak, and call each other by name, so that a replacement is called.
#include "include/rt.h"
#include "runtime/base/atomic.h"

typedef struct Destructor Destructor;
struct Destructor {
	Destructor *link;
	rt_func *fn;
	void *arg;
};

// The first byte says that the object is there; compilers look at it before they call.
typedef struct {
	uint8_t done;
	bool begun;
} Guard;

void *_Znwm(size_t size);
void *_Znam(size_t size);
void *_ZnwmRKSt9nothrow_t(size_t size, const void *nothrow);
void *_ZnamRKSt9nothrow_t(size_t size, const void *nothrow);
void _ZdlPv(void *p);
void _ZdaPv(void *p);
void _ZdlPvm(void *p, size_t size);
void _ZdaPvm(void *p, size_t size);
void _ZdlPvRKSt9nothrow_t(void *p, const void *nothrow);
void _ZdaPvRKSt9nothrow_t(void *p, const void *nothrow);
int __cxa_atexit(rt_func *fn, void *arg, void *dso);
int __cxa_guard_acquire(Guard *guard);
void __cxa_guard_release(Guard *guard);
void __cxa_pure_virtual(void);
void __cxa_deleted_virtual(void);

// ---- memory -------------------------------------------------------------------------

extern const char _ZSt7nothrow;
WEAK const char _ZSt7nothrow = 0;

WEAK void *_Znwm(size_t size)
{
	return rt_malloc(size);
}

WEAK void *_Znam(size_t size)
{
	return _Znwm(size);
}

WEAK void *_ZnwmRKSt9nothrow_t(size_t size, const void *nothrow)
{
	(void)nothrow;
	return _Znwm(size);
}

WEAK void *_ZnamRKSt9nothrow_t(size_t size, const void *nothrow)
{
	(void)nothrow;
	return _Znam(size);
}

WEAK void _ZdlPv(void *p)
{
	rt_free(p);
}

WEAK void _ZdaPv(void *p)
{
	_ZdlPv(p);
}

WEAK void _ZdlPvm(void *p, size_t size)
{
	(void)size;
	_ZdlPv(p);
}

WEAK void _ZdaPvm(void *p, size_t size)
{
	(void)size;
	_ZdaPv(p);
}

WEAK void _ZdlPvRKSt9nothrow_t(void *p, const void *nothrow)
{
	(void)nothrow;
	_ZdlPv(p);
}

WEAK void _ZdaPvRKSt9nothrow_t(void *p, const void *nothrow)
{
	(void)nothrow;
	_ZdaPv(p);
}

// ---- static objects -----------------------------------------------------------------

// Identifies the program, which is the only module, in calls of __cxa_atexit.
extern char __dso_handle;
char __dso_handle;

static rt_mutex mutex; // protects destructors and the guards
static rt_cond constructed = { .l = &mutex };
static Destructor *destructors; // the last constructed first

int __cxa_atexit(rt_func *fn, void *arg, void *dso)
{
	Destructor *d = rt_malloc(sizeof *d);

	(void)dso;
	rt_mutex_lock(&mutex);
	*d = (Destructor){ destructors, fn, arg };
	destructors = d;
	rt_mutex_unlock(&mutex);
	return 0;
}

static Destructor *popdestructor(void)
{
	Destructor *d;

	rt_mutex_lock(&mutex);
	d = destructors;
	if (d)
		destructors = d->link;
	rt_mutex_unlock(&mutex);
	return d;
}

// The archive is linked behind the program, so rt_exit calls this before the program's own
// destructor functions: an object may be younger than what they destroy.
static __attribute__((destructor)) void destroyall(void)
{
	for (Destructor *d = popdestructor(); d; d = popdestructor()) {
		d->fn(d->arg);
		rt_free(d);
	}
}

// 1: the caller constructs the object, and then releases the guard. 0: it is there.
int __cxa_guard_acquire(Guard *guard)
{
	int mine;

	rt_mutex_lock(&mutex);
	while (guard->begun && !guard->done)
		rt_cond_wait(&constructed);
	mine = !guard->begun;
	guard->begun = true;
	rt_mutex_unlock(&mutex);
	return mine;
}

void __cxa_guard_release(Guard *guard)
{
	rt_mutex_lock(&mutex);
	// Publishes the object; pairs with the compiler's load before __cxa_guard_acquire.
	atomic_store_release(&guard->done, 1);
	rt_cond_broadcast(&constructed);
	rt_mutex_unlock(&mutex);
}

// ---- what must not be called --------------------------------------------------------

void __cxa_pure_virtual(void)
{
	rt_panic("pure virtual method called");
}

void __cxa_deleted_virtual(void)
{
	rt_panic("deleted virtual method called");
}
