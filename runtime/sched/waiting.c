// waiting.c - since when goroutines wait, for tracebacks.
//
// This costs parking nothing. Every ten seconds sysmon visits all goroutines, some in each of
// its rounds, and marks those that wait and have no mark with the time; execute clears the
// mark. So a mark is late by at most the time between two visits.
//
// A mark must not come late to a goroutine that runs meanwhile, where it would count for its
// next wait. So status and mark are one word, which is changed by compare-and-swap: the mark is
// set while the status is Gwaiting, or not at all. Code that changes the status writes its own
// half, without a read-modify-write; on x86-64 that is before the swap, which fails then, or
// after it, and execute's store comes later still. Accesses of different sizes to one word are
// ordered so by processors, but no memory model speaks of them.
//
// Go's collector marks them (markroot).
//
// built: unchecked
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/sysmon.h"

enum { Batch = 4096 }; // goroutines for one round
static const int64_t second = 1000000000;
static const int64_t lookPeriod = 10 * second;
static const int64_t rarePeriod = 60 * second; // while nothing happens

_Static_assert(offsetof(G, atomicstatus) % 8 == 0 &&
               offsetof(G, waitsince) == offsetof(G, atomicstatus) + 4, "one word");

// sysmon's alone.
static struct {
	int64_t due;    // when the next look begins
	uintptr_t next; // index of the goroutine to continue with
	bool found;     // one that had no mark
} look;

uint32_t waitclock(int64_t now)
{
	return (uint32_t)(now / second) + 1; // not 0
}

bool markwaiting(G *gp, uint32_t clock)
{
	uint64_t *word = (uint64_t *)(void *)&gp->atomicstatus;

	return readgstatus(gp) == Gwaiting &&
	       atomic_cas(word, (uint64_t)Gwaiting, (uint64_t)clock << 32 | Gwaiting);
}

// sysmon begins, or has been woken: there will be new goroutines that wait.
void looksoon(int64_t now)
{
	if (look.due == 0 || look.due > now + lookPeriod)
		look.due = now + lookPeriod;
}

int64_t nextlook(void)
{
	return look.due;
}

void lookatwaiting(int64_t now)
{
	uintptr_t n, end;
	G **gs;

	if (likely(now < look.due))
		return;
	n = atomic_load_acquire(&allglen); // pairs with allgadd
	gs = atomic_load_acquire(&allgs);
	end = min(look.next + Batch, n);
	for (; look.next < end; look.next++)
		look.found |= markwaiting(gs[look.next], waitclock(now));
	if (end < n)
		return; // the rest in the next rounds
	look.due = now + (look.found ? lookPeriod : rarePeriod);
	look.next = 0;
	look.found = false;
}
