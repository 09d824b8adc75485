// report.c - what a process that dies says: why, its stacks, and the end with status 2.
//
// Several Ms may die at once. Each takes paniclk for its report, so that they come one
// after another; the last of them ends the process. An M that fails while it reports says
// less each time (mp->dying): it adds its own stacks, then its message alone, then nothing.
//
// Follows Go's panic.go (throw, startpanic_m, dopanic_m).
//
// built: unchecked
#include "runtime/base/hosted.h"
#include "runtime/base/leakhook.h"
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/sysmon.h"

uint32_t panicking, runningPanicDefers;
static Mutex paniclk; // without rank: taken with any locks held

static void startpanic_m(M *mp) ACQUIRES(paniclk);
static void startpanic_m(M *mp)
{
	mp->mallocing++;
	mp->locks++;
	mp->dying = 1;
	mp->printbuf = NULL; // it dies in rt_stack
	atomic_xadd(&panicking, 1);
	lock(&paniclk);
	if (debug.schedtrace > 0 || debug.scheddetail > 0)
		schedtrace(true);
	freezetheworld();
}

// Prints the dying goroutine's stack, then others' if the level asks for them.
static void printstacks(G *gp, const Where *w, bool others)
{
	M *mp = gp->m;
	Traceback t = gotraceback();

	if (t.level == 0)
		return;
	if (gp != mp->curg) {
		// It is the program's code that runs there.
		bool program = gp == mp->gcgo || (gp == mp->gsignal && mp->handling);

		if (program || mp->throwing > 0 || t.level >= 2) {
			print("\nruntime stack:\n");
			traceback(gp, w, program ? t.level : 2);
		}
		gp = mp->curg;
	}
	if (gp) {
		Where at = halted(gp) ? wherehalted(gp, halted(gp)) : whereparked(gp);

		print("\n");
		printgoroutine(gp, at.pc ? &at : NULL, t.level);
	}
	if (others && t.all) {
		haltothers();
		// A signal was sent to a program that is well.
		if (debug.leaks > 0 && &__rt0_leakfinder && mp->caughtsig && mp->throwing < 0)
			__rt0_leakfinder.dying();
		tracebackothers(gp, t.level);
	}
}

static NORETURN void endprocess(void)
{
	dying();
	if (REPLAYING)
		replayend(2);
	if (gotraceback().crash)
		raisedefault(SIGABRT);
	exit(2);
}

// Handles a failure in a report of this M. It locks nothing: this M holds paniclk already, or
// another M does, which must not keep this one from its end. Counts each failure before it
// prints anything, because printing may fail next.
static NORETURN void panicagain(M *mp, const Report *r)
{
	switch (++mp->dying) {
	case 2:
		r->before(r->arg);
		print("panic during panic\n");
		printstacks(r->gp, &r->where, false);
		if (r->after)
			r->after(r->arg);
		endprocess();
	case 3:
		r->before(r->arg);
		print("stack trace unavailable\n");
		exit(4);
	default:
		exit(5);
	}
}

// Reports why the process dies. Runs on g0 or gsignal, where there is room.
void dopanic(void *arg)
{
	const Report *r = arg;
	const Where *w = &r->where;
	Halted at = { r->gp, w->pc, w->sp, w->bp, w->calledsp, w->link };
	M *mp = getg()->m;

	haltmyself(&at);
	if (mp->dying != 0)
		panicagain(mp, r);
	startpanic_m(mp);
	r->before(r->arg);
	printstacks(r->gp, &r->where, true);
	if (r->after)
		r->after(r->arg);
	if (__rt0_traceon)
		__rt0_tracer.die();
	unlock(&paniclk);
	if (atomic_xadd(&panicking, -1u) != 0)
		haltm(); // others are dying too: the last one ends the process
	endprocess();
}
