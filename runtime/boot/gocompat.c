// gocompat.c - steps of the start-up: the first numbers of the collector, and the keys of a
// hash, which nothing reads.
//
// Follows Go's mgc.go (gcinit, readgogc) and alg.go (alginit).
//
// built: unchecked floats
#include "cpufeature.h"
#include "include/rt.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/proc.h"

// ---- the collector's numbers ----------------------------------------------------------

STEP int32_t readgogc(void)
{
	const char *s = gogetenv("GOGC");
	int32_t n;

	if (s && streq(s, "off"))
		return -1;
	return s && atoi32(s, &n) ? n : 100;
}

STEP void gcinit(void)
{
	memstats.triggerRatio = 7 / 8.0;
	memstats.heap_marked =
		(uint64_t)((double)heapminimum / (1 + memstats.triggerRatio));
	setGCPercent(readgogc());
}

// ---- the hash's keys ------------------------------------------------------------------

bool useAeshash;
uint8_t aeskeysched[128]; // the hash's keys where the processor has AES
uintptr_t hashkey[4];     // and elsewhere

STEP void alginit(void)
{
	if (hasaeshash()) {
		useAeshash = true;
		getRandomData(aeskeysched, sizeof aeskeysched);
		return;
	}
	getRandomData((uint8_t *)hashkey, sizeof hashkey);
	for (uint32_t i = 0; i < nelem(hashkey); i++)
		hashkey[i] |= 1; // a multiplier must be odd
}
