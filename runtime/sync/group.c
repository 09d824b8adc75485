// group.c - goroutines that belong together: the first error ends the context of all.
//
// The goroutine that lowers running to 0 does not access the group after its unlock, so
// the waiter may free it (rt.h: the calls that let others proceed).
//
// Follows Go's golang.org/x/sync/errgroup.
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

struct rt_group {
	rt_ctx *ctx;
	rt_mutex m;

	// m protects:
	rt_cond room, done; // less than limit run; none runs
	int running, limit; // 0: no limit
	int err;            // the first
};

typedef struct {
	rt_group *g;
	int (*fn)(void *arg);
	void *arg;
	int result;
} Member;

// Runs when fn returns, panics or calls rt_goexit.
static void memberdone(void *arg)
{
	const Member *t = arg;
	rt_group *g = t->g;

	happensbefore(g);
	rt_mutex_lock(&g->m);
	if (t->result < 0 && g->err == 0) {
		g->err = t->result;
		rt_ctx_cancel(g->ctx);
	}
	g->running--;
	rt_cond_signal(&g->room);
	if (g->running == 0)
		rt_cond_broadcast(&g->done);
	rt_mutex_unlock(&g->m);
}

static void membermain(void *arg)
{
	Member *t = arg;

	rt_defer(memberdone, t);
	t->result = t->fn(t->arg);
}

// ---- interface ----------------------------------------------------------------------

static void ignorelocks(const rt_group *g)
{
	raceignore(&g->m);
	raceignore(&g->room);
	raceignore(&g->done);
}

rt_group *rt_group_new(rt_ctx *parent)
{
	rt_group *g;

	preemptcheck();
	g = rt_calloc(1, sizeof *g);
	g->ctx = rt_ctx_with_cancel(parent);
	g->room.l = g->done.l = &g->m;
	setkind(g, KindGroup);
	if (RACING)
		ignorelocks(g);
	return g;
}

rt_ctx *rt_group_ctx(rt_group *g)
{
	checkobject(g, KindGroup);
	return g->ctx;
}

void rt_group_limit(rt_group *g, int n)
{
	preemptcheck();
	checkobject(g, KindGroup);
	rt_mutex_lock(&g->m);
	g->limit = max(n, 0);
	rt_cond_broadcast(&g->room);
	rt_mutex_unlock(&g->m);
}

void rt_group_go(rt_group *g, int (*fn)(void *arg), void *arg)
{
	Member t = { .g = g, .fn = fn, .arg = arg };
	bool entered = callentered();
	G *newg;

	preemptcheck();
	checkobject(g, KindGroup);
	if (!fn)
		fatal("go of nil func value");
	rt_mutex_lock(&g->m);
	while (g->limit > 0 && g->running >= g->limit)
		rt_cond_wait(&g->room);
	if (g->limit > 0)
		happensafter(g); // what the one did whose place this takes
	g->running++;
	rt_mutex_unlock(&g->m);
	newg = newproc1(membermain, NULL, &t, sizeof t, getg(),
	                (uintptr_t)__builtin_return_address(0));
	makeuser(newg, (uintptr_t)fn);
	startg(newg);
	callleft(entered);
}

int rt_group_wait(rt_group *g)
{
	int err;

	preemptcheck();
	checkobject(g, KindGroup);
	rt_mutex_lock(&g->m);
	while (g->running > 0)
		rt_cond_wait(&g->done);
	err = g->err;
	rt_mutex_unlock(&g->m);
	happensafter(g);
	rt_ctx_cancel(g->ctx);
	rt_ctx_free(g->ctx);
	retire(g, KindGroup);
	rt_free(g);
	return err;
}
