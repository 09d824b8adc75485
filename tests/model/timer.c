// timer.c - timers and the poller's sleep: each timer runs once, not before it is due, on some M
// that is not busy; the poller does not sleep beyond a timer that is added or moved meanwhile.
//
// Time ends at Soon: one that sleeps until Late sleeps forever. Whenever an M reads the clock,
// Soon may have come.
//
// source: runtime/sched/timer.c runtime/sched/netpoll.c runtime/sched/poll.h runtime/sched/wake.c
// source: runtime/sched/findrunnable.c runtime/sched/p.c runtime/sched/stw.c
// cflags: -DRT0_STRESS
// run: --memory tso --timeouts --bound 2
// run: --memory tso --timeouts --bound 1 addtwo
// run: --memory tso --timeouts --bound 1 moves
// run: --memory tso --timeouts --bound 1 firstfd
// run: --memory tso --timeouts --bound 1 shrink
// run: --memory ra --timeouts --bound 1 --stale 1
// mutant: a new timer wakes nobody | --memory sc --timeouts --bound 0 add
// - wakeNetPoller(when);\n\treleasem(mp);
// + releasem(mp);
// mutant: a timer that is moved wakes nobody | --memory sc --timeouts --bound 0 move
// - wakeNetPoller(when);\n\t\t\treturn true;
// + return true;
// mutant: the poller is looked at before the timer is in the heap | --memory sc --timeouts --bound 1 add
// - lock(&pp->timersLock);\n\tpush(pp, t);\n\tunlock(&pp->timersLock);
// + wakeNetPoller(when); lock(&pp->timersLock); push(pp, t); unlock(&pp->timersLock);
// - wakeNetPoller(when);\n\treleasem(mp);
// + releasem(mp);
// mutant: where no M polls, a new timer wakes none | --memory sc --timeouts --bound 0 add
// - if (!pollerinside())\n\t\twakep();\n\telse if (polllasts(when))
// + if (pollerinside() && polllasts(when))
// mutant: the poller looks at the timers by an acquire alone | --memory ra --timeouts --bound 1 --stale 1 add
// - int64_t when = atomic_load_seqcst(&ps[i]->timer0When);
// + int64_t when = atomic_load_acquire(&ps[i]->timer0When);
// mutant: a new timer looks for the poller by an acquire alone | --memory ra --timeouts --bound 1 --stale 1 addagain
// - return atomic_load_seqcst(&sched.lastpoll) == 0;
// + return atomic_load_acquire(&sched.lastpoll) == 0;
// mutant: the end of the poller's turn leaves the time until which it slept | --memory sc --timeouts --bound 2 addtwo
// - atomic_store_relaxed(&sched.pollUntil, 0);
// + (void)0;
// mutant: the mark of a break is cleared before it is read | --memory sc --timeouts --bound 3 moves
// - if (unlikely(read(netpollBreakFd, &count, sizeof count) < 0))\n\t\tnewbreak();\n\tatomic_store_release(&netpollWakeSig, 0);
// + atomic_store_release(&netpollWakeSig, 0); if (read(netpollBreakFd, &count, sizeof count) < 0) newbreak();
// mutant: a poll that does not wait takes the break | --memory sc --timeouts --bound 2 polls
// - uint64_t count;\n\n\tif (delay == 0)\n\t\treturn;
// + uint64_t count;
// mutant: deltimer does not look again under the lock | --memory sc --timeouts --bound 1 stop
// - there = t->pp == pp;\n\t\tif (there)\n\t\t\tremoveat(pp, t->index);
// + there = true; removeat(pp, t->index);
// mutant: a due timer is read after it is its owner's | --memory ra --timeouts --bound 1 --stale 1 stop
// - *due = *timerof(pp->timers[0]); // f may let its owner start it again, or free it\n\tremoveat(pp, 0);
// + Timer *t0 = timerof(pp->timers[0]); removeat(pp, 0); *due = *t0;
// mutant: the owner gets its timer back without a release | --memory ra --timeouts --bound 1 --stale 1 stop
// - atomic_store_release(&timerof(t[i])->pp, NULL); // pairs with deltimer
// + atomic_store_relaxed(&timerof(t[i])->pp, NULL);
// mutant: the owner gets its timer back without an acquire | --memory ra --timeouts --bound 1 --stale 1 stop
// - // It may be moved to another heap, fire and be moved again meanwhile.\n\twhile ((pp = atomic_load_acquire(&t->pp))) {
// + while ((pp = atomic_load_relaxed(&t->pp))) {
// mutant: the timers of a P that is handed off wake nobody | --memory sc --timeouts --bound 0 handoff
// - if (when != 0) // its timers are now the poller's business\n\t\twakeNetPoller(when);
// + (void)when;
// mutant: an M that searches does not look at the timers of busy Ps | --memory sc --timeouts --bound -1 add
// - if (!last && (round < 2 || isrunning(p2)))
// + if (!last || isrunning(p2))
// mutant: the timers of a P stay there when it is destroyed | --memory sc --timeouts --bound 0 resize
// - moveTimers(getg()->m->p, pp);
// + (void)0;
// mutant: the timers that are moved are not published | --memory sc --timeouts --bound 0 resize
// - t->pp = pp; // under the lock; pairs with deltimer's load\n\tsiftup(pp->timers, pp->timerslen++, w);\n\tpublish(pp);
// + t->pp = pp; siftup(pp->timers, pp->timerslen++, w);
// mutant: the first descriptor leaves the poller asleep on the word of its breaks | --memory sc --timeouts --bound 1 firstfd
// - (void)atomic_xchg(&netpollWakeSig, 1);\n\t\tfutexwakeup(&netpollWakeSig, 1);
// + (void)0;
// mutant: the first descriptor does not write for a break that saw none | --memory sc --timeouts --bound 2 firstfd
// - write1((int32_t)fd, &one, sizeof one);\n\t}
// + (void)one; }
#define OWN_CLOCK
#include "tests/model/steplock.h"
#define fastrandn mc_choose
#include "runtime/lock/note.c"
#include "runtime/sched/p.c"
#include "runtime/sched/psorder.c"
#include "runtime/sched/runq.c"
#include "runtime/sched/wake.c"
#include "runtime/sched/timer.c"
#include "runtime/sched/netpoll.c"
#include "runtime/sched/findrunnable.c"
#include "runtime/sched/stw.c"

