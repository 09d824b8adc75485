// tests/internal/waitsince.c - a traceback says for how many minutes a goroutine has waited since
// it was marked; one that runs has no mark, however often it wakes and parks while it is
// being marked, and its next wait begins at 0.
// matrix: GOMAXPROCS=1,4
#include "internal.h"
#include "runtime/sched/g.h"
#include "runtime/sched/sysmon.h"

enum { Marks = 50000 };

static rt_waitgroup all;

static uint32_t ago(int64_t minutes)
{
	return waitclock(nanotime() - minutes * 60 * RT_SECOND);
}

static bool says(const char *text)
{
	static char buf[1 << 16];

	rt_stack(buf, sizeof buf, true);
	return find(buf, text) != NULL;
}

static bool markall(uint32_t clock)
{
	uintptr_t n = atomic_load_acquire(&allglen);
	bool found = false;

	for (uintptr_t i = 0; i < n; i++)
		found |= markwaiting(allgs[i], clock);
	return found;
}

// ---- one ----

static void *receives(void *c)
{
	rt_chan_recv(c, NULL);
	rt_chan_recv(c, NULL);
	return NULL;
}

static void one(void)
{
	rt_chan *c = rt_chan_make(0, 0);
	rt_task *t = rt_spawn(receives, c);

	while (!says("[chan receive]"))
		rt_gosched();
	check(!says("minutes"));
	markall(ago(3));
	check(says("[chan receive, 3 minutes]"));
	markall(ago(1)); // it has one
	check(says("[chan receive, 3 minutes]"));
	rt_chan_send(c, NULL);
	while (!says("[chan receive]")) // it waits again
		rt_gosched();
	rt_chan_send(c, NULL);
	rt_join(t);
	rt_chan_free(c);
}

// ---- against each other ----

static G fake; // its status and mark alone: it wakes and parks without end
static bool over;

static void wakesandparks(void *arg)
{
	uint64_t seed = 4711;

	(void)arg;
	while (!atomic_load_relaxed(&over)) {
		// As ready and execute do.
		casgstatus(&fake, Gwaiting, Grunnable);
		casgstatus(&fake, Grunnable, Grunning);
		fake.waitsince = 0;
		// For long enough that a mark meant for the wait before would come.
		for (int i = 0; i < 20; i++)
			equal(atomic_load_relaxed(&fake.waitsince), 0u);
		casgstatus(&fake, Grunning, Gwaiting);
		for (uint64_t i = next_random(&seed) % 8; i > 0; i--)
			cpupause();
	}
	rt_waitgroup_done(&all);
}

// Until so many marks have been set, some of them close to the end of the wait.
static void many(void)
{
	rt_waitgroup_add(&all, 1);
	fake.atomicstatus = Gwaiting;
	rt_go(wakesandparks, NULL);
	for (int marks = 0; marks < (gomaxprocs == 1 ? 5 : Marks);) {
		if (markwaiting(&fake, ago(5)))
			marks++;
		else if (gomaxprocs == 1)
			rt_gosched();
	}
	atomic_store_release(&over, true);
	rt_waitgroup_wait(&all);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	one();
	many();
	return 0;
}
