// schedinit.c - everything that must be ready before the first goroutine, in the documented
// order.
//
// Follows Go's proc.go (schedinit).
//
// built: unchecked
#include "runtime/base/replay.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/m.h"
#include "runtime/sched/p.h"
#include "runtime/sched/poll.h"

// RT0_VERSION is the content of the file VERSION. The symbol lets one find it in a program.
const char __rt0_version[] = "rt0 " RT0_VERSION;
const char *buildVersion = __rt0_version;

// Reads the mask that the process was started with; it is not changed here.
STEP void msigsave(M *mp)
{
	sigprocmask(SIG_SETMASK, NULL, &mp->sigmask);
}

// As many Ps as GOMAXPROCS says, a plain positive decimal, up to MaxProcs; else one for each
// processor, but no more than the control groups give us time for. Two are useful even then. A
// set-user-ID program makes no more threads for its user's sake than the machine can run.
static int32_t procs(void)
{
	const char *s = gogetenv("GOMAXPROCS");
	int32_t n;

	if (REPLAYING)
		return 1;
	if (s && atoi32(s, &n) && n > 0)
		return min(n, auxvSecure ? ncpu : MaxProcs);
	if (ncpu <= 2)
		return ncpu; // whatever the limit: reading the groups' files takes 30 us
	n = getcpulimit();
	return min(min(ncpu, max(n, 2)), MaxProcs);
}

// ---- the steps ------------------------------------------------------------------------

static void initm0(void)
{
	mcommoninit(&m0, -1);
}

static void initsigmask(void)
{
	msigsave(&m0);
	initSigmask = m0.sigmask;
}

static void initprocs(void)
{
	pollinit();
	lock(&sched.lock);
	if (procresize(procs()))
		throw("unknown runnable goroutine during bootstrap");
	unlock(&sched.lock);
}

static void (*const steps[])(void) = {
	tracebackinit,
	moduledataverify,
	stackinit,
	mallocinit,
	fastrandinit, // must run before initm0
	initm0,
	cpuinit, // must run before alginit
	alginit,
	modulesinit,
	typelinksinit,
	itabsinit,
	initsigmask,
	goargs,
	goenvs,
	parsedebugvars,
	gcinit,
	relroinit,
	initprocs,
};

// GODEBUG=inittrace=1: when each step began, in ns from the first, and how long it took.
// Their names are read from the binary.
static void traceinit(const int64_t *at)
{
	for (uint32_t i = 0; i < nelem(steps); i++) {
		uintptr_t start;
		const char *name = funcname((uintptr_t)steps[i], &start);

		print("init %s @%ld ns, %ld ns clock\n", name ? name : "?", at[i] - at[0],
		      at[i + 1] - at[i]);
	}
}

STEP void schedinit(void)
{
	int64_t at[nelem(steps) + 1];

	sched.maxmcount = 10000;
	sched.notDueAfter = INT64_MAX;
	at[0] = nanotime();
	for (uint32_t i = 0; i < nelem(steps); i++) {
		steps[i]();
		at[i + 1] = nanotime();
	}
	if (debug.inittrace > 0)
		traceinit(at);
	if (buildVersion[0] == '\0')
		buildVersion = "unknown";
}
