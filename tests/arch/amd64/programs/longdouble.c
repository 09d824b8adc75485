// tests/arch/amd64/programs/longdouble.c - eight goroutines sum long doubles, and main formats
// floats, while all are preempted: every sum is right, and every function begins with x87
// registers that are empty.
// matrix: GOMAXPROCS=1,2,4
#include "../../../lib/test.h"

enum { Summers = 8, Terms = 30000000 };

static rt_waitgroup summers;
static long double sums[Summers];

// The tag word: two bits a register, 3 for an empty one.
static uint16_t tags(void)
{
	struct {
		uint32_t control, status, tag, rest[4];
	} env;

	__asm__ volatile("fnstenv %0; fldenv %0" : "=m"(env));
	return (uint16_t)env.tag;
}

static void sum(void *arg)
{
	int id = (int)(intptr_t)arg;
	long double all = 0, odd = 0;

	equal(tags(), 0xffff);
	for (int i = 0; i < Terms; i++) {
		all += i + id;
		if (i & 1)
			odd += 1;
	}
	sums[id] = all + odd;
	rt_waitgroup_done(&summers);
}

int rt_main(int argc, char **argv)
{
	char text[32];

	(void)argc, (void)argv;
	rt_waitgroup_add(&summers, Summers);
	for (intptr_t i = 0; i < Summers; i++)
		rt_go(sum, (void *)i);
	for (int i = 0; i < 100; i++) {
		rt_sleep(RT_MILLISECOND);
		equal(tags(), 0xffff);
		rt_snprintf(text, sizeof text, "%.3f %.1Lf", 2.5 + i, 0.5L * i);
		check(text[0] >= '0' && text[0] <= '9');
	}
	rt_waitgroup_wait(&summers);
	for (int64_t i = 0; i < Summers; i++)
		equal(sums[i], (int64_t)Terms * (Terms - 1) / 2 + i * Terms + Terms / 2);
	return 0;
}
