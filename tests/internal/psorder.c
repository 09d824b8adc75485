// tests/internal/psorder.c - stealOrder visits every P once, in an order that depends on
// where it starts.
//
// Promises: for 1 to 200 Ps and any start, each position comes exactly once; the starts
// that differ in step or first position give different orders.
#include "internal.h"
#include "runtime/sched/p.h"

enum { MaxCount = 200 };

static uint32_t visit(uint32_t start, uint32_t count, uint32_t *at)
{
	RandomEnum e = randomOrder_start(start);
	bool seen[MaxCount] = { false };
	uint32_t n = 0;

	for (; !randomEnum_done(&e); randomEnum_next(&e)) {
		check(e.pos < count);
		check(!seen[e.pos]);
		seen[e.pos] = true;
		at[n++] = e.pos;
	}
	equal(n, count);
	return n;
}

static bool equalorders(const uint32_t *a, const uint32_t *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

static void everystart(uint32_t count)
{
	static const uint32_t far[] = { 0x7fffffff, 0x80000000, 0xffffffff };
	uint32_t order[MaxCount], other[MaxCount];

	randomOrder_reset(count);
	for (uint32_t i = 0; i < 3 * count; i++) {
		visit(i, count, order);
		equal(order[0], i % count);
	}
	for (uint32_t i = 0; i < nelem(far); i++)
		visit(far[i], count, order);
	for (int i = 0; i < 20; i++)
		visit(fastrand(), count, order);
	if (count < 3) // there is one step only
		return;
	for (uint32_t i = 0; i < count; i++) {
		visit(i, count, order);
		visit(i + 1, count, other); // elsewhere
		check(!equalorders(order, other, count));
		visit(i + count, count, other); // with another step
		equal(order[0], other[0]);
		check(!equalorders(order, other, count));
	}
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	stopTheWorld("test"); // the order is the scheduler's
	for (uint32_t count = 1; count <= MaxCount; count++)
		everystart(count);
	startTheWorld(); // sets it again
	return 0;
}
