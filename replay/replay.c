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
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/timer.h"

enum {
	MaxPoints = 32,      // changes of priority
	MaxPrio = 1 << 30,
	PollEvery = 64,      // choices, while something is runnable
	InARow = 1000,       // choices of one goroutine with the highest priority
	FirstCap = 64,
	Nap = 1000 * 1000,   // ns
};

bool replaying;
Replayed replay;

typedef struct {
	G *gp;
	uint64_t place; // in the order of arrival
} Runnable;

static struct {
	uint64_t rand;
	Runnable *runnable; // with priorities, a heap
	uint32_t n, cap;
	uint64_t arrived;
	uint32_t npoints;
	uint64_t point[MaxPoints]; // real choices: what is chosen there drops
	uint32_t lowest;           // the next that yields of itself gets this less one
	G *last;                   // what ran last
	uint32_t inarow;
	Note *note; // noted waits for it
	G *noted;
} r;

// ---- drawing ------------------------------------------------------------------------

// A counter through a finaliser (splitmix64).
static uint64_t draw64(void)
{
	uint64_t z = r.rand += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t draw(uint32_t n)
{
	return (uint32_t)((draw64() >> 32) * n >> 32);
}

void replaymix(uint64_t x)
{
	replay.hash = (replay.hash ^ x) * 0x100000001b3;
	replay.hash ^= replay.hash >> 29;
}

// For the order of select's cases, for semaphores' tickets and the like.
uint32_t replayrandom(void)
{
	uint32_t x = (uint32_t)(draw64() >> 32);

	replaymix(x);
	return x;
}

// From then on: first come, first served, and a goroutine yields when it asks to.
static bool stopped(void)
{
	return debug.seedstop > 0 && replay.choices >= (uint64_t)debug.seedstop;
}

bool replayyields(void)
{
	return !stopped();
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
	if (stopped() || debug.seedcalls < 0 || pc < (uintptr_t)__user_text_start ||
	    pc >= (uintptr_t)__user_text_end)
		return false;
	i = draw((uint32_t)debug.seedcalls);
	replaymix(i);
	return i == 0;
}

// ---- what is runnable ---------------------------------------------------------------

static bool priorities(void)
{
	return debug.seedpct > 0 && !stopped();
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

void replayput(G *gp)
{
	Runnable x = { gp, ++r.arrived };

	if (gp->replayprio[0] == 0)
		gp->replayprio[0] = MaxPrio + draw(MaxPrio);
	if (r.n == r.cap)
		grow();
	if (priorities())
		up(r.n++, x);
	else
		r.runnable[r.n++] = x;
}

bool replayempty(void)
{
	return r.n == 0;
}

static G *remove(uint32_t i)
{
	G *gp = r.runnable[i].gp;
	Runnable x = r.runnable[--r.n];

	if (priorities() && i < r.n)
		down(i, x); // i is 0
	else
		r.runnable[i] = x;
	return gp;
}

static uint32_t first(void)
{
	uint32_t at = 0;

	for (uint32_t i = 1; i < r.n; i++) {
		if (r.runnable[i].place < r.runnable[at].place)
			at = i;
	}
	return at;
}

// ---- priorities ---------------------------------------------------------------------

// gp says that others shall run, or has run for too long: a loop that waits for something.
void replaylower(G *gp)
{
	if (r.lowest > MaxPoints + 1)
		gp->replayprio[0] = --r.lowest;
}

// gp has just been chosen, and is not in the heap: what changes shows at its next choice.
static void changepriority(G *gp)
{
	if (debug.seedpct <= 0)
		return;
	r.inarow = gp == r.last && r.n > 0 ? r.inarow + 1 : 0;
	r.last = gp;
	if (r.inarow > InARow)
		replaylower(gp);
	for (uint32_t i = 0; r.n > 0 && i < r.npoints; i++) {
		if (r.point[i] == replay.real)
			gp->replayprio[0] = i + 1;
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
	int64_t now = replay.now;
	bool ran;

	checkTimers(pp, &now, &ran);
	takeglobal();
	checknote();
	if (replay.choices % PollEvery == 0)
		pollnet(0);
}

// Nothing is runnable. Waits a moment for descriptors, then sets the clock to the next timer.
// If there is none, sleeps until something comes from outside. Returns false if nothing can.
static bool waitformore(P *pp)
{
	int64_t when = atomic_load_relaxed(&pp->timer0When);

	if (pollnet(debug.seedwait * (int64_t)1000))
		return true;
	if (when != 0) {
		replay.now = max(replay.now, when);
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

// ---- the choice ---------------------------------------------------------------------

static G *choose(void)
{
	uint32_t i = 0;
	G *gp;

	replay.choices++;
	replay.real += r.n > 1;
	replaytick(stopped() ? 0 : draw64());
	if (stopped())
		i = first();
	else if (!priorities())
		i = draw(r.n);
	if (debug.seedtrace > 1)
		print("replay: %lu: one of %u", replay.choices, r.n);
	gp = remove(i);
	if (debug.seedtrace > 1)
		print(" is goroutine %lu at %ld ns\n", gp->goid, replaytime());
	replaymix(gp->goid << 32 ^ i);
	changepriority(gp);
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

static int32_t orelse(int32_t value, int32_t usual)
{
	return value != 0 ? value : usual;
}

void replayinit(void)
{
	if (debug.seed <= 0)
		return;
	replaying = true;
	r.rand = (uint64_t)debug.seed << 20;
	r.lowest = MaxPrio;
	replayclock();
	debug.seedsteps = orelse(debug.seedsteps, 1000);
	debug.seedcalls = orelse(debug.seedcalls, 8);
	debug.seedwait = max(orelse(debug.seedwait, 2000), 0);
	if (debug.seedpct > 0) {
		r.npoints = (uint32_t)min(debug.seedpct - 1, MaxPoints);
		for (uint32_t i = 0; i < r.npoints; i++)
			r.point[i] = 1 + draw((uint32_t)debug.seedsteps);
	}
}

void replayend(int32_t status)
{
	(void)status;
	if (debug.seedtrace <= 0)
		return;
	print("replay: seed %d: %lu choices, %lu real, hash %lx, time %ld ns%s\n", debug.seed, replay.choices,
	      replay.real, replay.hash, replaytime(), replay.outside ? "; it also depends on real time" : "");
}
