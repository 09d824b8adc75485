// lockthread.c - goroutines that keep their thread, and the template thread.
//
// A locked G runs on its M only, and its M runs nothing else: lockedg and lockedm point
// at each other. When the scheduler on another M picks a locked G, it hands its own P to
// the G's M and sleeps; when a locked G parks, its M hands its P on and sleeps.
//
// Unyielding: a goroutine that locks itself to its M must still be on it when it has set
// both ends of the lock.
//
// Follows Go's proc.go (LockOSThread, stoplockedm, startlockedm, templateThread).
//
// built: unyielding
#include "include/rt.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/p.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"

// ---- waiting for each other ---------------------------------------------------------

// Hands off the P and sleeps until the M's locked goroutine, which is not here, is runnable
// again. Returns with a P.
void stoplockedm(void)
{
	M *mp = getg()->m;

	if (!mp->lockedg || mp->lockedg->lockedm != mp)
		throw("stoplockedm: inconsistent locking");
	if (mp->p)
		handoffp(releasep()); // another M runs this P
	incidlelocked(1);
	parkm(1);
	if (readgstatus(mp->lockedg) != Grunnable)
		throw("stoplockedm: not runnable");
}

// Lets gp run on the M it is locked to, with our P; sleeps until there is another one.
void startlockedm(G *gp)
{
	M *mp = gp->lockedm;

	if (mp == getg()->m)
		throw("startlockedm: locked to me");
	incidlelocked(-1);
	stopmfor(mp, releasep());
}

// ---- locking ------------------------------------------------------------------------

static void dolock(void)
{
	G *gp = getg();

	gp->m->lockedg = gp;
	gp->lockedm = gp->m;
}

static void dounlock(void)
{
	G *gp = getg();

	if (gp->m->lockedInt != 0 || gp->m->lockedExt != 0)
		return;
	gp->m->lockedg = NULL;
	gp->lockedm = NULL;
}

STEP void lockOSThread(void)
{
	getg()->m->lockedInt++;
	dolock();
}

STEP void unlockOSThread(void)
{
	if (getg()->m->lockedInt == 0)
		throw("runtime: internal error: misuse of lockOSThread/unlockOSThread");
	getg()->m->lockedInt--;
	dounlock();
}

// ---- the template thread ------------------------------------------------------------

// A locked goroutine may have changed its thread (namespaces, credentials, signal mask),
// and clone would hand that on. So a thread in a known state makes the new ones for it.
// It is started before the first thread is locked by the program.
static struct {
	Mutex lock;
	M *newm;      // to be started; through schedlink
	bool waiting; // the thread sleeps on wake
	Note wake;
	uint32_t haveTemplateThread;
} newmHandoff = { .lock.rank = RANKED(RankNewmHandoff) };

// Has the template thread start mp. Returns false if there is none: the caller must do it.
bool newmHandoffTo(M *mp)
{
	lock(&newmHandoff.lock);
	if (!newmHandoff.haveTemplateThread)
		throw("on a locked thread with no template thread");
	mp->schedlink = newmHandoff.newm;
	newmHandoff.newm = mp;
	if (newmHandoff.waiting) {
		newmHandoff.waiting = false;
		notewakeup(&newmHandoff.wake);
	}
	unlock(&newmHandoff.lock);
	return true;
}

static M *takenewm(void)
{
	M *list;

	lock(&newmHandoff.lock);
	list = newmHandoff.newm;
	newmHandoff.newm = NULL;
	if (!list) {
		newmHandoff.waiting = true;
		noteclear(&newmHandoff.wake);
	}
	unlock(&newmHandoff.lock);
	return list;
}

static void templateThread(void)
{
	lock(&sched.lock);
	sched.nmsys++;
	checkdead();
	unlock(&sched.lock);
	for (;;) {
		M *next, *list = takenewm();

		if (!list)
			notesleep(&newmHandoff.wake);
		for (; list; list = next) {
			next = list->schedlink;
			list->schedlink = NULL;
			newm1(list);
		}
	}
}

void startTemplateThread(void)
{
	M *mp = acquirem(); // the goroutine must stay on a thread that is not locked yet

	if (atomic_cas(&newmHandoff.haveTemplateThread, 0, 1))
		newm(templateThread, NULL, -1);
	releasem(mp);
}

// ---- interface ----------------------------------------------------------------------

void rt_lock_os_thread(void)
{
	G *gp;

	preemptcheck();
	gp = getg();
	if (!atomic_load_relaxed(&newmHandoff.haveTemplateThread))
		startTemplateThread();
	if (++gp->m->lockedExt == 0) {
		gp->m->lockedExt--;
		rt_panic("LockOSThread nesting overflow");
	}
	dolock();
}

void rt_unlock_os_thread(void)
{
	G *gp;

	goroutinecheck();
	gp = getg();
	if (gp->m->lockedExt == 0)
		return;
	gp->m->lockedExt--;
	dounlock();
}
