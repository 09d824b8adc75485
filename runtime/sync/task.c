// task.c - goroutines whose end can be waited for, and their results.
//
// A task has two owners, the goroutine and the handle. Each gives up its half once: the
// goroutine when it has left its result, the handle by a join or by rt_detach. The second
// one frees.
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/sync/sync.h"

struct rt_task {
	void *(*fn)(void *arg);
	void *arg;
	void *result;
	uint32_t done; // a semaphore: 1 when there is a result
	uint32_t owners;
};

static void giveup(rt_task *t)
{
	if (atomic_xadd(&t->owners, -1u) == 0) // the other has done with it
		rt_free(t);
}

// What ends the call of fn, whichever way it is left.
static void taskdone(void *arg)
{
	rt_task *t = arg;

	semrelease(&t->done); // publishes the result
	giveup(t);
}

static void taskmain(void *arg)
{
	rt_task *t = arg;

	rt_defer(taskdone, t);
	t->result = t->fn(t->arg);
}

// Its first function is the runtime's, but it is the program's goroutine.
static void makeuser(G *newg, uintptr_t startpc)
{
	newg->startpc = startpc;
	trace(TraceGoFunc, startpc); // of the one just created
	if (newg->issystem) {
		newg->issystem = false;
		atomic_xadd(&sched.ngsys, -1u);
	}
}

// ---- interface ----------------------------------------------------------------------

rt_task *rt_spawn(void *(*fn)(void *arg), void *arg)
{
	rt_task *t;
	G *newg;

	preemptcheck();
	if (!fn)
		fatal("go of nil func value");
	t = rt_malloc(sizeof *t);
	*t = (rt_task){ .fn = fn, .arg = arg, .owners = 2 };
	newg = newproc1(taskmain, t, NULL, 0, getg(), (uintptr_t)__builtin_return_address(0));
	makeuser(newg, (uintptr_t)fn);
	startg(newg);
	return t;
}

void *rt_join(rt_task *t)
{
	void *result;

	preemptcheck();
	semacquire(&t->done, WaitReasonSemacquire);
	result = t->result;
	giveup(t);
	return result;
}

int rt_join_until(rt_task *t, int64_t when, void **result)
{
	SemaUntil until = { .when = when };

	preemptcheck();
	if (!semacquire1(&t->done, false, WaitReasonSemacquire, &until))
		return -ETIMEDOUT;
	if (result)
		*result = t->result;
	giveup(t);
	return 0;
}

void rt_detach(rt_task *t)
{
	goroutinecheck();
	if (t)
		giveup(t);
}
