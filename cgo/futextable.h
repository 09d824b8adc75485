// futextable.h - waiting on an address: goroutines and threads side by side.
#ifndef RT0_CGO_FUTEXTABLE_H
#define RT0_CGO_FUTEXTABLE_H

#include "runtime/runtime.h"

// A bucket of the table: the waiters of the addresses that hash to it, in order of arrival.
typedef struct FutexWaiter FutexWaiter;
typedef struct {
	Mutex lock;
	FutexWaiter *first, *last;
	uint32_t wakeall; // a signal handler wants all of them woken
} __attribute__((aligned(CacheLineSize))) FutexBucket;

// On the waiter's stack. The bucket's lock protects it until it is off the queue.
struct FutexWaiter {
	FutexWaiter *next, *prev;
	uint32_t *addr;
	G *gp;         // the goroutine; NULL: a thread that sleeps on word
	Area *area;    // as which it waits
	uint32_t word; // of a thread: 1 once it has been woken
	bool queued, parked;
	bool woken;  // a waker ended the wait, no deadline
	bool cancels, cancelled; // pthread_cancel may end the wait; it did
	bool sent, interrupted; // pthread_kill did; that ends the call
	bool handed; // and did for the waiter what it waited for
	bool claims; // the timer, or another queue, may end the wait, too
	bool jumps;  // a signal may end the wait: also a jump that was there before
	bool exact;  // only what takes it by its address may wake it, no handler
	uint8_t reason;
	uint32_t *counted; // one less when it leaves the queue, or NULL
	int64_t when;  // its deadline, Never for none
	int64_t since; // of a mutex: when it began to wait
	uint32_t owner; // of a mutex: what its word is when this waiter has it
	Timer timer;
};

// What take has taken off a queue, to be woken without the lock.
typedef struct {
	Gqueue parked;
	FutexWaiter *threads, **end;
} FutexWoken;
#define FUTEXWOKEN(list) { .end = &(list).threads }

// ---- by the value of a word ---------------------------------------------------------

// Waits while *addr is val. Returns 0 when woken (perhaps for nothing), -EAGAIN if it is not val,
// -ETIMEDOUT at when, an instant of nanotime.
HIDDEN int64_t futexwait(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason);
// Does so as a cancellation point: -ECANCELED when the caller must end.
HIDDEN int64_t futexwaitcancel(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason);
// Does so, and -EINTR when a signal ends the caller's call (gateenter).
HIDDEN int64_t futexwaitsignal(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason);
// Ends a's wait in the table, if it is one that may be cancelled. The caller has stored the
// request.
HIDDEN void futexcancel(const Area *a);
// Ends the wait in the table of the goroutine that a is, if one may that does not know why: false if
// there is none. The caller has stored the signal.
HIDDEN bool futexsend(const Area *a);
// Has the poller do so for all that signals were sent to: for handlers.
HIDDEN void futexsendlater(void);
// Readies gp, whose wait the caller has claimed. For handlers, too.
HIDDEN void futexreadyone(G *gp);
// Must the calling goroutine end at its next cancellation point? A waiter in the queue looks,
// under the lock; pairs with futexcancel.
HIDDEN bool cancelwanted(void);
// Wakes up to n waiters of addr, the first ones. Reads nothing there. In a signal handler it has
// other goroutines do it, soon.
HIDDEN void futexwake(uint32_t *addr, int32_t n);

// Between processes: the kernel's own, and a thread for each waiter.
HIDDEN int64_t sharedwait(uint32_t *addr, uint32_t val, int64_t when);
HIDDEN void sharedwake(uint32_t *addr, int32_t n);
// Does so as a cancellation point that handlers end, too: -ECANCELED, -EINTR.
HIDDEN int64_t sharedwaitcancel(uint32_t *addr, uint32_t val, int64_t when);
// For what may not park, nor hand off its P; as a cancellation point, too.
HIDDEN int64_t threadwaitcancel(uint32_t *addr, uint32_t val, int64_t when);
HIDDEN void threadwake(uint32_t *addr, int32_t n);

// ---- step by step, for what must be decided under the lock --------------------------

HIDDEN FutexBucket *futexbucket(const uint32_t *addr);
HIDDEN FutexBucket *futexlock(uint32_t *addr);
HIDDEN void futexunlock(FutexBucket *b);
// Prepares w, before the lock is taken.
HIDDEN void futexbegin(FutexWaiter *w, uint32_t *addr, int64_t when, WaitReason reason);
// Makes w a waiter, the last one or the first, under the lock.
HIDDEN void futexqueue(FutexBucket *b, FutexWaiter *w, bool first);
// Takes w off the queue, unless a waker has; under the lock.
HIDDEN void futexunqueue(FutexBucket *b, FutexWaiter *w);
// May pthread_cancel end the caller's waits? Not those of a function of rt_cgocall's.
HIDDEN bool cancelable(const FutexWaiter *w);
// Waits, without the lock, until w is woken. Returns 0, -ETIMEDOUT, or -ECANCELED if w->cancels.
HIDDEN int64_t futexpark(FutexWaiter *w);
// Takes up to n waiters of addr off the queue, under the lock.
HIDDEN void futextake(FutexBucket *b, const uint32_t *addr, int32_t n, FutexWoken *list);
// Takes the first waiter of addr off the queue and returns it, or NULL.
HIDDEN FutexWaiter *futextakeone(FutexBucket *b, const uint32_t *addr, FutexWoken *list);
HIDDEN bool futexhas(const FutexBucket *b, const uint32_t *addr);
// Wakes them, without the lock.
HIDDEN void futexready(FutexWoken *list);

// Has the poller wake all waiters of addr's bucket: for handlers, which take no lock.
HIDDEN void futexdefer(uint32_t *addr);
// Is the caller a handler of the program's, or has one interrupted a thread in here? Then it
// must not take a bucket's lock.
HIDDEN bool inhandler(void);
// From now on something besides the Ms may wake a goroutine: a thread of the program's, a signal
// handler. One M always polls then.
HIDDEN void outsiders(void);
// In a forked child, which has this thread alone.
HIDDEN void futexforked(void);

// ---- time ---------------------------------------------------------------------------

typedef struct {
	int64_t sec, nsec;
} LibraryTime; // struct timespec

HIDDEN int64_t librarynow(void); // nanotime, on any thread
// The instant of nanotime that is *at by clock; Never if at is NULL, -EINVAL if it is no time.
HIDDEN int64_t instant(int32_t clock, const LibraryTime *at);

#endif
