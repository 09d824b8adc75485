// rtstack.c - rt_stack: tracebacks for the program to read.
//
// Follows Go's mprof.go (Stack).
#include "include/rt.h"
#include "runtime/lock/lock.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/yieldcheck.h"

// Protects what symtab.c keeps of what it has read. An M that dies does not acquire it: it may
// then read the answer for another pc, but no bad pointer.
static Mutex stacklock = { .rank = RANKED(RankTraceback) };

typedef struct {
	Printbuf out;
	Where where;
	bool all;
} StackRequest;

static void stackfn(void *arg)
{
	StackRequest *r = arg;
	M *mp = getg()->m;
	int32_t level = max(gotraceback().level, 1);

	lock(&stacklock);
	printbufs = true;
	mp->printbuf = &r->out;
	printgoroutine(mp->curg, &r->where, level);
	if (r->all)
		tracebackothers(mp->curg, level);
	mp->printbuf = NULL;
	unlock(&stacklock);
}

size_t rt_stack(char *buf, size_t size, bool all)
{
	StackRequest r = { .out = { .buf = buf, .size = size }, .where = HERE, .all = all };
	size_t n;

	preemptcheck();
	if (all)
		stopTheWorld("stack trace");
	systemstack(stackfn, &r);
	if (all)
		startTheWorld();
	n = r.out.n;
	if (size > 0)
		buf[min(n, size - 1)] = '\0';
	return n;
}
