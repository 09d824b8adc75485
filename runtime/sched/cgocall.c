// cgocall.c - calls of code that knows nothing of goroutines: on the thread's own stack, as
// in a system call.
//
// Follows Go's cgocall.go (cgocall).
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"

// While gp is Gsyscall, no prologue may run on its stack.
int rt_cgocall(rt_func *fn, void *arg)
{
	G *gp = getg();
	int error;
	M *mp;

	if (!fn)
		throw("cgocall nil");
	if (gp == gp->m->g0) { // called by such a fn
		gp->cgoErrno = 0;
		fn(arg);
		return gp->cgoErrno;
	}
	preemptcheck();
	mp = gp->m;
	entersyscall();
	mp->g0->cgoErrno = 0;
	mp->incgo = true;
	asmcgocall(fn, arg);
	mp->incgo = false;
	error = mp->g0->cgoErrno;
	exitsyscall();
	return error;
}
