// startcpu.c - while the runtime starts, its threads share a processor.
//
// Main's M and its helper hand a P to each other three times, and one always waits. On one
// processor each of these is a switch. On two it is an interrupt of the other processor, which costs
// more than what the thread does there; and if another process runs there, the kernel may let it end its
// time slice, milliseconds, before a new thread begins. So main's M may run only where it is, and
// the threads that it makes inherit that: sysmon's and the helper.
//
// All of it is undone before the program's first instruction: from there on the threads and their
// masks are the program's, which may also have forbidden these calls. A filter from before the exec may
// end the process for them (that of a systemd unit without @resources does), so they are not made
// below one. There, and where the kernel refuses them, the start takes longer.
//
// built: unchecked
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/m.h"
#include "runtime/sched/wake.h"

enum {
	MaxCpus = 1024, // where the kernel knows more, each M runs where it likes
};

typedef struct {
	uint8_t bits[MaxCpus / 8];
} Cpus;

static Cpus before, here; // where the process may run, and where it runs meanwhile

static bool samecpus(const Cpus *a, const Cpus *b)
{
	return __builtin_memcmp(a, b, sizeof *a) == 0;
}

static bool keephere(void)
{
	uint32_t cpu = currentcpu();

	if (cpu >= MaxCpus)
		return false;
	if (sched_getaffinity(0, sizeof before, before.bits) <= 0)
		return false;
	__builtin_memset(&here, 0, sizeof here);
	here.bits[cpu / 8] = (uint8_t)(1 << cpu % 8);
	return setaffinity(0, sizeof here, here.bits) == 0;
}

// Runs on g0 of main's M, which is alone: so pinned needs no lock yet.
void beginsharing(void)
{
	if (!Hosted && ncpu > 1 && !underfilter())
		getg()->m->pinned = keephere();
}

// Lets a thread run where it might before. It asks for all processors, so that a thread that nobody had
// limited also gets those that its cpuset may get later; if the kernel grants more than the thread
// had, it asks for that. A mask that is not ours any more was set from outside, and stays.
static void runanywhere(int32_t tid)
{
	Cpus all, now = { 0 };

	sched_getaffinity(tid, sizeof now, now.bits);
	if (!samecpus(&now, &here))
		return;
	__builtin_memset(&all, 0xff, sizeof all);
	setaffinity(tid, sizeof all, all.bits);
	sched_getaffinity(tid, sizeof now, now.bits);
	if (!samecpus(&now, &before))
		setaffinity(tid, sizeof before, before.bits);
}

static M *nextpinned(void)
{
	M *mp;

	lock(&sched.lock);
	for (mp = allm; mp && !mp->pinned; mp = mp->alllink)
		;
	unlock(&sched.lock);
	return mp;
}

// Runs on g0 of main's M. An M inherits pinned from its maker when it enters allm, under sched.lock.
// pinned is cleared under that lock, after the mask is as before. So when no M is pinned, none can
// be again.
void endsharing(void *unused)
{
	M *mp;

	(void)unused;
	while (mp = nextpinned(), mp) {
		int32_t tid;

		// 0 only where another process keeps a new thread from beginning. Pairs with minit's store.
		while (tid = (int32_t)atomic_load_acquire(&mp->procid), tid == 0)
			usleep(20);
		runanywhere(tid);
		lock(&sched.lock);
		mp->pinned = false;
		unlock(&sched.lock);
	}
}
