// tests/arch/arm64/programs/preempt.c - a goroutine that is preempted in a loop without calls finds
// all its registers again: general ones, vectors, flags and the floating-point control.
// matrix: GOMAXPROCS=1,2
// timeout: 120
#include <rt.h>

#include "../../../lib/test.h"

enum { Goroutines = 3, Wanted = 10, Rounds = 3000000, RoundDown = 2 << 22 };

static _Atomic(uint64_t) counts[Goroutines];
static rt_waitgroup wg;

#define GENERAL "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26"
#define VECTORS GENERAL ",0,27,28,29,30,31"

// Returns the bits that differ after the loop from what was there before it. The loop itself
// changes x27 alone: cbnz leaves the flags.
static __attribute__((noinline)) uint64_t spin(uint64_t seed, uint64_t flags, uint64_t *after)
{
	register uint64_t x0 __asm__("x0") = seed, x27 __asm__("x27") = Rounds;
	register uint64_t x28 __asm__("x28") = flags;

	__asm__ volatile("msr nzcv, x28\n"
	                 ".irp n," VECTORS "\n"
	                 "	add x28, x0, #(\\n+100)\n"
	                 "	dup v\\n\\().2d, x28\n"
	                 "	mvn x28, x28\n"
	                 "	ins v\\n\\().d[1], x28\n"
	                 ".endr\n"
	                 ".irp n," GENERAL "\n"
	                 "	add x\\n, x0, #\\n\n"
	                 ".endr\n"
	                 "1:	sub x27, x27, #1\n"
	                 "	cbnz x27, 1b\n"
	                 ".irp n," GENERAL "\n"
	                 "	add x28, x0, #\\n\n"
	                 "	eor x28, x28, x\\n\n"
	                 "	orr x27, x27, x28\n"
	                 ".endr\n"
	                 ".irp n," VECTORS "\n"
	                 "	add x1, x0, #(\\n+100)\n"
	                 "	umov x2, v\\n\\().d[0]\n"
	                 "	eor x2, x2, x1\n"
	                 "	orr x27, x27, x2\n"
	                 "	umov x2, v\\n\\().d[1]\n"
	                 "	mvn x2, x2\n"
	                 "	eor x2, x2, x1\n"
	                 "	orr x27, x27, x2\n"
	                 ".endr\n"
	                 "	mrs x28, nzcv"
	                 : "+r"(x27), "+r"(x28)
	                 : "r"(x0)
	                 : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
	                   "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
	                   "x24", "x25", "x26", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",
	                   "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19",
	                   "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30",
	                   "v31", "cc", "memory");
	*after = x28;
	return x27;
}

static uint64_t fpcr(void)
{
	uint64_t word;

	__asm__ volatile("mrs %0, fpcr" : "=r"(word));
	return word;
}

static uint64_t others(int i)
{
	uint64_t sum = 0;

	for (int k = 0; k < Goroutines; k++)
		sum += k == i ? 0 : counts[k];
	return sum;
}

// Until others have run in the middle of the loop so many times: with one processor they do when
// this one is preempted there.
static void loops(void *arg)
{
	int i = (int)(intptr_t)arg, seen = 0;
	uint64_t flags = (uint64_t)(i + 1) << 30, control = (uint64_t)i * RoundDown & 3 * RoundDown;

	__asm__ volatile("msr fpcr, %0" : : "r"(control));
	while (seen < Wanted) {
		uint64_t before = others(i), after;

		equal(spin((uint64_t)i * 0x123456789abcdef, flags, &after), 0);
		equal(after, flags);
		equal(fpcr(), control);
		seen += others(i) != before;
		counts[i]++;
	}
	// The other goroutines are to see that one runs meanwhile.
	rt_waitgroup_done(&wg);
	for (;;) {
		uint64_t after;

		spin(0, 0, &after);
		counts[i]++;
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, Goroutines);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(loops, (void *)i);
	rt_waitgroup_wait(&wg);
	return 0;
}
