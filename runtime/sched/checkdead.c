// checkdead.c - noticing that nothing can ever run again.
//
// Follows Go's proc.go (checkdead). Called under sched.lock whenever an M goes idle: if no
// M runs, none is in a system call or in the poller, and no timer is pending, then every
// goroutine waits for another one.
//
// built: unchecked
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/wake.h"

// The program's goroutines; throws if one could run.
static int32_t countwaiting(void)
{
	int32_t n = 0;

	lock(&allglock);
	for (uintptr_t i = 0; i < allglen; i++) {
		G *gp = allgs[i];

		if (gp->issystem)
			continue;
		switch (readgstatus(gp)) {
		case Gwaiting:
		case Gpreempted:
			n++;
			break;
		case Grunnable:
		case Grunning:
		case Gsyscall:
			print("runtime: checkdead: find g %lu in status %u\n", gp->goid,
			      readgstatus(gp));
			throw("checkdead: runnable g");
		}
	}
	unlock(&allglock);
	return n;
}

static bool timerpending(void)
{
	for (int32_t i = 0; i < gomaxprocs; i++) {
		if (atomic_load_relaxed(&allp[i]->numTimers) > 0)
			return true;
	}
	return false;
}

void checkdead(void)
{
	int64_t spare = sparems();
	int64_t run = mcount() - sched.nmidle - sched.nmidlelocked - sched.nmsys - spare;

	if (run > 0)
		return;
	// An M dies, and stops what runs: no deadlock. Or another M has found the deadlock:
	// it sets freezing under sched.lock, before it releases that lock to report.
	if (atomic_load_relaxed(&panicking) > 0 || atomic_load_relaxed(&sched.freezing))
		return;
	if (run < 0) {
		print("runtime: checkdead: nmidle=%d nmidlelocked=%d mcount=%ld nmsys=%d\n",
		      sched.nmidle, sched.nmidlelocked, mcount(), sched.nmsys);
		throw("checkdead: inconsistent counts");
	}
	// A thread may have become an M in between. Meanwhile none becomes spare.
	if (otherthreads() || sparems() != spare)
		return;
	if (countwaiting() == 0) {
		atomic_store_relaxed(&sched.freezing, 1);
		unlock(&sched.lock); // the traceback needs it
		fatal("no goroutines (main called runtime.Goexit) - deadlock!");
	}
	if (timerpending())
		return;
	getg()->m->throwing = -1; // the runtime's own stack is of no interest
	atomic_store_relaxed(&sched.freezing, 1);
	unlock(&sched.lock);
	fatal("all goroutines are asleep - deadlock!");
}
