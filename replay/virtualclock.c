// virtualclock.c - the clock of a replayed run.
//
// It advances by a drawn time at each choice, and jumps to the next timer when nothing is
// runnable: an hour of sleep takes no time. It stops while a goroutine computes. Now and then
// a choice takes long, as if the kernel had run something else: so a lock's waiter may have
// waited for a millisecond, and a short timeout may come before what it waits for.
//
// built: unchecked
#include "replay/replay.h"
#include "runtime/os/os.h"

static const int64_t Start = 1000000000;                        // monotonic: 1 s
static const int64_t Epoch = 1735689600 * (int64_t)1000000000;  // 2025-01-01, less Start

enum { MaxStep = 100, Seldom = 64, LeastPause = 7, Pauses = 15 }; // ns; pauses as powers of 2

// In place of the vDSO's function, so that clock.c needs no hook.
static int64_t virtualclock(int64_t id, Timespec *ts)
{
	enum { Realtime = 0 };
	int64_t t = replay->now + (id == Realtime ? Epoch : 0);

	ts->sec = t / 1000000000;
	ts->nsec = t % 1000000000;
	return 0;
}

void replayrestart(void)
{
	replay->now = Start;
}

void replayclock(void)
{
	replayrestart();
	vdsoClockgettimeSym = (uintptr_t)virtualclock;
}

// random == 0: the least.
void replaytick(uint64_t random)
{
	replay->now += 1 + (int64_t)(random % MaxStep);
	random /= MaxStep;
	if (random != 0 && random % Seldom == 0)
		replay->now += (int64_t)1 << (LeastPause + random / Seldom % Pauses);
}

int64_t replaytime(void)
{
	return replay->now - Start;
}
