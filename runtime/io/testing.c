// testing.c - tests of programs: a function runs in a world of its own, and leaves no goroutine.
//
// The goroutine that calls rt_test drives the test. The function runs in another one; all
// goroutines that are not known from before are the test's. Whenever all of them are blocked,
// the driver decides what comes next, as Go's testing/synctest does:
//
//	the goroutine in rt_test_wait, if there is one, continues;
//	if no goroutine is left, the test is over;
//	if the function has returned, time stops: the others are left;
//	if there is a timer, time comes to it;
//	else it is a deadlock.
//
// In a replayed run the scheduler resumes the driver when nothing is runnable. In other runs the
// driver looks with pauses that grow, as rt_wait_alone does, and time also passes by itself. The
// timers from before wait aside meanwhile: it is not their time that is skipped.
#include "runtime/io/testing.h"

#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/base/race.h"
#include "runtime/base/replay.h"
#include "runtime/die/die.h"
#include "runtime/io/alone.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/g.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

enum { Yields = 20, LastLooks = 50 };
enum { FirstNap = 20 * 1000, LastNap = 1000 * 1000, IoNap = 2 * 1000 * 1000 }; // ns

static struct {
	uint32_t running; // changed by compare-and-swap
	Known known;      // the driver, and what was there before
	G *first;         // runs the function, while its number is firstid
	uint64_t firstid;
	G *waiter; // in rt_test_wait; set by it, cleared by the driver while it is blocked
	P aside;   // its heap has the timers from before
} test;

// What a goroutine says about the test: the least of all counts.
typedef enum {
	Busy,    // it runs, or may at any moment
	Waits,   // for a descriptor
	Blocked, // until another goroutine or a timer ends that
} Doing;

// What the driver sees.
typedef struct {
	Doing least;
	bool left;     // goroutines of the test
	bool finished; // the first has ended
	int64_t next;  // when the first timer is due, or 0
	G *waiter;     // in rt_test_wait, and blocked if all are
	bool older;    // one that does not count waits for the kernel
} Look;

// ---- looking ------------------------------------------------------------------------

// Those from before the test may wait for what they like. But they count while they run, since
// they may be about to wake one of the test's. So do the runtime's own, which look up names and
// the like, except for one that waits in the kernel for signals.
static Doing doing(const G *gp, bool counts)
{
	uint32_t s = readgstatus(gp);

	if (s == Gwaiting && gp->waitreason == WaitReasonIOWait)
		return counts || gp->issystem ? Waits : Blocked;
	if (s == Gwaiting && gp->waitreason != WaitReasonStoppingTheWorld)
		return Blocked;
	return s == Gsyscall && !counts ? Blocked : Busy;
}

// Is gp in a system call, or does it wait for a descriptor? In a replayed run all that is ready has come.
static bool awaitskernel(const G *gp)
{
	uint32_t s = readgstatus(gp);

	return s == Gsyscall || (!REPLAYING && s == Gwaiting && reasonof(gp) == WaitReasonIOWait);
}

// Would the kernel run mp's thread? As soon as there is what a thread waits for it is runnable, though it
// may not run for long. Without /proc nobody knows.
static bool threadruns(const M *mp)
{
	char path[48], line[128]; // the state is behind the name, which has 15 bytes
	int64_t fd, n, i;

	rt_snprintf(path, sizeof path, "/proc/self/task/%lu/stat", (unsigned long)mp->procid);
	fd = open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	n = read((int32_t)fd, line, sizeof line);
	closefd((int32_t)fd);
	for (i = n - 1; i >= 0 && line[i] != ')'; i--)
		continue;
	return i >= 0 && i + 2 < n && line[i + 2] == 'R';
}

static bool isidlem(const M *mp)
{
	const M *m;

	lock(&sched.lock);
	for (m = sched.midle; m && m != mp; m = m->schedlink)
		continue;
	unlock(&sched.lock);
	return m != NULL;
}

// The world is stopped. A thread that runs nevertheless, and not to go to sleep, comes back from a system
// call, or from polling with what is ready. Each start wakes sysmon, which polls only while no M does.
static bool comesback(void)
{
	bool all = !pollerinside();

	for (const M *mp = allm; mp; mp = mp->alllink) {
		if (mp == getg()->m || mp->isextra || (mp->mstartfn == sysmon && !all) || isidlem(mp))
			continue;
		if (threadruns(mp))
			return true;
	}
	return false;
}

// Returns when the first timer is due, or 0 if none can change anything.
static int64_t nexttimer(void)
{
	for (int32_t i = 0; i < gomaxprocs; i++) {
		const P *pp = allp[i];

		for (int32_t t = 0; t < pp->timerslen; t++) {
			const Timer *timer = timerat(pp, t);

			if (timer->when != Never && !idletimer(timer))
				return timeSleepUntil();
		}
	}
	return 0;
}

