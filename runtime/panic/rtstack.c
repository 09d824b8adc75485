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

void printinto(Printbuf *out, void (*fn)(void *arg), void *arg)
{
	M *mp = getg()->m;

	lock(&stacklock);
	printbufs = true;
	mp->printbuf = out;
	fn(arg);
	mp->printbuf = NULL;
	unlock(&stacklock);
}

typedef struct {
	Printbuf out;
	Where where;
	bool all;
} StackRequest;

static void stacktext(void *arg)
{
	StackRequest *r = arg;
	G *gp = getg()->m->curg;
	int32_t level = max(gotraceback().level, 1);

	printgoroutine(gp, &r->where, level);
	if (r->all)
		tracebackothers(gp, level);
}

static void stackfn(void *arg)
{
	StackRequest *r = arg;

	printinto(&r->out, stacktext, r);
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
