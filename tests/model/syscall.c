// syscall.c - a P whose M is in a system call: that M, sysmon and the M that stops the world
// compete for it, and one gets it; its goroutine runs on, once, and not while the world is stopped.
// The world stops, and forEachP has its function run, where Ps run and where they are idle, too.
//
// source: runtime/sched/syscall.c runtime/sched/own.h runtime/sched/p.c runtime/sched/stw.c
// source: runtime/sched/sysmon.c runtime/sched/wake.c runtime/sched/findrunnable.c
// cflags: -DRT0_STRESS
// run: --memory tso --timeouts --bound 3
// run: --memory sc --timeouts --bound 1 stopretake
// run: --memory tso --timeouts --bound 1 stoprun
// run: --memory tso --timeouts --bound 2 foreachrun
// run: --memory tso --timeouts --bound 2 foreachcall
// run: --memory tso --timeouts --bound 2 foreachlong
// run: --memory ra --timeouts --bound 1 --stale 1
// large: --memory tso --timeouts
// large: --memory ra --timeouts --bound 3 --stale 2
// mutant: the way back takes the P without a cas | --memory tso --timeouts
// - !atomic_cas(&pp->status, Psyscall, Prunning)))
// + (atomic_store_release(&pp->status, Prunning), false)))
// mutant: sysmon takes the P without a cas | --memory tso --timeouts
// - if (!atomic_cas(&pp->status, Psyscall, status))\n\t\treturn false;
// + if (pp->status != Psyscall) return false; atomic_store_release(&pp->status, status);
// mutant: the P is lent without a release | --memory ra --timeouts --stale 1
// - atomic_store_release(&pp->status, Psyscall); // pairs with takesyscallp, retie
// + atomic_store_relaxed(&pp->status, Psyscall);
// mutant: without a P, the goroutine is queued after the unlock | --memory tso --timeouts
// - globrunqput(gp);\n\tunlock(&sched.lock);
// + (void)0; unlock(&sched.lock); if (!pp) { lock(&sched.lock); globrunqput(gp); unlock(&sched.lock); }
// mutant: an M that gives up does not look at the global queue | --memory tso --timeouts
// - if (sched.runqsize != 0) {\n\t\ts->gp
// + if (0) {\n\t\ts->gp
// - return workleft() && regainp
// + return false && regainp
// mutant: the world does not wait for those whose call it has not seen | --memory tso --timeouts --bound -1 stoplong
// - stopped = stopsyscalls() > 0 && sched.stopwait == 0;
// + stopped = false;
// mutant: the world takes a P that runs | --memory tso --timeouts
// - if (isinsyscall(pp) && takesyscallp(pp, Pgcstop)) {
// + if (pp->status != Pgcstop && pp->status != Pidle) {
// mutant: a P that is lent while the world stops is forgotten | --memory sc --bound -1 stoplong
// - if (unlikely(worldstops()))\n\t\tunusual(gp, pc, sp, bp);\n}
// + }
// mutant: an M that gives up its P does not look for forEachP's function | --memory sc --timeouts --bound -1 foreachrun
// - if (worldstops() || safepointwanted(s->pp)) {
// + if (worldstops()) {
// mutant: the world leaves the idle Ps | --memory sc --timeouts --bound -1 stoprun
// - while ((pp = pidleget()))\n\t\tstopp(pp);
// +
// mutant: forEachP leaves the Ps in system calls | --memory sc --timeouts --bound -1 foreachlong
// - haltiffreezing();\n\t\tsafepointsyscalls();
// + haltiffreezing();
// mutant: a P that is handed off does not run forEachP's function | --memory sc --timeouts --bound -1 foreachlong
// - safepointfor(pp);\n\tif (sched.runqsize != 0)
// + if (sched.runqsize != 0)
#include "tests/model/steplock.h"
#define fastrandn mc_choose
#include "runtime/lock/note.c"
#include "runtime/sched/runq.c"
#include "runtime/sched/p.c"
#include "runtime/sched/psorder.c"
#include "runtime/sched/wake.c"
#include "runtime/sched/findrunnable.c"
#include "runtime/sched/stw.c"
#include "runtime/sched/sysmon.c"
#include "runtime/sched/syscall.c"

static int ran[MaxWorld], due[MaxWorld];
static bool stopped;
static int shared; // the world's, or the running goroutine's: checked for races
static int made;   // the next M that newm makes; 0: none is left
uint32_t netpollWaiters;
static int expectidle;
Mcache *mcache0;

