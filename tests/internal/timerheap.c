// tests/internal/timerheap.c - a P's timers against a plain list.
//
// Promises: whatever is added, what is due runs in the order of its time, once, and
// nothing else does; checkTimers and timer0When say when the next one is due; one that is
// stopped, wherever it is in the heap, does not run; one that is moved runs at its new time;
// a timer's function may add timers; moveTimers moves all; a time of 0 or below is now.
#include "internal.h"
#include "runtime/sched/timer.h"

enum { Operations = 100000, MaxTimers = 3000, Arity = 4 };

static P home, away;
static Timer timers[MaxTimers];
static bool live[MaxTimers]; // the model: in the heap
static int64_t when[MaxTimers];
static uint32_t nlive;

static int64_t now = 1000, lastwhen;
static uint32_t nran;

static void addto(P *pp, Timer *t)
{
	P *own = borrowp(pp);

	addtimer(t);
	returnp(own);
}

static void wellformed(const P *pp)
{
	equal(pp->numTimers, pp->timerslen);
	check(pp->timerslen <= pp->timerscap);
	equal(pp->timer0When, pp->timerslen > 0 ? pp->timers[0].when : 0);
	for (int32_t i = 0; i < pp->timerslen; i++) {
		const Timer *t = (const Timer *)(pp->timers[i].timer & ~(uintptr_t)1);

		check(t->pp == pp);
		equal(t->stoppable, pp->timers[i].timer & 1);
		equal(t->when, pp->timers[i].when);
		if (t->stoppable)
			equal(t->index, i);
		if (i > 0)
			check(pp->timers[(i - 1) / Arity].when <= pp->timers[i].when);
	}
}

// What every timer of the model does.
static void record(void *arg, uintptr_t seq)
{
	Timer *t = arg;

	equal(t - timers, seq);
	check(live[seq]);
	check(when[seq] <= now);
	check(when[seq] >= lastwhen);
	lastwhen = when[seq];
	nran++;
	check(t->pp == NULL); // it can be used again
	live[seq] = false;
	nlive--;
}

static void start(P *pp, uint32_t i, int64_t at)
{
	timers[i] = (Timer){
		.when = at, .f = record, .arg = &timers[i], .seq = i,
		.stoppable = i % 2,
	};
	live[i] = true;
	when[i] = at;
	nlive++;
	addto(pp, &timers[i]);
}

// One that is anywhere in the heap; a second time does nothing.
static void stop(uint32_t i)
{
	check(deltimer(&timers[i]));
	check(timers[i].pp == NULL);
	check(!deltimer(&timers[i]));
	check(!modtimer(&timers[i], now));
	live[i] = false;
	nlive--;
}

static void moveto(uint32_t i, int64_t at)
{
	P *own = borrowp(&home); // it may wake another M

	check(modtimer(&timers[i], at));
	returnp(own);
	when[i] = at;
}

static uint32_t due(int64_t *next)
{
	uint32_t n = 0;

	*next = 0;
	for (uint32_t i = 0; i < MaxTimers; i++) {
		if (!live[i])
			continue;
		n += when[i] <= now;
		if (*next == 0 || when[i] < *next)
			*next = when[i];
	}
	return n;
}

// The clock moves on, and what is due runs.
static void advance(P *pp, int64_t by)
{
	int64_t next, clock = now += by;
	uint32_t n = due(&next);
	bool ran;

	nran = 0;
	lastwhen = 0;
	next = checkTimers(pp, &clock, &ran);
	equal(clock, now);
	equal(nran, n);
	equal(ran, n > 0);
	equal(due(&clock), 0);
	equal(next, clock);
}

static void drain(P *pp)
{
	advance(pp, INT64_MAX / 2);
	equal(nlive, 0);
	equal(pp->timerslen, 0);
	wellformed(pp);
	now = 1000;
}

// Timers come and go; full is how many there are at most.
static void random(uint32_t full, int operations)
{
	for (int op = 0; op < operations; op++) {
		uint32_t i = fastrandn(full);

		if (!live[i]) // of few different times, so that many are equal
			start(&home, i, now + fastrandn(500));
		else if (fastrandn(16) == 0)
			advance(&home, fastrandn(100));
		else if (timers[i].stoppable && fastrandn(2))
			stop(i);
		else if (timers[i].stoppable)
			moveto(i, now + fastrandn(500));
		if (op % 256 == 0)
			wellformed(&home);
	}
	drain(&home);
}

static void move(void)
{
	for (uint32_t n = 0; n < 200; n = 3 * n + 1) {
		moveTimers(&away, &home); // nothing
		for (uint32_t i = 0; i < n; i++)
			start(i % 3 ? &home : &away, i, now + fastrandn(1000));
		moveTimers(&away, &home);
		equal(home.timerslen, 0);
		equal(away.timerslen, n);
		wellformed(&home);
		wellformed(&away);
		for (int i = 0; i < 50; i++)
			advance(&away, fastrandn(40));
		drain(&away);
	}
}

static Timer chain[10];
static uint32_t nchain;

// Starts the next of the chain, which is due already.
static void addnext(void *arg, uintptr_t seq)
{
	equal(seq, nchain);
	if (++nchain < nelem(chain)) {
		Timer *t = &chain[nchain];

		*t = (Timer){ .when = 5, .f = addnext, .arg = arg, .seq = nchain };
		addto(&home, t);
	}
}

static void added(void)
{
	int64_t clock = 100;
	bool ran;

	chain[0] = (Timer){ .when = 50, .f = addnext };
	addto(&home, &chain[0]);
	equal(checkTimers(&home, &clock, &ran), 0);
	check(ran);
	equal(nchain, nelem(chain));
}

static void never(void *arg, uintptr_t seq)
{
	(void)arg, (void)seq;
	check(!"a timer that is never due has run");
}

static int counted;

static void count(void *arg, uintptr_t seq)
{
	(void)arg, (void)seq;
	counted++;
}

static void limits(void)
{
	static Timer t[3];
	int64_t clock = 1;
	bool ran;

	t[0] = (Timer){ .when = 0, .f = count };
	t[1] = (Timer){ .when = INT64_MIN, .f = count };
	addto(&home, &t[0]);
	addto(&home, &t[1]);
	equal(checkTimers(&home, &clock, &ran), 0);
	check(ran);
	equal(counted, 2);
	t[2] = (Timer){ .when = INT64_MAX, .f = never };
	addto(&home, &t[2]);
	clock = INT64_MAX - 1;
	equal(checkTimers(&home, &clock, &ran), INT64_MAX);
	check(!ran);
	equal(home.timerslen, 1);
	home.timerslen = 0;
	home.numTimers = 0;
	home.timer0When = 0;
	clock = 0; // without timers the clock is not read
	equal(checkTimers(&home, &clock, &ran), 0);
	equal(clock, 0);
	start(&home, 0, 5);
	lastwhen = 0;
	now = nanotime();
	equal(checkTimers(&home, &clock, &ran), 0); // with one it is
	check(clock >= now);
	check(ran);
	now = 1000;
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	lockInit(&home.timersLock, RankTimers);
	lockInit(&away.timersLock, RankTimers);
	random(5, Operations / 4);
	random(100, Operations / 2);
	random(MaxTimers, Operations / 4);
	move();
	added();
	limits();
	return 0;
}
