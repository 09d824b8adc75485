// overwrite.c - for tests of the search for leaks: what it calls lost is overwritten, again and
// again while the program runs, so that an object that is in use after all is noticed. Debug builds
// also check that no goroutine that it calls leaked is woken (ready).
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/reach/leaks.h"
#include "runtime/sched/g.h"

enum {
	Period = 2 * 1000 * 1000, // ns
	Share = 8, // the program runs for so many times as long as the search takes
	LostByte = 0xdb,
};

static uint64_t nsearches, nobjects;

void overwritelost(const Mspan *span, uint32_t i)
{
	uintptr_t slot = span->base + (uintptr_t)i * span->size;
	uintptr_t size = Debug ? records(span)[i].size : slotsize(span);

	__builtin_memset(objectat(slot), LostByte, size);
	nobjects++;
}

// One of the runtime's own goroutines, since it begins in its code: nobody counts it.
static void overwrites(void *unused)
{
	(void)unused;
	for (int64_t took = 0;; nsearches++) {
		rt_sleep(max((int64_t)Period, Share * took));
		took = -nanotime();
		rt_leaks(-1, NULL);
		took += nanotime();
	}
}

void __rt0_overwritelost(void)
{
	leaksoverwritten = true;
	rt_go(overwrites, NULL);
}

// Tells how many searches there were, and how many times an object was overwritten.
void __rt0_overwritten(uint64_t n[2])
{
	n[0] = nsearches;
	n[1] = nobjects;
}
