// tests/internal/waitsince.c - a traceback says for how many minutes a goroutine has waited since
// it was marked; one that runs has no mark, however often it wakes and parks while it is
// being marked, and its next wait begins at 0.
// matrix: GOMAXPROCS=1,4
#include "internal.h"

enum { Rounds = 100000, Pingers = 4 };

static uint32_t ago(int64_t minutes)
{
	return waitclock(nanotime() - minutes * 60 * RT_SECOND);
}

static bool startswith(const char *p, const char *text)
{
	while (*text && *p == *text)
		p++, text++;
	return !*text;
}

static bool says(const char *text)
{
	static char buf[1 << 16];

	rt_stack(buf, sizeof buf, true);
	for (const char *p = buf; *p; p++) {
		if (startswith(p, text))
			return true;
	}
	return false;
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

// ---- many ----

static uint32_t pinging = Pingers;

// For long enough that a mark meant for the wait before would come.
static void unmarked(void)
{
	const G *gp = getg();

	for (int i = 0; i < 100; i++)
		equal(atomic_load_relaxed(&gp->waitsince), 0u);
}

static void pings(void *arg)
{
	rt_chan **c = arg;

	for (int i = 0; i < Rounds; i++) {
		rt_chan_send(c[0], NULL);
		unmarked();
		rt_chan_recv(c[1], NULL);
		unmarked();
	}
	atomic_xadd(&pinging, -1u);
}

static void pongs(void *arg)
{
	rt_chan **c = arg;

	for (int i = 0; i < Rounds; i++) {
		rt_chan_recv(c[0], NULL);
		unmarked();
		rt_chan_send(c[1], NULL);
		unmarked();
	}
}

static void many(void)
{
	rt_chan *c[Pingers][2];
	uint64_t marks = 0;

	for (int i = 0; i < Pingers; i++) {
		c[i][0] = rt_chan_make(0, 0);
		c[i][1] = rt_chan_make(0, 0);
		rt_go(pongs, c[i]);
		rt_go(pings, c[i]);
	}
	while (atomic_load_acquire(&pinging) > 0) {
		marks += markall(ago(5));
		if (gomaxprocs == 1 || marks % 64 == 0)
			rt_gosched();
	}
	check(marks > 0);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	one();
	many();
	return 0;
}
