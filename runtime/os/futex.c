// futex.c - sleeping on a word, and waking the threads that do.
//
// Unyielding: unlock and notewakeup call futexwakeup when they may not yield.
//
// built: unyielding
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

enum { FutexWaitPrivate = 128, FutexWakePrivate = 129 };

void futexsleep(uint32_t *addr, uint32_t val, int64_t ns)
{
	Timespec ts = { ns / 1000000000, ns % 1000000000 };

	// Errors are ignored: EAGAIN, EINTR and ETIMEDOUT all mean "look again".
	syscall6(__NR_futex, ptrarg(addr), FutexWaitPrivate, val,
	         ns < 0 ? 0 : ptrarg(&ts), 0, 0);
}

void futexwakeup(uint32_t *addr, uint32_t cnt)
{
	int64_t r = syscall6(__NR_futex, ptrarg(addr), FutexWakePrivate, cnt, 0, 0, 0);

	if (r >= 0)
		return;
	// Cannot happen; if it does, better to stop than to lose a wake-up.
	print("futexwakeup addr=%p returned %ld\n", (void *)addr, r);
	crashat(0x1006);
}

void __rt0_futexwakeup(uint32_t *addr, uint32_t cnt) __attribute__((alias("futexwakeup")));
