// startcpu.c - while the runtime starts, its threads share a processor.
//
// Main's M and its helper hand a P to each other three times, and one always waits. On one
// processor that is a switch. On two each wake-up interrupts the other one, which costs more than
// all that is done there; and where another process runs there, the kernel may let it end its time
// slice, milliseconds, before a new thread begins, or ends. So main's M may run only where it is,
// and what it makes is pinned to that processor with it: sysmon's M and the helper.
//
// Where another process runs here, too, whichever thread comes next would often wait for the end of its
// slice. The kernel (since 6.12) has a thread that asked for short slices of its own come first,
// so they do that meanwhile.
//
// When the helpers wait, main's M may run again where it might. The two are left for the moment,
// since a program that ends now ends sooner so: sysmon unpins them when it has slept, and the
// helper is unpinned by an M that wakes it earlier.
//
// Nothing depends on it: where the kernel refuses, the start takes longer.
//
// built: unchecked
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/os/os.h"
#include "runtime/sched/m.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/wake.h"

enum {
	MaxCpus = 1024,          // where the kernel knows more, each M runs where it likes
	ShortSlice = 100 * 1000, // ns: the least that the kernel has
};

typedef struct {
	uint8_t bits[MaxCpus / 8];
} Cpus;

static Cpus before;     // where the process may run
static SchedAttr usual; // how the process is scheduled
static bool shortened;  // its slices are short
static bool sharing;    // written by main's M
static M *helper;       // the first M that was made for a P: main's

static bool keephere(void)
{
	Cpus here = { 0 };
	uint32_t cpu = currentcpu();

	if (cpu >= MaxCpus)
		return false;
	if (sched_getaffinity(0, sizeof before, before.bits) <= 0)
		return false;
	here.bits[cpu / 8] = (uint8_t)(1 << cpu % 8);
	return setaffinity(0, sizeof here, here.bits) == 0;
}

// Of a process that is scheduled as most are: what it was is known then.
static bool shorten(void)
{
	SchedAttr attr;

	if (getsched(0, &usual) < 0 || usual.policy != SCHED_NORMAL || usual.flags != 0)
		return false;
	attr = usual;
	attr.runtime = ShortSlice;
	return setsched(0, &attr) == 0;
}

// Runs on g0.
void beginsharing(void)
{
	if (Hosted || ncpu == 1 || !keephere())
		return;
	shortened = shorten();
	atomic_store_release(&sharing, true); // pairs with joinstart's load
}

// Called by the M that makes mp, for pp or none.
void joinstart(M *mp, const P *pp)
{
	if (likely(!atomic_load_acquire(&sharing))) // pairs with beginsharing's store
		return;
	mp->pinned = true;
	if (pp)
		atomic_cas(&helper, NULL, mp);
}

// Undoes keephere for a thread; 0 is the caller's. A thread that nobody has limited is given all
// processors, so that it gets those that its control group may get later, too: the first time,
// whether the kernel grants more than before is looked at.
static void runanywhere(int32_t tid)
{
	static int32_t granted; // -1 what was before, 1 all
	int32_t grants = atomic_load_relaxed(&granted);
	Cpus all, now = { 0 };

	__builtin_memset(&all, 0xff, sizeof all);
	if (grants >= 0)
		setaffinity(tid, sizeof all, all.bits);
	if (grants == 0) {
		sched_getaffinity(tid, sizeof now, now.bits);
		grants = __builtin_memcmp(&now, &before, sizeof now) == 0 ? 1 : -1;
		atomic_store_relaxed(&granted, grants);
	}
	if (grants < 0)
		setaffinity(tid, sizeof before, before.bits);
}

static void asbefore(int32_t tid)
{
	if (shortened)
		setsched(tid, &usual);
	runanywhere(tid);
}

// Runs on g0 of main's M.
void endsharing(void *unused)
{
	(void)unused;
	if (!sharing)
		return;
	asbefore(0);
	// Pairs with unpinm's and unpinboth's loads: what it makes from now on is not pinned.
	atomic_store_release(&sharing, false);
}

static void unpinfn(void *arg)
{
	M *mp = arg;

	asbefore((int32_t)atomic_load_relaxed(&mp->procid));
	atomic_store_relaxed(&mp->pinned, false);
}

static void unpinwoken(void *arg)
{
	M *mp = arg;

	runanywhere((int32_t)atomic_load_relaxed(&mp->procid));
}

// mp sleeps and will be woken. If the start is over, it may run anywhere; its slices stay short until
// sysmon has slept, so that it need not wait for the waker's to end where the kernel leaves it here.
void unpinm(M *mp)
{
	if (!atomic_load_acquire(&sharing)) // pairs with endsharing's store
		systemstack(unpinwoken, mp);
}

// An M begins that was made during the start. Only the helper and sysmon's wait for its end; if
// there is another, because the machine is slow, it has work of its own.
void beginpinned(M *mp)
{
	if (mp->mstartfn != sysmon && mp != atomic_load_relaxed(&helper))
		unpinfn(mp);
}

// Called by sysmon, which is pinned, when it has slept.
void unpinboth(void)
{
	M *mp = atomic_load_relaxed(&helper);

	if (atomic_load_acquire(&sharing)) // pairs with endsharing's store
		return;
	if (mp && atomic_load_relaxed(&mp->pinned)) {
		if (atomic_load_acquire(&mp->procid) == 0) // pairs with minit's store
			return;
		unpinfn(mp);
	}
	unpinfn(getg()->m);
}
