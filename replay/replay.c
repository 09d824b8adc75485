// replay.c - a run that is drawn from a seed: one P, and each choice that the scheduler has is
// drawn from one generator. Equal seeds make equal runs.
//
// The hooks in the runtime (base/replay.h) come here in place of the run queues: what is
// runnable is in one array, and the next is drawn from it, or is the one with the highest of
// random priorities. Whatever runs is asked to yield all the time, so each function of the
// interface is a choice, and the prologue of each function of the program now and then.
// The clock is virtual (clock.c). A goroutine in a system call keeps the P; if the call
// blocks, watch.c takes the P, and the run says that it depends on more than its seed.
//
// Everything here belongs to the M with the P.
//
// built: unchecked libc
#include "replay/replay.h"

#include "runtime/base/replay.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/timer.h"

enum {
	MaxPoints = 32,      // changes of priority
	MaxPrio = 1 << 30,   // new ones have more
	Dropped = 1 << 29,   // at a point; what yields gets less, or it could wait for one of these
	PollEvery = 64,      // choices, while something is runnable
	InARow = 1000,       // choices of one goroutine with the highest priority
	FirstCap = 64,
	Nap = 1000 * 1000,   // ns
};

bool replaying, instrumented;
static Replayed own;
Replayed *replay = &own;
Explored explored;

typedef struct {
	G *gp;
	uint64_t place; // in the order of arrival
} Runnable;

static struct {
	bool begun; // the start-up is over
	uint64_t seed;
	uint64_t drawn; // at this choice
	uint32_t skip;  // the next of explored.skip
	Runnable *runnable; // with priorities, a heap
	uint32_t n, cap;
	uint64_t arrived;
	uint32_t npoints;
	uint64_t point[MaxPoints]; // real choices: what is chosen there drops
	uint32_t lowest;           // the next that yields of itself gets this less one
	G *last;                   // what ran last
	uint32_t inarow;
	uint32_t accesses; // until the next yields
	bool asked;    // the last one has called rt_gosched
	bool prologue; // it yields in a prologue
	Note *note; // noted waits for it
	G *noted;
	bool given; // GODEBUG has the seed
	// A test (io/testing.c).
	bool testing;
	G *driver; // parked until nothing is runnable
	bool still; // nothing has run since then
	uint64_t firstid; // of the goroutines that are the test's
	int64_t before; // the clock when it began
} r;

// ---- drawing ------------------------------------------------------------------------

