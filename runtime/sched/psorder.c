// psorder.c - visiting all Ps in a random order without a permutation in memory.
//
// Follows Go's proc.go (randomOrder). A step that is coprime to the count visits every
// position once before it comes back.
//
// built: unchecked
#include "runtime/sched/p.h"

static struct {
	uint32_t count;
	uint32_t ncoprimes;
	uint32_t coprimes[NumCoprimes]; // the first so many are variety enough
} stealOrder;

static uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

STEP void randomOrder_reset(uint32_t count)
{
	stealOrder.count = count;
	stealOrder.ncoprimes = 0;
	for (uint32_t i = 1; i <= count && stealOrder.ncoprimes < NumCoprimes; i++) {
		if (gcd(i, count) == 1)
			stealOrder.coprimes[stealOrder.ncoprimes++] = i;
	}
}

RandomEnum randomOrder_start(uint32_t i)
{
	return (RandomEnum){
		.count = stealOrder.count,
		.pos = i % stealOrder.count,
		.inc = stealOrder.coprimes[i / stealOrder.count % stealOrder.ncoprimes],
	};
}