enum { Ms = 1000 * 1000, Start = 1, Soon = 10 * Ms, Late = 1000 * Ms, Timers = 3 };

static Timer timers[Timers];
static TimerWhen heaps[MaxWorld][FirstCap];
static int fired[Timers], wanted;
static int made; // the M that newm makes; 0: none is left
static uint32_t breaks; // the eventfd's count
static bool refused;    // there is no descriptor for the poller
Mcache *mcache0;

// ---- the clock and the kernel -------------------------------------------------------

int64_t nanotime(void)
{
	if (modeltime < Soon && mc_choose(2) == 1)
		modeltime = Soon;
	return modeltime;
}

// Sleeps while *addr is val; ns < 0, or until Late: forever.
void futexsleep(uint32_t *addr, uint32_t val, int64_t ns)
{
	if (mc_futexsleep(addr, val, ns > Late / 2 ? -1 : ns) && modeltime < Soon)
		modeltime = Soon;
}

int64_t epollcreate1(int32_t flags)
{
	(void)flags;
	return refused ? -EMFILE : 8;
}

int64_t eventfd(uint32_t count, int32_t flags)
{
	(void)count;
	(void)flags;
	return 9;
}

int64_t epollctl(int32_t ep, int32_t op, int32_t fd, EpollEvent *ev)
{
	(void)ep;
	(void)op;
	(void)fd;
	(void)ev;
	return 0;
}

int64_t closefd(int32_t fd)
{
	(void)fd;
	return 0;
}

int64_t write1(int32_t fd, const void *p, uintptr_t n)
{
	mc_assert(fd == 9);
	atomic_xadd(&breaks, 1);
	mc_futexwakeup(&breaks, 1);
	(void)p;
	return (int64_t)n;
}

int64_t read(int32_t fd, void *p, uintptr_t n)
{
	mc_assert(fd == 9);
	*(uint64_t *)p = atomic_xchg(&breaks, 0);
	return (int64_t)n;
}

int64_t epollwait(int32_t ep, EpollEvent *ev, int32_t nev, int32_t timeoutms)
{
	uint32_t n = atomic_xadd(&breaks, 0);

	(void)ep;
	(void)nev;
	if (n == 0 && timeoutms != 0) {
		futexsleep(&breaks, 0, timeoutms < 0 ? -1 : (int64_t)timeoutms * Ms);
		n = atomic_xadd(&breaks, 0);
	}
	ev[0] = (EpollEvent){ .events = EPOLLIN };
	return n > 0;
}

// ---- what the model leaves out ------------------------------------------------------

void checkdead(void)
{
}