// splitmix64's finaliser.
static uint64_t scatter(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

// By the number of the choice: what is drawn at one does not depend on whether those before it
// were drawn or left out.
static uint64_t draw64(void)
{
	uint64_t z = scatter(r.seed + replay->choices * 0x9e3779b97f4a7c15);

	return scatter(z + ++r.drawn * 0xd1342543de82ef95);
}

uint32_t replaydraw(uint32_t n)
{
	return (uint32_t)((draw64() >> 32) * n >> 32);
}

void replaymix(uint64_t x)
{
	replay->hash = (replay->hash ^ x) * 0x100000001b3;
	replay->hash ^= replay->hash >> 29;
}

// For the order of select's cases, for semaphores' tickets and the like.
uint32_t replayrandom(void)
{
	return (uint32_t)(draw64() >> 32);
}

// ---- what is left out ---------------------------------------------------------------

// From then on: first come, first served, and a goroutine yields when it asks to.
static bool stopped(void)
{
	return !r.begun || (debug.seedstop > 0 && replay->choices >= (uint64_t)debug.seedstop);
}

bool replayyields(void)
{
	return !stopped();
}

bool leftout(void)
{
	if (stopped())
		return true;
	while (r.skip < explored.nskip && explored.skip[r.skip].end <= replay->choices)
		r.skip++;
	return r.skip < explored.nskip && explored.skip[r.skip].begin <= replay->choices;
}

// Reads "3-17:20-95": first and last choice, counted from 1.
static void parseskip(const char *s)
{
	while (explored.nskip < MaxSkips) {
		uint32_t number[2] = { 0 };

		for (int i = 0; i < 2; i++) {
			for (; *s >= '0' && *s <= '9'; s++)
				number[i] = 10 * number[i] + (uint32_t)(*s - '0');
			if (i == 0 && *s++ != '-')
				return;
		}
		if (number[0] == 0 || number[1] < number[0])
			return;
		explored.skip[explored.nskip++] = (Skip){ number[0] - 1, number[1] };
		if (*s++ != ':')
			return;
	}
}

// The functions of the program alone: how often the runtime's own are called may depend on
// addresses.
bool replayprologue(uintptr_t pc)
{
	extern const char __user_text_start[], __user_text_end[];
	const P *pp = getg()->m->p;
	uint32_t i;

	if (!pp || (r.n == 0 && atomic_load_relaxed(&pp->timer0When) == 0 && !netpollwaiting()))
		return false; // nothing could come first
	if (leftout() || debug.seedcalls < 0 || pc < (uintptr_t)__user_text_start ||
	    pc >= (uintptr_t)__user_text_end)
		return false;
	i = replaydraw((uint32_t)debug.seedcalls);
	r.prologue = i == 0;
	return i == 0;
}

// Not in a thread of a C library's, which has no G.
static NOSPLIT bool ongoroutine(void)
{
	G *gp = getg();

	return gp && gp == gp->m->curg;
}

NOSPLIT void replaychance(void)
{
	if (ongoroutine() && canPreemptM(getg()->m) && !stopped())
		mcall(gopreempt_m);
}

// One in seedaccess, on the average.
NOSPLIT void replayaccess(void)
{
	if (!replaying || debug.seedaccess < 0 || !ongoroutine())
		return;
	if (r.accesses > 0) {
		r.accesses--;
		return;
	}
	r.accesses = replaydraw(2 * (uint32_t)debug.seedaccess);
	if (!leftout())
		replaychance();
}

// ---- what is runnable ---------------------------------------------------------------

static bool priorities(void)
{
	return r.begun && debug.seedpct > 0;
}

static bool before(const Runnable *a, const Runnable *b)
{
	return a->gp->replayprio[0] > b->gp->replayprio[0];
}

static void up(uint32_t i, Runnable x)
{
	for (; i > 0 && before(&x, &r.runnable[(i - 1) / 2]); i = (i - 1) / 2)
		r.runnable[i] = r.runnable[(i - 1) / 2];
	r.runnable[i] = x;
}

static void down(uint32_t i, Runnable x)
{
	uint32_t c;

	for (; (c = 2 * i + 1) < r.n; i = c) {
		if (c + 1 < r.n && before(&r.runnable[c + 1], &r.runnable[c]))
			c++;
		if (!before(&r.runnable[c], &x))
			break;
		r.runnable[i] = r.runnable[c];
	}
	r.runnable[i] = x;
}

static void grow(void)
{
	uint32_t cap = r.cap ? 2 * r.cap : FirstCap;
	Runnable *all = persistentalloc((uintptr_t)cap * sizeof *all, PtrSize);

	__builtin_memcpy(all, r.runnable, (uintptr_t)r.n * sizeof *all);
	r.runnable = all; // the old array is abandoned: together they are no larger than this one
	r.cap = cap;
}

// There is room for it.
static void enter(Runnable x)
{
	if (r.begun && x.gp->replayprio[0] == 0)
		x.gp->replayprio[0] = MaxPrio + replaydraw(MaxPrio);
	if (priorities())
		up(r.n++, x);
	else
		r.runnable[r.n++] = x;
}

void replayput(G *gp)
{
	Runnable x = { gp, ++r.arrived };

	if (r.n == r.cap)
		grow();
	enter(x);
}

bool replayempty(void)
{
	return r.n == 0;
}

static G *remove(uint32_t i)
{
	G *gp = r.runnable[i].gp;
	Runnable x = r.runnable[--r.n];

	if (i == r.n)
		return gp;
	if (!priorities())
		r.runnable[i] = x;
	else if (i > 0 && before(&x, &r.runnable[(i - 1) / 2]))
		up(i, x);
	else
		down(i, x);
	return gp;
}

// Returns the place of what ran last, if it can run and has not asked others to;
// or of what has waited longest.
static uint32_t usual(void)
{
	uint32_t longest = 0;

	for (uint32_t i = 0; i < r.n; i++) {
		if (r.runnable[i].gp == r.last && !r.asked && !replay->outside)
			return i;
		if (r.runnable[i].place < r.runnable[longest].place)
			longest = i;
	}
	return longest;
}

// ---- priorities ---------------------------------------------------------------------

// gp has run for too long, or asks others to run: a loop that waits for something.
static void lower(G *gp)
{
	if (r.lowest > 1)
		gp->replayprio[0] = --r.lowest;
}

void replaylower(G *gp)
{
	r.asked = true;
	lower(gp);
}

// gp has just been chosen, and is not in the heap: what changes shows at its next choice.
static void changepriority(G *gp)
{
	if (!priorities())
		return;
	r.inarow = gp == r.last && r.n > 0 ? r.inarow + 1 : 0;
	if (r.inarow > InARow)
		lower(gp);
	for (uint32_t i = 0; r.n > 0 && i < r.npoints; i++) {
		if (r.point[i] == replay->real)
			gp->replayprio[0] = Dropped + i;
	}
}

// ---- where goroutines come from -----------------------------------------------------

static void readied(G *gp)
{
	casgstatus(gp, Gwaiting, Grunnable);
	replayput(gp);
}

// Those that netpoll returns, in an order that the kernel has no part in.
static bool pollnet(int64_t delay)
{
	Gqueue list;
	bool any = false;

	if (!netpollwaiting() || !netpollinited())
		return false;
	list = netpoll(delay);
	while (!gqueueEmpty(&list)) {
		Gqueue rest = { 0 };
		G *least = gqueuePop(&list), *gp;

		while ((gp = gqueuePop(&list))) {
			if (gp->goid < least->goid) {
				G *other = least;

				least = gp;
				gp = other;
			}
			gqueuePushBack(&rest, gp);
		}
		readied(least);
		list = rest;
		any = true;
	}
	return any;
}

// Those of other Ms, which have no P: back from a system call that has blocked.
static void takeglobal(void)
{
	G *gp;

	if (atomic_load_relaxed(&sched.runqsize) == 0)
		return;
	lock(&sched.lock);
	while ((gp = gqueuePop(&sched.runq))) {
		addrunqsize(-1);
		replayput(gp);
	}
	unlock(&sched.lock);
}

static bool noteparked(G *gp, void *note)
{
	r.note = note;
	r.noted = gp;
	return true;
}

void replayawait(Note *n)
{
	gopark(noteparked, n, WaitReasonZero);
}

static void checknote(void)
{
	G *gp = r.noted;

	if (!gp || atomic_load_acquire(&r.note->key) == 0) // pairs with notewakeup's xchg
		return;
	r.noted = NULL;
	readied(gp);
}

static void gather(P *pp)
{
	int64_t now = replay->now;
	bool ran;

	checkTimers(pp, &now, &ran);
	takeglobal();
	checknote();
	if (replay->choices % PollEvery == 0)
		pollnet(0);
}

// Nothing is runnable. Waits a moment for descriptors, then sets the clock to the next timer.
// If there is none, sleeps until something comes from outside. Returns false if nothing can.
static bool waitformore(P *pp)
{
	int64_t when = atomic_load_relaxed(&pp->timer0When);

	if (pollnet(debug.seedwait * (int64_t)1000))
		return true;
	if (r.driver && !r.still) {
		G *gp = r.driver;

		r.driver = NULL;
		readied(gp);
		return true;
	}
	if (when != 0) {
		replay->now = max(replay->now, when);
		return true;
	}
	if (netpollwaiting()) {
		pollnet(Nap);
		return true;
	}
	if (!r.noted)
		return false;
	usleep(Nap / 1000);
	return true;
}

// Returns gp's number, in a test counted from its beginning: equal tests have equal hashes.
static uint64_t identity(const G *gp)
{
	return r.testing && gp->goid >= r.firstid ? (gp->goid - r.firstid) | (uint64_t)1 << 63 : gp->goid;
}

// ---- the choice ---------------------------------------------------------------------

static G *choose(void)
{
	bool drawn = !leftout();
	uint32_t i = 0;
	G *gp;

	replay->choices++;
	replay->real += r.n > 1;
	r.drawn = 0;
	replaytick(drawn ? draw64() : 0);
	if (!drawn)
		i = usual();
	else if (!priorities())
		i = replaydraw(r.n);
	if (debug.seedtrace > 1 && r.begun)
		print("replay: %lu: one of %u%s", replay->choices, r.n, drawn ? "" : ", not drawn,");
	gp = remove(i);
	if (debug.seedtrace > 1 && r.begun)
		print(" is goroutine %lu at %ld ns\n", gp->goid, replaytime());
	// That a goroutine continues where it would have anyway makes no other order.
	if (gp != r.last || !r.prologue)
		replaymix(identity(gp));
	changepriority(gp);
	r.last = gp;
	r.asked = r.prologue = r.still = false;
	if (replay->choices == (uint64_t)debug.seedbreak)
		replaybreak();
	return gp;
}

// For findrunnable, which has looked elsewhere itself.
G *replaytake(bool *inheritTime)
{
	*inheritTime = false;
	return r.n > 0 ? choose() : NULL;
}

G *replaypick(bool *inheritTime)
{
	P *pp = getg()->m->p;

	*inheritTime = false;
	for (;;) {
		gather(pp);
		if (r.n > 0)
			return choose();
		if (worldstops() || !waitformore(pp))
			return findrunnable(inheritTime); // the deadlock, if it is one
	}
}

// ---- beginning and end --------------------------------------------------------------

static int32_t orelse(int32_t value, int32_t usually)
{
	return value != 0 ? value : usually;
}

// For gdb: GODEBUG=seedbreak=N calls it at the choice N.
NOINLINE NOSPLIT void replaybreak(void)
{
	__asm__ volatile("");
}

void replayinit(const char *skip)
{
	r.given = debug.seed > 0;
	if (!r.given && !Hosted && &__rt0_tests)
		debug.seed = 1;
	if (debug.seed <= 0)
		return;
	replaying = true;
	if (skip)
		parseskip(skip);
	replayclock();
	debug.seedsteps = orelse(debug.seedsteps, 1000);
	debug.seedcalls = orelse(debug.seedcalls, 8);
	debug.seedaccess = orelse(debug.seedaccess, 2);
	debug.seedwait = max(orelse(debug.seedwait, 2000), 0);
}

// All that a choice depends on, except for the goroutines that there are.
static void begin(void)
{
	uint32_t n = r.n;

	*replay = (Replayed){ .now = replay->now };
	r.begun = true;
	r.seed = scatter((uint64_t)debug.seed);
	r.lowest = Dropped;
	r.drawn = 0;
	r.skip = 0;
	r.last = NULL;
	r.inarow = r.accesses = 0;
	r.asked = r.prologue = r.still = false;
	r.n = 0;
	for (uint32_t i = 0; i < n; i++)
		enter(r.runnable[i]); // which has been read when its place is taken
	r.npoints = 0;
	if (debug.seedpct > 0) {
		r.npoints = (uint32_t)min(debug.seedpct - 1, MaxPoints);
		for (uint32_t i = 0; i < r.npoints; i++)
			r.point[i] = 1 + replaydraw((uint32_t)debug.seedsteps);
	}
}

// The start-up does not depend on the seed: the processes that the server forks
// begin after it.
void replaybegin(void *unused)
{
	(void)unused;
	if (!Hosted)
		serve(); // returns in each of the processes that it forks
	begin();
	newm(replaywatch, NULL, -1);
}

void replayend(int32_t status)
{
	if (r.testing && status != 0)
		replayline();
	replay->ended = true;
	replay->status = status;
	replay->time = replaytime();
	if (debug.seedtrace <= 0)
		return;
	print("replay: seed %d: %lu choices, %lu real, hash %lx, time %ld ns%s\n", debug.seed,
	      replay->choices, replay->real, replay->hash, replay->time,
	      replay->outside ? "; it also depends on real time" : "");
}

// ---- tests --------------------------------------------------------------------------

int32_t replayseed(void)
{
	return r.given ? debug.seed : 0;
}

void replaytest(int32_t seed)
{
	const P *pp = getg()->m->p;

	debug.seed = seed;
	r.testing = true;
	r.firstid = 1 + (pp->goidcache < pp->goidcacheend ? pp->goidcache - 1 : sched.goidgen);
	r.before = replay->now;
	replayrestart();
	begin();
}

int64_t replaytested(void)
{
	int64_t now = replay->now;

	replay->now = r.before;
	r.testing = false;
	return r.before - now;
}

static bool driverparked(G *gp, void *still)
{
	r.driver = gp;
	r.still = *(bool *)still;
	return true;
}

void replayidle(bool still)
{
	gopark(driverparked, &still, WaitReasonZero);
}

void replayadvance(int64_t when)
{
	replay->now = max(replay->now, when);
}

void replayline(void)
{
	print("GODEBUG=seed=%d", debug.seed);
	if (debug.seedpct > 0)
		print(",seedpct=%d,seedsteps=%d", debug.seedpct, debug.seedsteps);
	for (int32_t i = 0; i < argc; i++)
		print(" %s", argv[i]);
	print("\n");
}
