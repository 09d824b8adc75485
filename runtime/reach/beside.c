// beside.c - marking while the program runs, on a thread of its own.
//
// Marking waits for memory most of the time, 40 ns for each object in random order, and a program
// with a million objects should not wait as long. So a long cycle stops the world twice:
//
//	first stop   old objects are those that there are now. Their pages are protected
//	             (dirty.c), and what roots and objects of rt_malloc's lead to is marked
//	beside       the marker reads objects that are marked, and marks what they lead to. Then it
//	             reads what was written to meanwhile, which is protected again
//	last stop    what is marked and on a page that was written to is read again, then the
//	             roots, objects of rt_malloc's and new objects, as in a cycle that stops once
//
// Nothing that can be reached is missed. In the last stop each marked object either was written to
// since its page was protected, and is read again, or it is as it was when the marker read it: what
// it leads to is marked, noted or on the work stack. All else that may lead anywhere is read in
// the last stop anyway: stacks, registers and arguments of system calls; data and
// thread-local data; objects of rt_malloc's; new objects, none of which is marked before.
// Writes that no page shows are those that do not go through the page tables: of devices that have
// memory pinned.
//
// What is written to meanwhile:
//
//	old objects         the program; the marker reads them, a word at a time
//	their states        the marker alone. No span is swept, and none is current: what the first stop
//	                    has left to be swept is swept there, and what it has taken from the Ps
//	                    is taken by nobody before the last one
//	their Spanrefs      nobody: old spans are freed in the last stop at the earliest
//	new spans           the program, as ever; the marker does not look at them
//	rt_malloc's         the program, as ever. The marker notes words that lead there, and looks
//	                    at no state: those are compared by rt_free
//
// New objects are not marked before the last stop: most of them are garbage by then. An old object
// that leads to one was written to after the first stop. So as long as no page is protected a second
// time, the last stop reads that object again. From then on the marker notes words that lead
// to anything but old objects.
//
// The kernel knows pages: a program that writes to all of them, and allocates much meanwhile, leaves
// nearly all the work for the last stop. Then the next cycles stop the world once.
//
// built: unchecked
#include "runtime/base/race.h"
#include "runtime/base/valgrind.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/reach/managed.h"
#include "runtime/sched/gcwork.h"
#include "runtime/sched/m.h"
#include "runtime/sched/wake.h"

enum {
	WorthIt = 3 * 1000 * 1000, // ns that a cycle would stop the world for
	MaxRounds = 4,
	FewPages = 64,
	// It pays if there is less than a third of the work in the last stop.
	Share = 3,
	PageObjects = 100, // take as long to mark as a page to be read again
	LeastSkip = 2, MaxSkip = 32,
	DyingWait = 100 * 1000 * 1000, // ns
};

static struct {
	uint32_t phase; // atomic: the thread makes it BesideDone
	bool quit;      // atomic: the thread shall stop
	uint32_t made;  // atomic: there is a thread, or will be
	uint32_t ended; // atomic: forcegc was woken for the last stop
	M *m;           // atomic: the thread's
	Note begin, end; // for the thread; from it

	// The thread's while it marks, else for the stopped world:
	Marker *marker;
	int64_t began, took;
	bool spoiled;      // nobody knows all that was written to
	int64_t npages;    // that were read again in the last stop
	uint64_t nmarked;  // objects before that
	uint32_t skip, skips; // cycles to stop once, and how many that were the last time
} beside;

uint32_t besidephase(void)
{
	return atomic_load_acquire(&beside.phase); // pairs with markbesides's store
}

bool besideworthwhile(int64_t took)
{
	if (debug.gcstoptheworld > 0 || REPLAYING || RACING || onvalgrind() || dirtyfails())
		return false;
	return (took >= WorthIt && beside.skip == 0) || Stress || debug.gcstoptheworld < 0;
}

// ---- the thread ---------------------------------------------------------------------------

// What was written to is read again even now, as long as that leaves much less for the last stop.
static bool readrounds(void)
{
	int64_t before = INT64_MAX, n;

	marknew(beside.marker);
	for (int32_t i = 0; i < MaxRounds; i++, before = n) {
		n = readwritten(beside.marker, &beside.quit);
		beside.spoiled |= n < 0;
		if (!markwhile(beside.marker, &beside.quit))
			return false;
		if (n < FewPages || n > before / 2)
			break;
	}
	return true;
}

