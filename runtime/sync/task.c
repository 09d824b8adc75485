// task.c - goroutines whose end can be waited for, and their results.
//
// A task has two owners, the goroutine and the handle. Each releases its half once: the
// goroutine when it has stored its result, the handle by a join or by rt_detach. The second
// one frees the task. The rest of the word marks it as a task, so that a second release of
// the handle is detected, even if the memory is free or something else by now.
//
// built: libc
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/base/tracehook.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

struct rt_task {
	void *(*fn)(void *arg);
	void *arg;
	void *result;
	uint32_t done; // a semaphore: 1 when there is a result
	uint32_t owners; // IsTask and those that there are
};

enum { Goroutine = 1, Handle = 2, IsTask = 0x7a5c << 16 };

static void leavetask(rt_task *t, uint32_t owner)
{
	if (atomic_xadd(&t->owners, -owner) != IsTask)
		return; // the other still needs it
	retire(t, KindTask);
	rt_free(t);
}

// Checks what is given to rt_join or rt_detach.
static void checkhandle(const rt_task *t)
{
	checkobject(t, KindTask);
	if ((atomic_load_relaxed(&t->owners) & ~(uint32_t)Goroutine) != (IsTask | Handle))
		fatalf("use of a task that was joined or detached: %p", t);
}

// Ends the call of fn, however it is left.
static void taskdone(void *arg)
{
	rt_task *t = arg;

	happensbefore(t);
	semrelease(&t->done); // publishes the result
	leavetask(t, Goroutine);
}

static void taskmain(void *arg)
{
	rt_task *t = arg;

	rt_defer(taskdone, t);
	t->result = t->fn(t->arg);
}

// Its first function is the runtime's, but it is the program's goroutine. NOSPLIT, so that it
// does not yield: a trace that began after GoCreate and before GoFunc would not know it.
NOSPLIT void makeuser(G *newg, uintptr_t startpc)
{
	newg->startpc = startpc;
	trace(TraceGoFunc, startpc); // of the one just created
	if (newg->issystem) {
		newg->issystem = false;
		atomic_xadd(&sched.ngsys, -1u);
		if (Libc)
			joinprogram();
	}
}

// ---- interface ----------------------------------------------------------------------

rt_task *rt_spawn(void *(*fn)(void *arg), void *arg)
{
	bool entered = callentered();
	rt_task *t;
	G *newg;

	preemptcheck();
	if (!fn)
		fatal("go of nil func value");
	t = rt_malloc(sizeof *t);
	*t = (rt_task){ .fn = fn, .arg = arg, .owners = IsTask | Goroutine | Handle };
	setkind(t, KindTask);
	newg = newproc1(taskmain, t, NULL, 0, getg(), (uintptr_t)__builtin_return_address(0));
	makeuser(newg, (uintptr_t)fn);
	startg(newg);
	callleft(entered);
	return t;
}

void *rt_join(rt_task *t)
{
	void *result;

	preemptcheck();
	checkhandle(t);
	semacquire(&t->done, WaitReasonSemacquire);
	happensafter(t);
	result = t->result;
	leavetask(t, Handle);
	return result;
}

int rt_join_until(rt_task *t, int64_t when, void **result)
{
	SemaUntil until = { .when = when };

	preemptcheck();
	checkhandle(t);
	if (result)
		checkmemory(result, sizeof *result, "a task's result");
	if (!semacquire1(&t->done, false, WaitReasonSemacquire, &until))
		return -ETIMEDOUT;
	happensafter(t);
	if (result)
		*result = t->result;
	racegets(result, sizeof *result);
	leavetask(t, Handle);
	return 0;
}

void rt_detach(rt_task *t)
{
	goroutinecheck();
	if (!t)
		return;
	checkhandle(t);
	leavetask(t, Handle);
}
