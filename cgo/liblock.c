// liblock.c - musl's locks of its own: malloc's, of the list of files, of time zones and so on.
//
// The library calls what may block while it holds some of them: popen starts a process with the
// list of files locked. So goroutines wait for them parked, as for pthread's.
//
//	lock:	0	unlocked
//		Locked
//		Contended	locked, and some may wait
//
// fork leaves 0 in all of them in the child.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/pthread.h"

enum { Locked = 1, Contended = 2, Spins = 40 };

void __lock(uint32_t *lock);
void __unlock(uint32_t *lock);

// Most are held for a few dozen instructions by a thread that runs.
static bool spinlocked(uint32_t *lock)
{
	for (int32_t i = 0; i < Spins && ncpu > 1; i++) {
		cpupause();
		if (atomic_load_relaxed(lock) == 0 && atomic_cas(lock, 0, Locked))
			return true;
	}
	return false;
}

void __lock(uint32_t *lock)
{
	if (likely(atomic_cas(lock, 0, Locked)) || spinlocked(lock)) // acquire: pairs with __unlock
		return;
	// One that may have waited marks it, because others may still wait.
	while (atomic_xchg(lock, Contended) != 0)
		futexwait(lock, Contended, Never, WaitReasonMutexLock);
}

// The word first: its memory may be gone then.
void __unlock(uint32_t *lock)
{
	if (atomic_xchg(lock, 0) == Contended) // release: pairs with __lock
		futexwake(lock, 1);
}

// ---- against new threads ------------------------------------------------------------
//
// musl's fork has a lock against pthread_create, which it would hold while it parks for others.
// But pthread_create is how an M starts another, and that must never wait for a goroutine: the M
// may be the only one that can run it. So there is no such lock. The child has none of the
// threads, finished or not, and the list of threads has a lock of its own.

void __acquire_ptc(void);
void __release_ptc(void);
void __inhibit_ptc(void);

void __acquire_ptc(void)
{
}

void __release_ptc(void)
{
}

void __inhibit_ptc(void)
{
}
