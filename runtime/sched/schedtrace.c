// schedtrace.c - GODEBUG=schedtrace and scheddetail: the scheduler's state in words.
//
// Follows Go's proc.go (schedtrace), whose format is documented and read by tools.
//
// built: unchecked
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/sysmon.h"

static const char *truth(bool b)
{
	return b ? "true" : "false";
}

#define IDOF(p, field) ((p) ? (int64_t)(p)->field : -1)

static void traceP(const P *pp)
{
	const M *mp = atomic_load_relaxed(&pp->m);

	print("  P%d: status=%u schedtick=%u syscalltick=%u m=%ld runqsize=%u gfreecnt=%d "
	      "timerslen=%d\n",
	      pp->id, pp->status, pp->schedtick, pp->syscalltick, IDOF(mp, id),
	      pp->runqtail - pp->runqhead, pp->gFree.n, pp->timerslen);
}

static void traceM(const M *mp)
{
	const P *pp = atomic_load_relaxed(&mp->p);
	const G *gp = atomic_load_relaxed(&mp->curg);
	const G *lockedg = atomic_load_relaxed(&mp->lockedg);

	print("  M%ld: p=%ld curg=%ld mallocing=%d throwing=%d preemptoff=%s locks=%d "
	      "dying=%d spinning=%s blocked=%s lockedg=%ld\n",
	      mp->id, IDOF(pp, id), IDOF(gp, goid), mp->mallocing, mp->throwing,
	      mp->preemptoff ? mp->preemptoff : "", mp->locks, mp->dying,
	      truth(mp->spinning), truth(mp->blocked), IDOF(lockedg, goid));
}

static void traceG(const G *gp)
{
	const M *mp = atomic_load_relaxed(&gp->m);
	const M *lockedm = atomic_load_relaxed(&gp->lockedm);

	print("  G%lu: status=%u(%s) m=%ld lockedm=%ld\n", gp->goid, readgstatus(gp),
	      waitReasonString(gp), IDOF(mp, id), IDOF(lockedm, id));
}

// What is read belongs to others that run meanwhile, so each pointer is read once. Ms, Ps and
// Gs are never freed.
static void detail(void)
{
	uintptr_t n = atomic_load_acquire(&allglen); // pairs with allgadd
	G **gs = atomic_load_acquire(&allgs);

	for (int32_t i = 0; i < gomaxprocs; i++)
		traceP(allp[i]);
	for (const M *mp = atomic_load_acquire(&allm); mp; mp = mp->alllink)
		traceM(mp);
	for (uintptr_t i = 0; i < n; i++)
		traceG(gs[i]);
}

// The caller holds sched.lock, so that the counts agree with each other, or is dying, where
// that may never be released.
UNCHECKED_LOCKS void schedtrace(bool detailed)
{
	static int64_t starttime;
	int64_t now = nanotime();
	Message msg = { .n = 0 };

	if (starttime == 0)
		starttime = now;
	printto(&msg,
	        "SCHED %ldms: gomaxprocs=%d idleprocs=%u threads=%ld spinningthreads=%u "
	        "idlethreads=%d runqueue=%d",
	        (now - starttime) / 1000000, gomaxprocs, sched.npidle, mcount(),
	        sched.nmspinning, sched.nmidle, sched.runqsize);
	if (detailed) {
		printto(&msg, " gcwaiting=%u nmidlelocked=%d stopwait=%d sysmonwait=%u\n",
		        sched.gcwaiting, sched.nmidlelocked, sched.stopwait,
		        sched.sysmonwait);
		printflush(&msg);
		detail();
		return;
	}
	for (int32_t i = 0; i < gomaxprocs; i++)
		printto(&msg, i == 0 ? " [%u" : " %u", allp[i]->runqtail - allp[i]->runqhead);
	printto(&msg, "]\n");
	printflush(&msg);
}
