// tests/internal/sudog.c - the supply of Sudogs: a cache per P, a central list behind it.
//
// Promises: an empty cache gets half of what it holds from the central list, or 8 new
// ones; a full one gives half back; no Sudog is in two hands; a million acquires and
// releases make no more than were in use at once and the caches hold, also
// when one P acquires and another releases.
// matrix: GOMAXPROCS=1,4
#include "internal.h"

enum {
	Half = SudogBufSize / 2,
	New = 8,
	Most = 1000, // in use at once
	Million = 1000000,
	Senders = 4,
	Messages = 50000,
};

static P own;

static int32_t listlength(const Sudog *s)
{
	int32_t n = 0;

	for (; s; s = s->next)
		n++;
	return n;
}

// Returns how many are unused, without own's. The world is stopped.
static int32_t nfree(void)
{
	int32_t n = listlength(sched.sudogcache);

	for (int32_t i = 0; i < gomaxprocs; i++)
		n += allp[i]->sudogcachelen;
	return n;
}

// Acquires n, which differ from each other: queued is theirs to mark.
static void acquire(Sudog **s, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		s[i] = acquireSudog();
		check(!s[i]->queued);
		s[i]->queued = true;
	}
}

static void release(Sudog **s, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		s[i]->queued = false;
		releaseSudog(s[i]);
	}
}

// On a private P, the central list empty.
static void halves(void)
{
	Sudog *s[2 * SudogBufSize + New];

	equal(listlength(sched.sudogcache), 0);
	acquire(s, 1);
	equal(own.sudogcachelen, New - 1);
	acquire(s + 1, New);
	equal(own.sudogcachelen, New - 1);
	acquire(s + New + 1, nelem(s) - New - 1);
	equal(own.sudogcachelen, 0);

	release(s, SudogBufSize);
	equal(own.sudogcachelen, SudogBufSize);
	equal(listlength(sched.sudogcache), 0);
	release(s + SudogBufSize, 1); // it is full: half go
	equal(own.sudogcachelen, Half + 1);
	equal(listlength(sched.sudogcache), Half);
	release(s + SudogBufSize + 1, Half - 1);
	equal(own.sudogcachelen, SudogBufSize);
	equal(listlength(sched.sudogcache), Half);
	release(s + SudogBufSize + Half, Half + New); // full twice
	equal(own.sudogcachelen, Half + New);
	equal(listlength(sched.sudogcache), 3 * Half);

	acquire(s, Half + New);
	equal(own.sudogcachelen, 0);
	for (int32_t i = 1; i <= 3; i++) { // half come
		acquire(s + Half * i + New, 1);
		equal(own.sudogcachelen, Half - 1);
		equal(listlength(sched.sudogcache), (3 - i) * Half);
		acquire(s + Half * i + New + 1, Half - 1);
		equal(own.sudogcachelen, 0);
	}
	release(s, nelem(s));

	sudogpurge(&own);
	equal(own.sudogcachelen, 0);
	equal(listlength(sched.sudogcache), nelem(s));
	for (Sudog *q = sched.sudogcache; q; q = q->next)
		check(!q->queued);
}

// Random acquires and releases; the live ones are at most Most.
static void million(void)
{
	static Sudog *s[Most];
	int32_t n = 0;

	for (int i = 0; i < Million; i++) {
		if (n > 0 && (n == Most || fastrandn(2))) {
			int32_t j = (int32_t)fastrandn((uint32_t)n--);
			Sudog *last = s[n];

			s[n] = s[j];
			s[j] = last;
			release(&s[n], 1);
		} else {
			acquire(&s[n++], 1);
		}
		if (i == Million / 2) { // up to the most, and down again
			acquire(s + n, Most - n);
			release(s, Most);
			n = 0;
		}
	}
	release(s, n);
	sudogpurge(&own);
	check(listlength(sched.sudogcache) >= Most);
	check(listlength(sched.sudogcache) < Most + New);
}

// With the world stopped nobody else takes or gives.
static void alone(void)
{
	Sudog *saved;
	P *p;

	stopTheWorld("test");
	p = borrowp(&own);
	saved = sched.sudogcache;
	sched.sudogcache = NULL;
	halves();
	million();
	// Both lists are good; the shorter one stays.
	if (saved)
		sched.sudogcache = saved;
	returnp(p);
	startTheWorld();
}

static rt_waitgroup all;

// Blocked senders and receivers each use one.
static void send(void *arg)
{
	for (int64_t i = 0; i < Messages; i++)
		rt_chan_send(arg, &i);
	rt_waitgroup_done(&all);
}

static void traffic(void)
{
	int32_t before, after;
	rt_chan *c = rt_chan_make(sizeof(int64_t), 0);
	int64_t got;

	stopTheWorld("test");
	before = nfree();
	startTheWorld();
	rt_waitgroup_add(&all, Senders);
	for (int i = 0; i < Senders; i++)
		rt_go(send, c);
	for (int i = 0; i < Senders * Messages; i++)
		check(rt_chan_recv(c, &got));
	rt_waitgroup_wait(&all);
	stopTheWorld("test");
	after = nfree();
	startTheWorld();
	check(after >= before);
	check(after - before <= Senders + 2 + New + gomaxprocs * SudogBufSize);
	rt_chan_free(c);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	alone();
	traffic();
	return 0;
}