// ---- what the model leaves out ------------------------------------------------------

int64_t checkTimers(P *pp, int64_t *now, bool *ranone)
{
	(void)pp;
	(void)now;
	*ranone = false;
	return 0;
}

bool netpollinited(void)
{
	return false;
}

void checkdead(void)
{
}

bool preemptall(void)
{
	return true;
}

bool onstacks(const G *gp, uintptr_t sp)
{
	(void)gp;
	(void)sp;
	return true;
}

void save(uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	(void)pc;
	(void)sp;
	(void)bp;
}

void casgstatus(G *gp, uint32_t from, uint32_t to)
{
	mc_assert(gp->atomicstatus == from);
	gp->atomicstatus = to;
}

int64_t mReserveID(void)
{
	return made;
}

void newm(void (*fn)(void), P *pp, int64_t id)
{
	(void)id;
	if (made == 0)
		mc_prune();
	if (fn)
		takeclaim(&wm[made]);
	wakem(&wm[made], pp);
	made = 0;
}

// ---- threads ------------------------------------------------------------------------

static void schedules(void);

// gp runs on this M, to its end.
static void took(G *gp)
{
	M *mp = getg()->m;

	mc_assert(mp->p && mp->p->status == Prunning && mp->p->m == mp);
	mc_assert(!stopped);
	ran[gp - wg]++;
}

void execute(G *gp, bool inherit)
{
	(void)inherit;
	casgstatus(gp, Grunnable, Grunning);
	took(gp);
	schedules();
}

void schedule(void)
{
	schedules();
}

static void schedules(void)
{
	M *mp = getg()->m;
	bool inherit;

	for (;;) {
		G *gp = findrunnable(&inherit);

		if (isspinning(mp))
			resetspinning();
		casgstatus(gp, Grunnable, Grunning);
		took(gp);
	}
}

// Saves no registers: nothing reads them here.
void entersyscall(void)
{
	entersaved();
}

void mcall(void (*fn)(G *gp))
{
	G *gp = getg();

	mc_setg(gp->m->g0);
	fn(gp);
	mc_fail("mcall comes back");
}

// A goroutine that makes a system call.
static void caller(void *arg)
{
	G *gp = getg();

	(void)arg;
	entersyscall();
	exitsyscall();
	took(gp);
	mc_setg(gp->m->g0);
	dropg(gp->m, gp);
	schedules();
}

// A call that lasts until the world has been started again.
static bool started;

static bool isstarted(void *unused)
{
	(void)unused;
	return started;
}

static void longcaller(void *arg)
{
	entersyscall();
	mc_await(isstarted, NULL);
	exitsyscall();
	took(getg());
	mc_setg(getg()->m->g0);
	dropg(getg()->m, getg()->m->curg);
	(void)arg;
	schedules();
}

static void sleeper(void *arg)
{
	(void)arg;
	parkm(0);
	schedules();
}

static void monitor(void *arg)
{
	(void)arg;
	lock(&allpLock);
	if (statusof(&wp[0]) == Psyscall)
		retakesyscall(&wp[0], 1000, true);
	unlock(&allpLock);
}

static void stopper(void *arg)
{
	(void)arg;
	getg()->m->locks = 0;
	stopTheWorldWithSema(NULL);
	stopped = true;
	for (int i = 0; i < gomaxprocs; i++)
		mc_assert(wp[i].status == Pgcstop);
	shared++;
	mc_yield();
	stopped = false;
	startTheWorldWithSema(NULL);
	started = true;
}

// A P's function: nothing else runs on the P.
static int visits[MaxWorld];

static void visit(P *pp)
{
	mc_assert(pp->status == Pidle || (pp->m == getg()->m && getg()->m->p == pp));
	visits[pp->id]++;
}

static void foreacher(void *arg)
{
	(void)arg;
	getg()->m->locks = 0;
	forEachP(visit);
	for (int i = 0; i < gomaxprocs; i++)
		mc_assert(visits[i] == 1);
	started = true;
}

static void searcher(void *arg)
{
	(void)arg;
	schedules();
}

// ---- scenarios ----------------------------------------------------------------------

