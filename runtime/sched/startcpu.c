// startcpu.c - while the runtime starts, main's M and the M that helps it share a processor.
//
// They hand a P to each other three times, and the other always waits. On one processor that
// is a switch. On two each wake-up interrupts the other one, which costs more than all that is
// done there; and where another process runs there, the kernel may let it end its time slice,
// milliseconds, before a new thread begins. So main's M may run only where it is, while its
// helper inherits that; then both may run again where they might. An M that another makes
// meanwhile, because the machine is slow, frees itself before it runs anything.
//
// Nothing depends on it: where the kernel refuses, the start takes longer.
//
// built: unchecked
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/base/replay.h"
#include "runtime/os/os.h"
#include "runtime/sched/m.h"
#include "runtime/sched/wake.h"

enum { MaxCpus = 1024 }; // where the kernel knows more, each M runs where it likes

typedef struct {
	uint8_t bits[MaxCpus / 8];
} Cpus;

static Cpus before;  // where the process may run
static bool sharing; // written by main's M; of the others only those look that make an M
static bool limited; // before is less than what the kernel would grant
static M *helper;    // the first M that main's M made; its own

// Runs on g0.
void beginsharing(void *unused)
{
	Cpus here = { 0 };
	uint32_t cpu = currentcpu();

	(void)unused;
	if (REPLAYING || Hosted || ncpu == 1 || cpu >= MaxCpus)
		return;
	if (sched_getaffinity(0, sizeof before, before.bits) <= 0)
		return;
	here.bits[cpu / 8] = (uint8_t)(1 << cpu % 8);
	atomic_store_relaxed(&sharing, setaffinity(0, sizeof here, here.bits) == 0);
}

// Called by the M that makes mp.
void joinstart(M *mp)
{
	if (likely(!atomic_load_relaxed(&sharing)))
		return;
	if (getg()->m == &m0 && !helper)
		helper = mp;
	else
		mp->aside = true;
}

// Undoes beginsharing for a thread; 0 is the caller's. All processors are asked for first: a
// thread that nobody has limited gets those that its control group may get later, too.
static void runanywhere(int32_t tid)
{
	Cpus all, now = { 0 };

	if (!atomic_load_relaxed(&limited)) {
		__builtin_memset(&all, 0xff, sizeof all);
		setaffinity(tid, sizeof all, all.bits);
		sched_getaffinity(tid, sizeof now, now.bits);
		if (__builtin_memcmp(&now, &before, sizeof now) == 0)
			return;
		atomic_store_relaxed(&limited, true);
	}
	setaffinity(tid, sizeof before, before.bits);
}

// Begins an M that another M than main's made during the start.
void stepaside(void)
{
	runanywhere(0);
}

// Runs on g0 of main's M. The helper first: it sleeps, so it cannot begin to run where it must not.
void endsharing(void *unused)
{
	(void)unused;
	if (!sharing)
		return;
	if (helper) {
		// 0 only if another M has overtaken it. Pairs with minit's store.
		while (atomic_load_acquire(&helper->procid) == 0)
			usleep(20);
		runanywhere((int32_t)helper->procid);
	}
	runanywhere(0);
	atomic_store_relaxed(&sharing, false);
}
