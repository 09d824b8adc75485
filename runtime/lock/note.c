// note.c - one-shot sleep and wake-up of an M.
//
// Unyielding: startm calls notewakeup when nobody but the sleeper knows of its P
// (sched/wake.c).
//
// Follows Go's lock_futex.go. The wake-up cannot be lost: the word is set before the
// futex is woken, and the kernel compares it before it lets the sleeper sleep.
//
// built: unyielding
#include "runtime/base/replay.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

void noteclear(Note *n)
{
	atomic_store_relaxed(&n->key, 0); // the sleeper has returned: no other M looks
}

void notewakeup(Note *n)
{
	uint32_t old = atomic_xchg(&n->key, 1); // publishes what the sleeper will read

	if (old != 0) {
		print("notewakeup - double wakeup (%u)\n", old);
		throw("notewakeup - double wakeup");
	}
	futexwakeup(&n->key, 1);
}

void notesleep(Note *n)
{
	G *gp = getg();

	if (gp != gp->m->g0)
		throw("notesleep not on g0");
	while (atomic_load_acquire(&n->key) == 0) { // pairs with notewakeup's xchg
		gp->m->blocked = true;
		futexsleep(&n->key, 0, -1);
		gp->m->blocked = false;
	}
}

bool notetsleep(Note *n, int64_t ns)
{
	M *mp = getg()->m;
	int64_t deadline = ns < 0 ? 0 : nanotime() + ns;

	while (atomic_load_acquire(&n->key) == 0) {
		if (ns >= 0) {
			ns = deadline - nanotime();
			if (ns <= 0)
				return false;
		}
		mp->blocked = true;
		futexsleep(&n->key, 0, ns);
		mp->blocked = false;
		if (REPLAYING && ns >= 0) // the clock stops meanwhile
			return atomic_load_acquire(&n->key) != 0;
	}
	return true;
}
