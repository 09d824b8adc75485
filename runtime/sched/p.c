// p.c - a processor's life: created and destroyed by procresize, owned by an M between
// acquirep and releasep, idle on sched.pidle.
//
//	new, Pdead --p_init--> Pgcstop --procresize--> Pidle --wirep--> Prunning
//	Prunning --releasep--> Pidle      Prunning --entersyscall--> Psyscall
//	Psyscall --compare-and-swap by exitsyscall, retake, stopTheWorld--> Pidle, Pgcstop
//	Pgcstop --p_destroy--> Pdead
//
// Follows Go's proc.go (procresize, acquirep, pidleput).
//
// built: unchecked
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/sudog.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/timer.h"

P **allp;
int32_t allplen, allpcap;
Mutex allpLock = { .rank = RANKED(RankAllp) };
int32_t gomaxprocs, newprocs;

// ---- idle Ps ------------------------------------------------------------------------

void pidleput(P *pp)
{
	if (!runqempty(pp))
		throw("pidleput: P has non-empty run queue");
	pp->link = sched.pidle;
	sched.pidle = pp;
	atomic_xadd(&sched.npidle, 1); // orders it before findrunnable's last look
}

// Takes a P off the idle list; NULL if there is none. Wakes sysmon from a long sleep, so that
// what the P will run yields in time: without a system call nothing else would wake sysmon.
P *pidleget(void)
{
	P *pp = sched.pidle;

	if (pp) {
		sched.pidletaken = true;
		if (unlikely(sched.sysmondeep))
			wakesysmon();
		sched.pidle = pp->link;
		atomic_xadd(&sched.npidle, -1u);
	}
	return pp;
}

// ---- ownership ----------------------------------------------------------------------

// Takes pp from an M that is in a system call. Competes with others that do, and with
// exitsyscall.
bool takesyscallp(P *pp, uint32_t status)
{
	if (!atomic_cas(&pp->status, Psyscall, status))
		return false;
	tracep(TraceProcSteal, pp);
	pp->syscalltick++;
	return true;
}

HOTSTEP void acquirep(P *pp)
{
	wirep(pp);
}

// Ties pp, which must be idle and in the caller's hands, to this M.
HOTSTEP void wirep(P *pp)
{
	M *mp = getg()->m;

	if (mp->p)
		throw("wirep: already in go");
	if (pp->m || pp->status != Pidle) {
		print("wirep: p->m=%ld p->status=%u\n", pp->m ? pp->m->id : -1, pp->status);
		throw("wirep: invalid p state");
	}
	tie(mp, pp);
	tracep(TraceProcStart, pp);
}

P *releasep(void)
{
	M *mp = getg()->m;
	P *pp = mp->p;

	if (!pp)
		throw("releasep: invalid arg");
	if (pp->m != mp || pp->status != Prunning)
		throw("releasep: invalid p state");
	tracep(TraceProcStop, pp);
	untie(mp, pp);
	return pp;
}

// ---- growing and shrinking ----------------------------------------------------------

STEP void p_init(P *pp, int32_t id)
{
	pp->id = id;
	atomic_store_relaxed(&pp->status, (uint32_t)Pgcstop);
	lockInit(&pp->timersLock, RankTimers);
	if (pp->mcache)
		return;
	pp->mcache = id == 0 && mcache0 ? mcache0 : nocache; // the bootstrap's; getcache
}

// Empties pp. The struct stays, because an M in a system call may read it, and is used again
// when gomaxprocs grows.
void p_destroy(P *pp)
{
	G *gp;

	while (pp->runqhead != pp->runqtail) { // newest first, so that the order stays
		pp->runqtail--;
		globrunqputhead(pp->runq[pp->runqtail % RunqSize]);
	}
	gp = pp->runnext;
	if (gp) {
		pp->runnext = NULL;
		globrunqputhead(gp);
	}
	moveTimers(getg()->m->p, pp);
	sudogpurge(pp);
	stackpurge(pp);
	freemcache(pp->mcache); // empty now; it stays with the P
	gfpurge(pp);
	atomic_store_relaxed(&pp->status, (uint32_t)Pdead);
}

static void allpgrow(int32_t nprocs)
{
	P **p = persistentalloc((uintptr_t)nprocs * sizeof *p, PtrSize);

	__builtin_memcpy(p, allp, (uintptr_t)allpcap * sizeof *p);
	lock(&allpLock);
	atomic_store_release(&allp, p); // the old array stays, for its readers
	allpcap = nprocs;
	unlock(&allpLock);
}

// Sets up allp[from, nprocs): Ps that existed before, and new ones in one piece of memory.
static void pcreate(int32_t from, int32_t nprocs)
{
	int32_t fresh = from;
	P *mem = NULL;

	while (fresh < nprocs && allp[fresh])
		fresh++;
	if (fresh < nprocs)
		mem = persistentalloc((uintptr_t)(nprocs - fresh) * sizeof(P), CacheLineSize);
	for (int32_t i = from; i < nprocs; i++) {
		P *pp = allp[i] ? allp[i] : &mem[i - fresh];

		p_init(pp, i);
		atomic_store_release(&allp[i], pp); // complete for its readers
	}
}

// Lets this M keep its P, or take allp[0].
static void keepcurrent(int32_t nprocs)
{
	M *mp = getg()->m;
	P *pp = allp[0];

	if (mp->p && mp->p->id < nprocs) {
		atomic_store_relaxed(&mp->p->status, (uint32_t)Prunning);
		return;
	}
	if (mp->p)
		untie(mp, mp->p);
	atomic_store_relaxed(&pp->status, (uint32_t)Pidle);
	acquirep(pp);
}

// Makes the number of Ps nprocs, with the world stopped. Returns the Ps that have work,
// linked by link: the caller must see that they run.
STEP P *procresize(int32_t nprocs)
{
	int32_t old = gomaxprocs;
	P *runnable = NULL;

	if (old < 0 || nprocs <= 0 || nprocs > MaxProcs)
		throw("procresize: invalid arg");
	if (nprocs > allpcap)
		allpgrow(nprocs);
	pcreate(old, nprocs);
	keepcurrent(nprocs);
	mcache0 = NULL; // P0 has it
	for (int32_t i = nprocs; i < old; i++)
		p_destroy(allp[i]);
	lock(&allpLock);
	allplen = nprocs;
	unlock(&allpLock);

	for (int32_t i = nprocs - 1; i >= 0; i--) {
		P *pp = allp[i];

		if (getg()->m->p == pp)
			continue;
		atomic_store_relaxed(&pp->status, (uint32_t)Pidle);
		if (runqempty(pp)) {
			pidleput(pp);
		} else {
			pp->link = runnable;
			runnable = pp;
		}
	}
	randomOrder_reset((uint32_t)nprocs);
	atomic_store_relaxed(&sched.nsurplus, (uint32_t)max(nprocs - ncpu, 0));
	atomic_store_release(&gomaxprocs, nprocs);
	return runnable;
}
