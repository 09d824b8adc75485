// testclock.c - the clock of a process that tests: ahead of the kernel's by what tests have
// skipped.
//
// It takes the place of the vDSO's function, so that clock.c has no hook, as in a replayed run.
// Only the driver of a test changes how far it is ahead (io/testing.c).
//
// Unyielding, as clock.c is.
//
// built: unyielding
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

static uintptr_t kernels; // the vDSO's function, or 0
static int64_t ahead;     // ns
static int64_t wallahead; // that of this test

static int64_t testclock(int64_t id, Timespec *ts)
{
	enum { Realtime = 0 };
	int64_t t;

	if (!kernels || ((int64_t (*)(int64_t, Timespec *))kernels)(id, ts) != 0)
		syscall3(__NR_clock_gettime, (uint64_t)id, ptrarg(ts), 0);
	t = ts->sec * 1000000000 + ts->nsec + atomic_load_relaxed(id == Realtime ? &wallahead : &ahead);
	ts->sec = t / 1000000000;
	ts->nsec = t % 1000000000;
	return 0;
}

// A test begins.
void testclockbegin(void)
{
	uintptr_t page = (uintptr_t)&vdsoClockgettimeSym & -physPageSize;

	if (vdsoClockgettimeSym == (uintptr_t)testclock)
		return;
	kernels = vdsoClockgettimeSym;
	sysWritable((void *)page, physPageSize); // and so it stays
	atomic_store_release(&vdsoClockgettimeSym, (uintptr_t)testclock); // publishes kernels
}

// Time comes to when.
void testclockskip(int64_t when)
{
	int64_t ns = max(when - nanotime(), (int64_t)0);

	atomic_store_relaxed(&ahead, ahead + ns);
	atomic_store_relaxed(&wallahead, wallahead + ns);
}

// The test ends. Returns how much was skipped. The clock that only advances stays ahead.
int64_t testclockend(void)
{
	int64_t ns = wallahead;

	atomic_store_relaxed(&wallahead, 0);
	return ns;
}
