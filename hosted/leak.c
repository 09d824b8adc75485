// leak.c - leaks: LeakSanitizer is shown where goroutines' pointers are, and which goroutines wait
// for what nobody can reach.
//
// It looks when the process ends, at all memory that it knows: the program's data, the stacks
// and registers of threads. Before that this registers the stacks of the goroutines that do not
// run, from their stack pointers on, and what else of the runtime's memory has pointers of the
// program's.
//
// A goroutine that waits on channels, without a deadline, continues only if another one reaches
// one of them. So its stack counts for reachable if a channel is: what is live of it is copied
// into an object, to which only the channels lead. If that object is reported as a leak, the
// goroutine is one: in the report its traceback is in place of that.
//
// leakreport.c does the rest.
//
// From then on the world is frozen. A goroutine in a call of the C library does not stop,
// since that may wait without end: nothing here relies on it. What it allocates in these
// milliseconds may be reported wrongly.
#include <stdlib.h>

#include "hosted/leak.h"
#include "hosted/report.h"
#include "hosted/sanitizer.h"
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/io/fd.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/own.h"
#include "runtime/sched/stw.h"
#include "runtime/sync/hchan.h"

int mincore(void *p, size_t n, unsigned char *there); // libc's header and os.h go not together

enum {
	PageSize = 4096,
	MaxMade = 8192,
	MaxWait = 500, // milliseconds
};

// What leads from a channel to the goroutines that wait on it.
typedef struct Path Path;
struct Path {
	Path *next;
	void *copy;
};

// Objects made here, and whose they are. Inverted, or they would be reachable by this.
static struct {
	uintptr_t object;
	G *gp; // NULL: a Path
} made[MaxMade];
static uint32_t nmade;

static void *make(size_t n, G *gp)
{
	void *p = nmade < MaxMade ? malloc(n) : NULL;

	if (p) {
		made[nmade].object = ~(uintptr_t)p;
		made[nmade++].gp = gp;
	}
	return p;
}

// ---- where a goroutine's pointers are -------------------------------------------------------

// Calls fn for each piece of memory that has some.
typedef void PieceFunc(const void *p, size_t n, void *arg);

// In or behind a call of the kernel, it may wait for a P further down.
static uintptr_t lowestlive(const G *gp)
{
	uintptr_t sp = gp->sched.sp - SavedBelow;

	if (gp->syscallsp == 0)
		return sp;
	return min(gp->syscallsp - SyscallFrame, gp->sched.sp != 0 ? sp : UINTPTR_MAX);
}

// Of a goroutine that runs, and of the stack of a function of rt_cgocall's, all that has been used.
static uintptr_t lowestused(const G *gp)
{
	static unsigned char there[(64 << 20) / PageSize];
	uintptr_t n = min((gp->stack.hi - gp->stack.lo) / PageSize, sizeof there);
	uintptr_t lo = alignup(gp->stack.hi, PageSize) - n * PageSize;

	if (mincore((void *)lo, n * PageSize, there) != 0)
		return gp->stack.hi;
	while (n > 0 && there[n - 1] & 1)
		n--;
	return lo + n * PageSize;
}

// The frames on its second stack that words on its stack lead to.
static void secondframes(void *second, uintptr_t from, uintptr_t hi, PieceFunc *fn, void *arg)
{
	if (!second || !__asan_addr_is_in_fake_stack)
		return;
	for (uintptr_t *p = (uintptr_t *)from; p < (uintptr_t *)hi; p++) {
		void *lo, *end;

		if (*p % PtrSize == 0 && __asan_addr_is_in_fake_stack(second, (void *)*p, &lo, &end))
			fn(lo, (size_t)((char *)end - (char *)lo), arg);
	}
}

static void stackpiece(const G *gp, Stack stk, uintptr_t from, PieceFunc *fn, void *arg)
{
	from &= -(uintptr_t)PtrSize;
	if (from < stk.lo || from >= stk.hi)
		return;
	fn((void *)from, stk.hi - from, arg);
	secondframes(gp->fiber[AsanStack], from, stk.hi, fn, arg);
}

static void pieces(const G *gp, uintptr_t from, PieceFunc *fn, void *arg)
{
	const G *lender = borrowedof(gp);
	const M *mp = gp->m;

	fn(gp, sizeof *gp, arg);
	if (gp->asyncState)
		fn(gp->asyncState, sizeof *gp->asyncState, arg);
	stackpiece(gp, gp->stack, from, fn, arg);
	if (lender)
		stackpiece(gp, lender->stack, lowestlive(lender), fn, arg);
	if (gp->syscallsp != 0 && mp)
		fn(mp->callees, sizeof mp->callees, arg); // what its functions had in registers
	if (mp && mp->incgo == CgoFunction && mp->curg == gp)
		stackpiece(gp, mp->gcgo->stack, lowestused(mp->gcgo), fn, arg);
}

static void root(const void *p, size_t n, void *arg)
{
	(void)arg;
	__lsan_register_root_region(p, n);
}

static void measure(const void *p, size_t n, void *sum)
{
	(void)p;
	*(size_t *)sum += n;
}