// The thread is as sysmon while it has nothing to do: no reason not to report a deadlock. From
// beginbeside, which undoes this, until it has woken forcegc it counts as a running M: a goroutine may
// wait for a finalizer that the cycle calls.
static void restlocked(void) HOLDS(sched.lock)
{
	sched.nmsys++;
	checkdead();
}

static void markbesides(void)
{
	lock(&sched.lock);
	restlocked();
	unlock(&sched.lock);
	atomic_store_release(&beside.m, getg()->m); // pairs with besidedying's load
	for (;;) {
		bool all;

		notesleep(&beside.begin);
		noteclear(&beside.begin);
		all = markwhile(beside.marker, &beside.quit) && readrounds();
		beside.took = nanotime() - beside.began;
		atomic_store_release(&beside.phase, (uint32_t)BesideDone); // pairs with besidephase
		if (all)
			besidedone();
		notewakeup(&beside.end);
		// From here on another cycle may have begun.
		if (all) {
			atomic_store_release(&beside.ended, 1); // pairs with besideended's exchange
			workerwake(&forcegc);
		}
		lock(&sched.lock);
		restlocked();
		unlock(&sched.lock);
	}
}

bool besideended(void)
{
	return atomic_xchg(&beside.ended, 0) != 0;
}

static void newthread(void *unused)
{
	(void)unused;
	newm(markbesides, NULL, -1);
}

void besidethread(void)
{
	if (dirtyworks() && !atomic_load_relaxed(&beside.made) && atomic_cas(&beside.made, 0, 1))
		systemstack(newthread, NULL);
}

// ---- in the stopped world -------------------------------------------------------------------

bool beginbeside(void)
{
	static const MarkHooks none;
	Marker *m;

	// The next cycle has a thread, if it is any use.
	if (!trydirty() || !atomic_load_relaxed(&beside.made))
		return false;
	m = markbegin(&none);
	if (!m)
		return false;
	if (!markbeside(m) || !protectold()) {
		markend(m, NULL, NULL);
		return false;
	}
	markfromroots(m, false);
	marknoted(m);
	beside.marker = m;
	beside.spoiled = false;
	beside.began = nanotime();
	atomic_store_relaxed(&beside.quit, false);
	atomic_store_relaxed(&beside.phase, (uint32_t)BesideMarks);
	sched.nmsys--;
	// Now: another may stop the world before this M could do it later, and wait for the thread.
	notewakeup(&beside.begin);
	return true;
}

// Afterwards the marker is the caller's.
static void waitbeside(void)
{
	atomic_store_relaxed(&beside.quit, true);
	notesleep(&beside.end);
	noteclear(&beside.end);
	atomic_store_relaxed(&beside.phase, (uint32_t)BesideNot);
}

Marker *endbeside(void)
{
	waitbeside();
	return beside.marker;
}

void readlast(void)
{
	beside.nmarked = markedobjects(beside.marker).n;
	markstill(beside.marker);
	beside.npages = beside.spoiled ? -1 : readwritten(beside.marker, NULL);
	if (beside.npages < 0)
		markallagain(beside.marker);
}

int64_t besidetook(void)
{
	uint64_t all = markedobjects(beside.marker).n, late = all - beside.nmarked;

	if (beside.npages < 0 || late + (uint64_t)beside.npages * PageObjects >= all / Share)
		beside.skip = beside.skips = min(max(beside.skips * 2, (uint32_t)LeastSkip), (uint32_t)MaxSkip);
	else
		beside.skips = 0;
	return beside.took;
}

void besideskip(void)
{
	if (beside.skip > 0)
		beside.skip--;
}

void abandonbeside(void)
{
	if (besidephase() == BesideNot)
		return;
	waitbeside();
	heaphold(); // functions of rt_cgocall's use it even now
	forgetmarks();
	markend(beside.marker, NULL, NULL);
	heaprelease();
}

// It may be the thread itself that dies.
bool besidedying(void)
{
	if (besidephase() != BesideNot && getg()->m != atomic_load_acquire(&beside.m)) { // pairs with markbesides
		atomic_store_relaxed(&beside.quit, true);
		if (!notetsleep(&beside.end, DyingWait))
			return false;
	}
	forgetmarks();
	return true;
}
