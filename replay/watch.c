// watch.c - what runs in sysmon's place: it takes the P from a system call that blocks, and
// makes a goroutine yield that makes no choice for a second.
//
// Either may happen at any place of the run, so the run is not drawn from its seed alone any
// more. On a busy machine a run must not become such a one: a call counts as blocking when the
// kernel says that its thread sleeps, and the second is one of the processor's time.
//
// built: unchecked
#include "replay/replay.h"

#include "runtime/base/replay.h"
#include "runtime/base/str.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/wake.h"

enum {
	Round = 10 * 1000, // us, of sleep
	Blocks = 2,        // rounds in a system call
};
static const int64_t Spins = 1000 * 1000 * 1000; // ns without a choice
static const int64_t SpinsAgain = 10 * 1000 * 1000;

static struct {
	uint64_t choices;
	uint32_t syscalltick;
	uint32_t same; // rounds in which these have not changed
	int64_t cpu;   // what the process had used when they changed
} seen;

static int64_t cputime(void)
{
	enum { ProcessCputime = 2 };
	Timespec ts = { 0 };

	syscall3(__NR_clock_gettime, ProcessCputime, ptrarg(&ts), 0);
	return ts.sec * 1000000000 + ts.nsec;
}

// Returns the M that has lent pp to its system call.
static const M *lender(const P *pp)
{
	const M *mp = atomic_load_acquire(&allm);

	while (mp && lentp(mp) != pp)
		mp = mp->alllink;
	return mp;
}

// Does the kernel say that mp's thread sleeps? If the kernel says nothing, it may.
static bool sleeps(const M *mp)
{
	Message path = { 0 };
	char stat[128];
	const char *state = NULL;
	int64_t n, fd;

	printto(&path, "/proc/self/task/%lu/stat", mp->procid);
	path.buf[path.n] = '\0';
	fd = open(path.buf, 0, 0);
	if (fd < 0)
		return true;
	n = read((int32_t)fd, stat, sizeof stat);
	closefd((int32_t)fd);
	for (int64_t i = 0; i + 2 < n; i++) {
		if (stat[i] == ')')
			state = &stat[i + 2]; // the name may have parentheses, too
	}
	return !state || *state == 'S';
}

static void takeback(P *pp)
{
	incidlelocked(-1); // as retakesyscall
	if (takesyscallp(pp, Pidle)) {
		replay->outside = true;
		handoffp(pp);
	}
	incidlelocked(1);
}

static void look(P *pp)
{
	if (replay->choices != seen.choices || pp->syscalltick != seen.syscalltick) {
		seen.choices = replay->choices;
		seen.syscalltick = pp->syscalltick;
		seen.same = 0;
		seen.cpu = cputime();
		return;
	}
	seen.same++;
	if (seen.same >= Blocks && isinsyscall(pp)) {
		const M *mp = lender(pp);

		if (!mp || sleeps(mp))
			takeback(pp);
	} else if (isrunning(pp) && cputime() - seen.cpu > (replay->outside ? SpinsAgain : Spins) &&
	           preemptone(pp, PreemptSlice)) {
		replay->outside = true;
		seen.cpu = cputime();
	}
}

void replaywatch(void)
{
	lock(&sched.lock);
	sched.nmsys++;
	checkdead();
	unlock(&sched.lock);
	for (;;) {
		usleep(Round);
		if (atomic_load_relaxed(&sched.freezing))
			haltm();
		look(allp[0]);
	}
}
