// clock.c - the clocks, by the vDSO where there is one.
//
// Unyielding: the tracer reads the clock where its caller may not yield (trace/event.c).
//
// built: unyielding hot
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

enum { ClockRealtime = 0, ClockMonotonic = 1, ClockThread = 3 };

static int64_t clock(int32_t id)
{
	Timespec ts;

	if (!vdsoClockgettimeSym || vdsocall(vdsoClockgettimeSym, id, &ts) != 0)
		syscall3(__NR_clock_gettime, (uint64_t)id, ptrarg(&ts), 0);
	return ts.sec * 1000000000 + ts.nsec;
}

int64_t nanotime(void)
{
	return clock(ClockMonotonic);
}

int64_t __rt0_nanotime(void) __attribute__((alias("nanotime")));

int64_t walltime(void)
{
	return clock(ClockRealtime);
}

int64_t threadtime(void)
{
	return clock(ClockThread);
}

int64_t cputicks(void)
{
	return (int64_t)readticks();
}