static Look lookaround(void)
{
	uintptr_t n = atomic_load_acquire(&allglen); // pairs with allgadd
	G **gs = atomic_load_acquire(&allgs);
	Look l = { .least = Blocked };

	for (uintptr_t i = 0; i < n; i++) {
		const G *gp = gs[i];
		bool known = i < test.known.n && gp->goid == test.known.goids[i];
		bool counts = !known && !gp->issystem;
		Doing d;

		if (gp == test.known.me || readgstatus(gp) == Gdead)
			continue;
		l.left |= counts;
		d = doing(gp, counts);
		l.older |= !counts && awaitskernel(gp);
		l.least = min(l.least, d);
	}
	l.finished = test.first->goid != test.firstid || readgstatus(test.first) == Gdead;
	l.waiter = test.waiter;
	return l;
}

// What it returns holds while the world is stopped; else it is a hint. Once nothing comes back, what is seen then
// does not change by what has happened before.
static Look look(bool stopped)
{
	Look l = lookaround();

	if (!stopped)
		return l;
	if (!REPLAYING && l.older && l.least == Blocked) {
		if (comesback())
			l.least = Busy;
		else
			l = lookaround();
	}
	l.next = nexttimer();
	return l;
}

// The world is stopped: all timers move to this P, which runs the due ones in its next round. Another M
// would first have to wake, and be stopped again by the driver's next look.
static void gathertimers(void)
{
	P *pp = getg()->m->p;

	for (int32_t i = 0; i < gomaxprocs; i++) {
		if (allp[i] != pp)
			moveTimers(pp, allp[i]);
	}
}

// Time comes to the next timer, if it has not already.
static void skiptime(int64_t next)
{
	if (REPLAYING) {
		replayadvance(next);
		return;
	}
	testclockskip(next);
	atomic_store_relaxed(&sched.notDueAfter, INT64_MAX); // it was for the time before
	if (pollerinside())
		netpollBreak(); // it sleeps for as long as it has taken before
	else
		wakep();
	rt_gosched(); // a round of the scheduler finds that it is due
}

static void nap(int64_t ns)
{
	Note never = { 0 };

	notetsleepg(&never, ns); // not a timer, which a test may wait for
}

// Returns what there is when all of the test's goroutines are blocked. One that waits for a
// descriptor is, if nothing has come for 2 ms. One from before the test, which may be about to wake one
// of the test's, is if nothing has come before a second look: the world's start polls.
static Look awaitblocked(void)
{
	int64_t ns = FirstNap;
	bool waited = false, polled = false;
	Look l;

	for (int32_t i = 0;; i++) {
		l = look(false);
		if (l.least != Busy || !l.left) {
			stopTheWorld("look at a test");
			l = look(true);
			gathertimers();
			startTheWorld();
		}
		if (l.left && l.next != 0 && l.next <= nanotime()) {
			skiptime(l.next); // it is due, and no P has seen that yet
			if (i >= Yields)
				nap(ns);
			continue;
		}
		if (l.least == Blocked && l.left && l.older && !polled) {
			polled = true;
			continue;
		}
		if (!l.left || l.least == Blocked || (l.least == Waits && waited))
			return l;
		polled = false;
		waited = l.least == Waits;
		if (!waited && i < Yields) {
			rt_gosched();
			continue;
		}
		nap(waited ? IoNap : ns);
		ns = min(2 * ns, (int64_t)LastNap);
	}
}

// In a replayed run. still: nothing has changed since it returned last.
static Look replayawaitblocked(bool still)
{
	Look l;

	for (;;) {
		replayidle(still); // after 2 ms of waiting for descriptors
		l = look(true);
		if (!l.left || l.least != Busy)
			return l;
		usleep(LastNap / 1000); // in a system call that takes long: replay/watch.c
	}
}

// ---- driving ------------------------------------------------------------------------

static NORETURN void deadlock(void)
{
	fatal("all goroutines of the test are asleep - deadlock!");
}