bool preemptall(void)
{
	return true;
}

void wakesysmon(void)
{
}

void sudogpurge(P *pp)
{
	(void)pp;
}

void stackpurge(P *pp)
{
	(void)pp;
}

void freemcache(Mcache *c)
{
	(void)c;
}

void gfpurge(P *pp)
{
	(void)pp;
}

void injectglist(Gqueue *list)
{
	mc_assert(!list->head);
}

int64_t mReserveID(void)
{
	return made;
}

void newm(void (*fn)(void), P *pp, int64_t id)
{
	(void)id;
	if (made == 0)
		mc_prune(); // an M is on its way to the idle list, and this would be one too many
	if (fn)
		takeclaim(&wm[made]);
	wakem(&wm[made], pp);
	made = 0;
}

// ---- threads ------------------------------------------------------------------------

static void fires(void *arg, uintptr_t seq)
{
	int i = (int)(intptr_t)arg;

	(void)seq;
	mc_assert(modeltime >= Soon && i >= 0 && i < Timers);
	fired[i]++;
}

static bool allfired(void *unused)
{
	int n = 0;

	(void)unused;
	for (int i = 0; i < Timers; i++)
		n += fired[i];
	return n >= wanted;
}

static void searcher(void *arg)
{
	bool inherit;

	(void)arg;
	(void)findrunnable(&inherit);
	mc_fail("a goroutine from nowhere");
}

static void sleeper(void *arg)
{
	parkm(0);
	searcher(arg);
}

// A goroutine that stays on its P, after it has started timer 0.
static void adds(void *arg)
{
	(void)arg;
	addtimer(&timers[0]);
	mc_await(allfired, NULL);
}

// After it has started timers 0 and 2.
static void addstwo(void *arg)
{
	(void)arg;
	addtimer(&timers[2]);
	addtimer(&timers[0]);
	mc_await(allfired, NULL);
}

static void brings(void *arg)
{
	(void)arg;
	mc_assert(modtimer(&timers[0], Soon));
	mc_await(allfired, NULL);
}

// Moves its timer nearer again and again.
static void bringsnearer(void *arg)
{
	mc_assert(modtimer(&timers[0], Late - 1));
	mc_assert(modtimer(&timers[0], Late - 2));
	brings(arg);
}

// Starts a timer and stops it. If that comes too late, its memory is used again at once.
static void stops(void *arg)
{
	Timer *t = &timers[0];

	(void)arg;
	addtimer(t);
	if (deltimer(t)) {
		wanted = 0;
	} else {
		t->arg = (void *)Timers;
		t->when = Late;
	}
	mc_await(allfired, NULL);
}

// Hands off its P, which has a timer.
static void blocks(void *arg)
{
	(void)arg;
	handoffp(releasep());
}

// As sysmon.
static void pollsonce(void *arg)
{
	(void)arg;
	mc_assert(!netpoll(0).head);
}

// A goroutine opens a descriptor.
static void watches(void *arg)
{
	(void)arg;
	mc_assert(netpollTryInit() == 0);
}

// Changes the number of Ps, and searches.
static void resizes(void *arg)
{
	stopTheWorldWithSema(NULL);
	newprocs = gomaxprocs - 1;
	startTheWorldWithSema(NULL);
	searcher(arg);
}

// Changes the number of Ps, and is busy.
static void shrinks(void *arg)
{
	stopTheWorldWithSema(NULL);
	newprocs = gomaxprocs - 1;
	startTheWorldWithSema(NULL);
	mc_setg(getg()->m->curg);
	mc_await(allfired, NULL);
	(void)arg;
}

static void busy(void *arg)
{
	(void)arg;
	mc_await(allfired, NULL);
}

// ---- scenarios ----------------------------------------------------------------------

static void setwhen(int i, int64_t when)
{
	timers[i] = (Timer){ .when = when, .f = fires, .arg = (void *)(intptr_t)i, .stoppable = true };
}

static void pending(int i, P *pp, int64_t when)
{
	setwhen(i, when);
	push(pp, &timers[i]);
}

