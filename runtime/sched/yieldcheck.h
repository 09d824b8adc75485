// yieldcheck.h - what functions of the interface begin with.
#ifndef RT0_SCHED_YIELDCHECK_H
#define RT0_SCHED_YIELDCHECK_H

#include "runtime/lock/lock.h"
#include "runtime/runtime.h"

// Yields if the goroutine was asked to. name is the function of the interface that calls,
// if it is for goroutines alone, or NULL; preempt.c.
void yieldcheck(const char *name);

// Ends the process in a signal handler. A function that rt_cgocall runs becomes its goroutine;
// cgocall.c.
void goroutineonly(const char *name);

// A function of rt.h that is for goroutines alone begins with preemptcheck(), before it holds
// anything, and before it asks which G calls: a goroutine whose time is up yields here, a
// function that rt_cgocall runs becomes its goroutine, and a signal handler ends the process.
// (Prologues yield too, where the compiler makes them check the stack.) A function that ends
// what others may be waiting for (a lock, a channel, a task's handle, the goroutine) does not
// yield first: it begins with goroutinecheck(). rt.h says at rt_cgocall which functions are not
// for goroutines alone; what else begins otherwise says why. tests/check/cgocalls.sh calls all
// functions from elsewhere.
// name: what programs call the function; NULL: it is not for goroutines alone.
#define preemptcheckas(name)                                                           \
	do {                                                                           \
		if (unlikely(Stress || mustlook()))                                    \
			yieldcheck(name);                                              \
	} while (0)
#define preemptcheck() preemptcheckas(__func__)
#define goroutinecheck()                                                               \
	do {                                                                           \
		if (unlikely(mustlook()))                                              \
			goroutineonly(__func__);                                       \
	} while (0)

#endif