static void world(int n, int ps)
{
	makeworld(n);
	gomaxprocs = allplen = allpcap = ncpu = ps;
	newprocs = 0;
	randomOrder_reset((uint32_t)ps);
	sched.lastpoll = 1;
	sched.notDueAfter = 1;
	for (int i = ps; i < MaxWorld; i++) {
		wallp[i] = NULL;
		wp[i].m = NULL;
	}
	for (int i = 0; i < n; i++) {
		if (i >= ps)
			wm[i].p = NULL;
	}
	mc_ignore(ran, sizeof ran);
	mc_ignore(visits, sizeof visits);
	mc_ignore(&made, sizeof made);
	mc_ignore(&stopped, sizeof stopped);
	mc_ignore(&started, sizeof started);
	mc_name(&allpLock, sizeof allpLock, "allpLock", -1);
}

// m0 makes the call, m1 is sysmon's, m2 sleeps.
static void retake1(void)
{
	world(3, 1);
	due[0] = 1;
	expectidle = 1;
	sched.midle = &wm[2];
	sched.nmidle = 1;
	threadong(caller, 0);
	mc_daemon();
	threadong0(monitor, 1);
	threadong0(sleeper, 2);
	mc_daemon();
}

// m0 stops the world, m1 makes the call, m2 sleeps.
static void stop(void)
{
	world(3, 2);
	due[1] = 1;
	expectidle = 1;
	sched.midle = &wm[2];
	sched.nmidle = 1;
	threadong0(stopper, 0);
	threadong(caller, 1);
	mc_daemon();
	threadong0(sleeper, 2);
	mc_daemon();
}

static void stoplong(void)
{
	world(3, 2);
	due[1] = 1;
	expectidle = 1;
	sched.midle = &wm[2];
	sched.nmidle = 1;
	threadong0(stopper, 0);
	threadong(longcaller, 1);
	mc_daemon();
	threadong0(sleeper, 2);
	mc_daemon();
}

// m0 makes the call, m1 is sysmon's, m2 sleeps, m3 stops the world.
static void stopretake(void)
{
	world(4, 2);
	due[0] = 1;
	expectidle = 1;
	wm[1].p = NULL;
	wm[3].p = &wp[1];
	wp[1].m = &wm[3];
	sched.midle = &wm[2];
	sched.nmidle = 1;
	threadong(caller, 0);
	mc_daemon();
	threadong0(monitor, 1);
	threadong0(sleeper, 2);
	mc_daemon();
	threadong0(stopper, 3);
}

// m0 does something to all Ps, m1 something with its own, m2 sleeps, p2 is idle.
static void allps(void (*fn)(void *))
{
	world(3, 3);
	expectidle = 2;
	wm[2].p = NULL;
	wp[2].m = NULL;
	wp[2].status = Pidle;
	sched.pidle = &wp[2];
	sched.npidle = 1;
	sched.midle = &wm[2];
	sched.nmidle = 1;
	threadong0(fn, 0);
}

static void running(void (*fn)(void *))
{
	allps(fn);
	threadong0(searcher, 1);
	mc_daemon();
	threadong0(sleeper, 2);
	mc_daemon();
}

static void stoprun(void)
{
	running(stopper);
}

static void foreachrun(void)
{
	running(foreacher);
}

static void foreach(void (*call)(void *))
{
	allps(foreacher);
	due[1] = 1;
	threadong(call, 1);
	mc_daemon();
	threadong0(sleeper, 2);
	mc_daemon();
}

static void foreachcall(void)
{
	foreach(caller);
}

static void foreachlong(void)
{
	foreach(longcaller);
}

static void once(void)
{
	int busy = 0;

	for (int i = 0; i < MaxWorld; i++)
		mc_assert(ran[i] == due[i]);
	for (int i = 0; i < gomaxprocs; i++) {
		P *pp = &wp[i];

		mc_assert(pp->status == Pidle || (pp->status == Prunning && pp->m && pp->m->p == pp));
		busy += pp->status == Prunning;
	}
	mc_assert((int)sched.npidle == gomaxprocs - busy && busy == gomaxprocs - expectidle);
	mc_assert(sched.nmspinning == 0 && sched.runqsize == 0);
}

const Scenario mc_scenarios[] = {
	{ "retake", retake1, once, false },
	{ "stop", stop, once, false },
	{ "stoplong", stoplong, once, false },
	{ "stoprun", stoprun, once, true },
	{ "foreachrun", foreachrun, once, true },
	{ "foreachcall", foreachcall, once, true },
	{ "foreachlong", foreachlong, once, true },
	{ "stopretake", stopretake, once, true },
	{ 0 },
};