// Returns when the test is over.
//
// Nobody is left to continue, but a goroutine from before the test may wake one of the test's, by
// something that takes time outside: a server's answer, the end of a sleep in the kernel. Nothing shows that, so
// there is a deadlock only when it has had time to come.
static void drive(void)
{
	bool still = false;
	int32_t looks = 0;

	for (;;) {
		Look l = REPLAYING ? replayawaitblocked(still) : awaitblocked();

		if (!l.left)
			return;
		still = false;
		if (l.waiter) {
			test.waiter = NULL;
			ready(l.waiter, false);
		} else if (l.finished) {
			return;
		} else if (l.next != 0) {
			if (REPLAYING || l.least == Blocked)
				skiptime(l.next);
		} else if (l.least == Waits) {
			still = true;
		} else if (l.older && looks < LastLooks) {
			looks++;
			if (REPLAYING)
				usleep(IoNap / 1000);
			else
				nap(IoNap);
			continue;
		} else {
			deadlock();
		}
		looks = 0;
	}
}

// Writes down which goroutines there are.
static void getknown(void)
{
	uintptr_t cap = 0;
	uint64_t *goids = NULL;

	test.known = (Known){ .me = getg() };
	for (;;) {
		stopTheWorld("begin of a test");
		if (allglen <= cap)
			break;
		startTheWorld();
		rt_free(goids);
		cap = 2 * allglen;
		goids = rt_malloc(cap * sizeof *goids);
	}
	for (uintptr_t i = 0; i < allglen; i++)
		goids[i] = readgstatus(allgs[i]) == Gdead ? 0 : allgs[i]->goid;
	test.known.goids = goids;
	test.known.n = allglen;
	startTheWorld();
}

static void setaside(void)
{
	stopTheWorld("begin of a test");
	lockInit(&test.aside.timersLock, RankTimers);
	for (int32_t i = 0; i < gomaxprocs; i++)
		moveTimers(&test.aside, allp[i]);
	timersaside = &test.aside;
	startTheWorld();
}

// Those that the test has left behind move to the clock that counts from now on.
static void putback(void)
{
	int64_t by = REPLAYING ? replaytested() : 0;

	stopTheWorld("end of a test");
	for (int32_t i = 0; i < gomaxprocs; i++)
		shiftTimers(allp[i], by);
	if (!REPLAYING)
		shiftTimers(&test.aside, testclockend());
	moveTimers(allp[0], &test.aside);
	timersaside = NULL;
	startTheWorld();
	if (allp[0]->timer0When != 0)
		wakeNetPoller(allp[0]->timer0When);
}

static int reportleft(void)
{
	uintptr_t i = 0;
	int n = 0;

	while (othergoroutine(&test.known, &i))
		n++;
	if (n == 0)
		return 0;
	print("rt_test: %d goroutine%s left\n", n, n == 1 ? " is" : "s are");
	if (REPLAYING)
		replayline();
	print("\n");
	return listothers(&test.known, 2);
}

static int runtest(int32_t seed, void (*fn)(void *), void *arg, uintptr_t callerpc)
{
	G *newg;
	int n;

	getknown();
	setaside();
	if (REPLAYING)
		replaytest(seed);
	else
		testclockbegin();
	newg = newproc1(fn, arg, NULL, 0, getg(), callerpc);
	test.first = newg;
	test.firstid = newg->goid;
	startg(newg);
	drive();
	if (RACING)
		raceafterall();
	if (Hosted)
		happensafter(&__rt0_left); // the next seed's run, too, comes after this one
	n = reportleft();
	putback();
	rt_free((void *)(uintptr_t)test.known.goids);
	return n;
}

// ---- for the stubs ------------------------------------------------------------------

int __rt0_runtests(int n, void (*fn)(void *), void *arg, uintptr_t callerpc, const char *name)
{
	int32_t seed = REPLAYING ? replayseed() : 0; // GODEBUG's, or 0
	int leaves = 0;

	preemptcheckas(name);
	if (!fn)
		fatal("go of nil func value");
	if (!atomic_cas(&test.running, 0, 1))
		fatalf("%s called while a test runs", name);
	if (seed > 0)
		leaves = runtest(seed, fn, arg, callerpc);
	for (int32_t i = 1; seed == 0 && i <= n && leaves == 0; i++)
		leaves = runtest(i, fn, arg, callerpc);
	atomic_store_release(&test.running, 0); // pairs with the next one's compare-and-swap
	return leaves;
}

static bool testsown(const G *gp)
{
	uintptr_t i = 0;
	const G *other;

	if (!atomic_load_acquire(&test.running))
		return false;
	while ((other = othergoroutine(&test.known, &i)) && other != gp)
		continue;
	return other != NULL;
}

void __rt0_testwait(void)
{
	preemptcheckas("rt_test_wait");
	if (!testsown(getg()))
		fatal("rt_test_wait called by a goroutine that is not a test's");
	if (!atomic_cas(&test.waiter, NULL, getg()))
		fatal("rt_test_wait called by two goroutines at a time");
	gopark(NULL, NULL, WaitReasonZero);
	if (RACING)
		raceafterall();
}