// Of the Ms, the first ps have Ps.
static void world(int ps)
{
	makeworld(MaxWorld);
	modeltime = Start;
	gomaxprocs = allplen = allpcap = ncpu = ps;
	newprocs = 0;
	randomOrder_reset((uint32_t)ps);
	sched.lastpoll = Start;
	sched.notDueAfter = INT64_MAX; // sysmon sleeps
	netpollInited = PollerOfAll;
	epfd = 8;
	netpollBreakFd = 9;
	wanted = 1;
	for (int i = 0; i < MaxWorld; i++) {
		wp[i].timers = heaps[i];
		wp[i].timerscap = FirstCap;
		if (i < ps)
			continue;
		wallp[i] = NULL;
		wp[i].m = NULL;
		wm[i].p = NULL;
	}
	setwhen(0, Soon);
	mc_ignore(fired, sizeof fired);
	mc_ignore(&wanted, sizeof wanted);
	mc_ignore(&made, sizeof made);
	mc_ignore(&refused, sizeof refused);
	mc_name(timers, sizeof timers, "timers", -1);
	mc_name(heaps, sizeof heaps, "heaps", -1);
	mc_name(&breaks, sizeof breaks, "breaks", -1);
	mc_name(&netpollWakeSig, sizeof netpollWakeSig, "netpollWakeSig", -1);
}

// m0 runs a goroutine, m1 searches, m2 can be made.
static void begins(void (*goroutine)(void *))
{
	world(2);
	wm[1].spinning = true;
	sched.nmspinning = 1;
	made = 2;
	threadong(goroutine, 0);
	threadong0(searcher, 1);
	mc_daemon();
	threadong0(sleeper, 2);
	mc_daemon();
}

static void add(void)
{
	begins(adds);
}

static void addearlier(void)
{
	begins(adds);
	pending(1, &wp[1], Late);
}

static void addagain(void)
{
	begins(adds);
	pending(1, &wp[1], Soon);
	wanted = 2;
}

static void addtwo(void)
{
	begins(addstwo);
	pending(1, &wp[1], Late);
	setwhen(2, Soon);
	wanted = 2;
}

static void move(void)
{
	begins(brings);
	pending(0, &wp[0], Late);
}

static void moves(void)
{
	begins(bringsnearer);
	pending(0, &wp[0], Late);
}

static void stop(void)
{
	begins(stops);
}

// m0 hands off its P, m1 is busy, m2 sleeps; nobody looks for work, and p2 is idle.
static void handoff(void)
{
	world(3);
	wm[2].p = NULL;
	wp[2].m = NULL;
	wp[2].status = Pidle;
	sched.pidle = &wp[2];
	sched.npidle = 1;
	sched.midle = &wm[2];
	sched.nmidle = 1;
	pending(0, &wp[0], Soon);
	threadong0(blocks, 0);
	threadong(busy, 1);
	threadong0(sleeper, 2);
	mc_daemon();
}

// Another M looks at the network meanwhile.
static void polls(void)
{
	addearlier();
	wm[3].p = NULL;
	threadong0(pollsonce, 3);
}

// There is no descriptor for the poller until m3's goroutine gets one.
static void nofd(void)
{
	netpollInited = PollerOfTimers;
	epfd = netpollBreakFd = -1;
}

static void addnofd(void)
{
	addearlier();
	nofd();
}

static void firstfd(void)
{
	addearlier();
	nofd();
	threadong0(watches, 3);
}

// m0 destroys p1 with its timer, m1 searches, m2 is busy.
static void resize(void)
{
	world(2);
	pending(0, &wp[1], Soon);
	threadong0(resizes, 0);
	mc_daemon();
	threadong0(searcher, 1);
	mc_daemon();
	threadong(busy, 2);
}

// m0 destroys p2 with its timer, m1 and m2 search.
static void shrink(void)
{
	world(3);
	pending(0, &wp[2], Soon);
	threadong0(shrinks, 0);
	threadong0(searcher, 1);
	mc_daemon();
	threadong0(searcher, 2);
	mc_daemon();
}

static void once(void)
{
	int n = 0;

	for (int i = 0; i < Timers; i++) {
		mc_assert(fired[i] <= 1);
		n += fired[i];
	}
	mc_assert(n == wanted);
	mc_assert(sched.nmspinning == 0 && sched.runqsize == 0);
}

const Scenario mc_scenarios[] = {
	{ "add", add, once, false },
	{ "addearlier", addearlier, once, false },
	{ "addagain", addagain, once, false },
	{ "addtwo", addtwo, once, true },
	{ "addnofd", addnofd, once, false },
	{ "move", move, once, false },
	{ "moves", moves, once, true },
	{ "stop", stop, once, false },
	{ "handoff", handoff, once, false },
	{ "polls", polls, once, false },
	{ "firstfd", firstfd, once, true },
	{ "resize", resize, once, false },
	{ "shrink", shrink, once, true },
	{ 0 },
};
