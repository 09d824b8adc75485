// tests/internal/baseline.c - after everything that waits, nothing of it is left: goroutines,
// Sudogs, timers, objects and the semaphores' queues are back where they were.
//
//	baseline [ROUNDS]	(default 6)
//
// matrix: GOMAXPROCS=1,2,4
#include "internal.h"
#include "runtime/sync/sync.h"

enum { Crowd = 40, Each = 60, Ways = 3 };

static rt_waitgroup all;

static int64_t in(uint64_t *seed)
{
	return nanotime() + (int64_t)(next_random(seed) % 40) * RT_MICROSECOND;
}

// ---- counts, the world stopped ------------------------------------------------------

static int32_t freesudogs(void)
{
	int32_t n = 0;

	for (const Sudog *s = sched.sudogcache; s; s = s->next)
		n++;
	for (int32_t i = 0; i < gomaxprocs; i++)
		n += allp[i]->sudogcachelen;
	return n;
}

static uint32_t timers(void)
{
	uint32_t n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++)
		n += allp[i]->numTimers;
	return n;
}

// In the hands of the program, and of the runtime for what it waits for.
static uint64_t objects(void)
{
	struct rt_memstats stats;

	rt_memstats(&stats);
	return stats.objects + stats.large_objects;
}

// A timer that was freed while it fired is gone when another P is done with that.
static void settle(uint64_t want)
{
	for (int i = 0; i < 100000 && objects() != want; i++)
		rt_gosched();
	equal(objects(), want);
}

// ---- what waits ---------------------------------------------------------------------

static struct {
	rt_chan *c[Ways];
	rt_mutex m;
	rt_rwmutex rw;
	rt_sem s;
	rt_cond cond;
} things;

static void *task(void *arg)
{
	rt_gosched();
	return arg;
}

static void tick(void *arg)
{
	rt_chan_try_send(arg, NULL);
}

static void one(uint64_t *seed)
{
	rt_chan *a = things.c[next_random(seed) % Ways], *b = things.c[next_random(seed) % Ways];
	rt_case k[] = { RT_RECV(a, NULL), RT_SEND(b, NULL), RT_RECV(NULL, NULL) };
	rt_ctx *ctx;
	rt_timer *t;

	switch (next_random(seed) % 12) {
	case 0: rt_select_until(k, 3, in(seed)); break;
	case 1: rt_chan_send_until(a, NULL, in(seed)); break;
	case 2: rt_chan_recv_until(b, NULL, in(seed)); break;
	case 3:
		if (rt_mutex_lock_until(&things.m, in(seed)) == 0) {
			rt_cond_wait_until(&things.cond, in(seed));
			rt_mutex_unlock(&things.m);
		}
		break;
	case 4:
		if (rt_rwmutex_lock_until(&things.rw, in(seed)) == 0)
			rt_rwmutex_unlock(&things.rw);
		break;
	case 5:
		rt_rwmutex_rlock(&things.rw);
		rt_gosched();
		rt_rwmutex_runlock(&things.rw);
		break;
	case 6:
		if (rt_sem_acquire_until(&things.s, in(seed)) < 0)
			rt_sem_release(&things.s);
		break;
	case 7: check(rt_join(rt_spawn(task, seed)) == seed); break;
	case 8: rt_detach(rt_spawn(task, NULL)); break;
	case 9:
		ctx = rt_ctx_with_deadline(rt_ctx_background(), in(seed));
		k[2] = RT_RECV(rt_ctx_done(ctx), NULL);
		rt_select(k, 3);
		rt_ctx_free(ctx);
		break;
	case 10:
		t = rt_timer_chan(in(seed) - nanotime(), RT_MICROSECOND);
		k[2] = RT_RECV(rt_timer_c(t), NULL);
		rt_select(k, 3);
		rt_timer_free(t);
		break;
	default:
		t = rt_timer_func(in(seed) - nanotime(), 0, tick, a);
		if (next_random(seed) % 2)
			rt_sleep(10 * RT_MICROSECOND);
		rt_cond_signal(&things.cond);
		rt_timer_free(t);
	}
}

static void mix(void *arg)
{
	uint64_t seed = (uint64_t)(intptr_t)arg * 0x9e3779b97f4a7c15 + 1;

	for (int i = 0; i < Each; i++)
		one(&seed);
	rt_waitgroup_done(&all);
}

static void play(int64_t round)
{
	rt_waitgroup_add(&all, Crowd);
	for (int64_t i = 0; i < Crowd; i++)
		rt_go(mix, (void *)(intptr_t)(round * Crowd + i));
	rt_waitgroup_wait(&all);
	while (rt_num_goroutine() != 1)
		rt_gosched();
}

int rt_main(int nargs, char **args)
{
	int64_t rounds = argument(nargs, args, 6);
	uint64_t before;
	int32_t sudogs = 0, now;

	for (int i = 0; i < Ways; i++)
		things.c[i] = rt_chan_make(0, (size_t)i);
	things.cond.l = &things.m;
	before = objects();
	for (int64_t i = 0; i < 2 * rounds; i++) {
		play(i);
		settle(before);
		stopTheWorld("test");
		now = freesudogs();
		equal(timers(), 0);
		startTheWorld();
		// Some are made when one P has none and another has; they are not lost.
		check(now >= sudogs);
		sudogs = now;
		equal(things.m.state, 0);
		equal(things.m.sema, 0);
		equal(things.rw.state, 0);
		equal(things.cond.head, 0);
		check(!semroot(&things.m.sema)->treap && semroot(&things.m.sema)->nwait == 0);
		check(!semroot(&things.rw.state)->treap);
		check(!semroot(&things.s.count)->treap && semroot(&things.s.count)->nwait == 0);
	}
	for (int i = 0; i < Ways; i++)
		rt_chan_free(things.c[i]); // throws if there is a waiter
	return 0;
}