// The part of a copy that is not filled yet.
typedef struct {
	uintptr_t *at, *end;
} Room;

static void append(const void *p, size_t n, void *to)
{
	const volatile uintptr_t *w = p; // AddressSanitizer would look at what a memcpy copies
	Room *room = to;

	for (; n >= sizeof *w && room->at < room->end; n -= sizeof *w)
		*(volatile uintptr_t *)room->at++ = *w++;
}

// An M that idles has its g0's stack as its goroutines' calls have left it, and that counts as
// words of a thread.
void __rt0_forget(void)
{
	volatile uintptr_t words[256];

	for (size_t i = 0; i < nelem(words); i++)
		words[i] = 0;
}

// ---- goroutines that wait on channels -------------------------------------------------------

// Does a timer wake it?
static bool hasdeadline(const G *gp)
{
	for (int32_t i = 0; i < gomaxprocs; i++) {
		const P *pp = allp[i];

		for (int32_t j = 0; j < pp->timerslen; j++) {
			if (pp->timers[j].timer - gp->stack.lo < gp->stack.hi - gp->stack.lo)
				return true;
		}
	}
	return false;
}

static bool onchannels(const G *gp)
{
	if (readgstatus(gp) != Gwaiting || gp->issystem || gp->lockedm)
		return false;
	switch (gp->waitreason) {
	case WaitReasonChanReceive:
	case WaitReasonChanSend:
	case WaitReasonSelect:
	case WaitReasonChanReceiveNil:
	case WaitReasonChanSendNil:
	case WaitReasonSelectNoCases:
		return !hasdeadline(gp);
	default:
		return false;
	}
}

// Makes copy reachable from the channels that gp waits on.
static void leadto(void *copy, const G *gp)
{
	uint8_t why = gp->waitreason;
	bool several = why == WaitReasonSelect;

	if (why != WaitReasonChanReceive && why != WaitReasonChanSend && !several)
		return;
	for (const Sudog *s = gp->waiting; s; s = several ? s->waitlink : NULL) {
		Path *p = make(sizeof *p, NULL);

		if (!p) {
			root(&copy, sizeof copy, NULL);
			return;
		}
		*p = (Path){ .next = s->c->waiters[0], .copy = copy };
		s->c->waiters[0] = p;
	}
}

static uintptr_t lowest(const G *gp)
{
	return readgstatus(gp) == Grunning ? lowestused(gp) : lowestlive(gp);
}

// Returns whether the channels that gp waits on, and nothing else, lead to what it has.
static bool ledto(G *gp)
{
	uintptr_t from = lowestlive(gp), *copy;
	size_t n = 0;
	Room room;

	if (!onchannels(gp))
		return false;
	pieces(gp, from, measure, &n);
	copy = make(n, gp);
	if (!copy)
		return false;
	room = (Room){ copy, copy + n / sizeof *copy };
	pieces(gp, from, append, &room);
	leadto(copy, gp);
	return onchannels(gp); // or one that did not stop has woken it meanwhile
}

static void showgoroutine(G *gp)
{
	if (!ledto(gp))
		pieces(gp, lowest(gp), root, NULL);
}

// freezetheworld does not wait for long.
static void awaitfrozen(const P *mine)
{
	for (int32_t i = 0, ms = 0; i < gomaxprocs; i++) {
		while (allp[i] != mine && statusof(allp[i]) == Prunning) {
			if (ms++ == MaxWait)
				return;
			usleep(1000);
		}
	}
}

void showroots(void)
{
	const G *me = getg()->m->curg;
	const M *mp = acquirem(); // the caller continues

	freezetheworld();
	awaitfrozen(mp->p);
	for (uintptr_t i = 0; i < allglen; i++) {
		G *gp = allgs[i];

		if (gp == me)
			root(gp, sizeof *gp, NULL);
		else if (readgstatus(gp) != Gdead && readgstatus(gp) != Gidle)
			showgoroutine(gp);
	}
	for (int32_t i = 0; i < gomaxprocs; i++) {
		if (allp[i]->timerslen > 0)
			root(allp[i]->timers, (size_t)allp[i]->timerslen * sizeof(TimerWhen), NULL);
	}
	for (uint32_t i = 0; i < Chunks; i++) {
		if (fdchunks[i])
			root(fdchunks[i], sizeof *fdchunks[i] << ChunkBits, NULL);
	}
}

// ---- for the report -------------------------------------------------------------------------

bool ismade(uintptr_t p, G **gp)
{
	for (uint32_t i = 0; i < nmade; i++) {
		if (made[i].object == ~p) {
			*gp = made[i].gp;
			return true;
		}
	}
	return false;
}

void printleaked(G *gp)
{
	Where w = whereparked(gp);

	print("Leak of a goroutine, which waits for what cannot be reached:\n");
	printgoroutine(gp, &w, 1);
	print("\n");
}

// In a forked child, locks of the sanitizer's may be locked for good.
bool maysearch(void)
{
	const G *gp = getg();

	return gp && gp->m && gp->m->curg && !inforkedchild;
}
