// schedinit.c - everything that must stand before the first goroutine, in the documented
// order.
//
// Follows Go's proc.go (schedinit).
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/mem/mem.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"

const char *buildVersion = "rt0 0.1";

// Reads the mask that the process was started with; it is not changed here.
STEP void msigsave(M *mp)
{
	sigprocmask(SIG_SETMASK, NULL, &mp->sigmask);
}

// One P for each processor, or as many as GOMAXPROCS says: a plain positive decimal.
static int32_t procs(void)
{
	const char *s = gogetenv("GOMAXPROCS");
	int32_t n;

	if (s && atoi32(s, &n) && n > 0)
		return n;
	return ncpu;
}

STEP void schedinit(void)
{
	sched.maxmcount = 10000;

	tracebackinit();
	moduledataverify();
	stackinit();
	mallocinit();
	fastrandinit(); // must run before mcommoninit
	mcommoninit(&m0, -1);
	cpuinit(); // must run before alginit
	alginit();
	modulesinit();
	typelinksinit();
	itabsinit();

	msigsave(&m0);
	initSigmask = m0.sigmask;

	goargs();
	goenvs();
	parsedebugvars();
	gcinit();

	sched.lastpoll = nanotime();
	lock(&sched.lock);
	if (procresize(procs()))
		throw("unknown runnable goroutine during bootstrap");
	unlock(&sched.lock);

	if (buildVersion[0] == '\0')
		buildVersion = "unknown";
}
