// sema.c - semaphores for goroutines: a counter anywhere in memory, waiters by its
// address.
//
// The addresses hash to roots, each with a lock and a list of those who wait, in order of
// arrival. A waiter counts itself (nwait) and then looks at the counter once more; who
// gives increments the counter and then looks at nwait: locked instructions both, so that
// one of the two sees the other.
//
// Follows Go's sema.go.
#include "runtime/sync/sync.h"

enum { TableSize = 251 }; // prime, so that strides of addresses spread

typedef struct {
	Mutex lock;
	Sudog *head, *tail; // through next and prev
	uint32_t nwait;     // read without the lock
} __attribute__((aligned(CacheLineSize))) SemaRoot;

static SemaRoot semtable[TableSize];

static SemaRoot *semroot(const uint32_t *addr)
{
	return &semtable[(uintptr_t)addr / PtrSize % TableSize];
}

static bool cansemacquire(uint32_t *addr)
{
	uint32_t v = atomic_load_relaxed(addr);

	while (v > 0) {
		if (atomic_cas(addr, v, v - 1))
			return true;
		v = atomic_load_relaxed(addr);
	}
	return false;
}

static void queue(SemaRoot *root, Sudog *s)
{
	s->next = NULL;
	s->prev = root->tail;
	if (root->tail)
		root->tail->next = s;
	else
		root->head = s;
	root->tail = s;
}

static Sudog *dequeue(SemaRoot *root, const uint32_t *addr)
{
	Sudog *s = root->head;

	while (s && s->elem != addr)
		s = s->next;
	if (!s)
		return NULL;
	if (s->prev)
		s->prev->next = s->next;
	else
		root->head = s->next;
	if (s->next)
		s->next->prev = s->prev;
	else
		root->tail = s->prev;
	s->next = s->prev = NULL;
	return s;
}

// Waits once in the queue, unless the counter allows it now. Returns whether it was taken.
static UNCHECKED_LOCKS bool waitonce(uint32_t *addr, SemaRoot *root, Sudog *s,
                                     WaitReason reason)
{
	lock(&root->lock);
	atomic_xadd(&root->nwait, 1); // then looks at the counter; pairs with semrelease
	if (cansemacquire(addr)) {
		atomic_xadd(&root->nwait, -1u);
		unlock(&root->lock);
		return true;
	}
	s->g = getg();
	s->elem = addr;
	queue(root, s);
	goparkunlock(&root->lock, reason);
	s->elem = NULL;
	return cansemacquire(addr);
}

void semacquire(uint32_t *addr, WaitReason reason)
{
	SemaRoot *root = semroot(addr);
	Sudog *s;

	if (cansemacquire(addr))
		return;
	s = acquireSudog();
	while (!waitonce(addr, root, s, reason))
		; // another was quicker than the one who was woken
	s->g = NULL;
	releaseSudog(s);
}

void semrelease(uint32_t *addr)
{
	SemaRoot *root = semroot(addr);
	Sudog *s;
	G *gp = NULL;

	atomic_xadd(addr, 1); // then looks at nwait; pairs with waitonce
	if (atomic_load_relaxed(&root->nwait) == 0)
		return;
	lock(&root->lock);
	s = dequeue(root, addr);
	if (s) {
		atomic_xadd(&root->nwait, -1u);
		gp = s->g; // s is its own again as soon as it runs
	}
	unlock(&root->lock);
	if (gp)
		goready(gp);
}
