// pthread.h - pthread's types as musl lays them out, and the thread that calls.
#ifndef RT0_CGO_PTHREAD_H
#define RT0_CGO_PTHREAD_H

#include "cgo/area.h"
#include "cgo/futextable.h"
#include "runtime/base/atomic.h"
#include "runtime/base/replay.h"
#include "runtime/sync/sync.h"

enum {
	HasWaiters = INT32_MIN, // in the words that are waited for: some may wait
	ENOTSUP = EOPNOTSUPP,
	Shared = 128, Private = 128, // in the types' words: one or the other
};

// A second name, for those that musl has two of.
#define ALSO(name) __attribute__((alias(#name)))

typedef struct {
	int32_t type; // MutexRecursive and so on, Shared
	uint32_t lock;
	uint32_t waiters; // between processes
	uint32_t unused[2];
	int32_t count; // of a recursive one: how many times more
	void *prev, *next;
} PthreadMutex;

typedef struct {
	void *shared;    // (void *)-1 between processes
	uint32_t seq;    // between processes: +1 with each signal
	uint32_t waiting;
	int32_t clock;
	uint32_t unused[7];
} PthreadCond;

typedef struct {
	uint32_t lock;
	uint32_t waiters; // between processes
	int32_t shared;
	uint32_t unused[11];
} PthreadRwlock;

typedef struct {
	uint32_t value;
	uint32_t waiters;
	int32_t private;
	uint32_t unused[5];
} PthreadSem;

typedef struct {
	uint32_t inside;     // between processes: callers of pthread_barrier_wait
	uint32_t generation; // between processes
	int32_t limit;       // less one, HasWaiters: between processes
	uint32_t arrived;
	uint32_t unused[4];
} PthreadBarrier;

_Static_assert(sizeof(PthreadMutex) == 40 && sizeof(PthreadCond) == 48 &&
               sizeof(PthreadRwlock) == 56 && sizeof(PthreadSem) == 32 &&
               sizeof(PthreadBarrier) == 32, "musl's sizes");

int *___errno_location(void);
int sched_yield(void);

// What musl knows the caller by.
ALWAYS_INLINE uint32_t callertid(void)
{
	return (uint32_t)getarea()->tid;
}

// In a replayed run, another goroutine may continue before the caller takes an object, or looks at it.
ALWAYS_INLINE void chance(void)
{
	if (REPLAYING)
		replaychance();
}

// ---- pthread_create.c, musl.c ---------------------------------------------------------

// Creates a real thread, as musl does.
HIDDEN int kernelthread(void **thread, const void *attr, void *(*fn)(void *), void *arg);
// A thread of the program's has made its last call of the program's functions.
HIDDEN void threadends(void);
// In a forked child.
HIDDEN void threadsforked(void);
// All of that: what the files of cgo/ know of the parent's other threads is forgotten.
HIDDEN void libraryforked(void);
void __pthread_testcancel(void);

// ---- pthread_mutex.c ------------------------------------------------------------------

int __pthread_mutex_lock(PthreadMutex *m);
int __pthread_mutex_unlock(PthreadMutex *m);

#endif
