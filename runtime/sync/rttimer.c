// rttimer.c - the interface's timers: a function or a tick on a channel, once or again and
// again.
//
// seq counts what was asked for: a start, a stop, a reset. The heap's Timer brings the seq
// it was started with, so a firing that was under way when the timer was stopped or reset
// finds that it is not wanted any more, and does nothing: then stop can say that it had
// been pending. A periodic timer is started again by each firing.
//
// A tick stays in the channel's buffer until it is received. Stop and reset remove it under the
// lock under which it was put there, so that no earlier tick can be received after they have
// returned. Such a timer counts as pending, since its tick has not been seen.
//
// refs: one for the owner and one for each start that has neither been undone nor finished
// firing. rt_timer_free drops the owner's; the last one frees the timer. Until then t.arg is the
// timer itself, so that a later use is detected even if the memory is free or reused by then.
//
// Follows Go's time.go of 1.23 and later.
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

struct rt_timer {
	Mutex lock;

	// lock protects:
	uint32_t refs;
	bool pending;
	uint64_t seq;
	Timer t;

	// Set when made.
	rt_func *fn;
	void *arg;
	rt_chan *c; // NULL: fn
};

static void timerunref(rt_timer *t) RELEASES(t->lock);
static void timerunref(rt_timer *t)
{
	bool last = --t->refs == 0;

	unlock(&t->lock);
	if (!last)
		return;
	if (t->c)
		freechan(t->c, KindTimerChan);
	retire(t, KindTimer);
	rt_free(t);
}

static void checktimer(const rt_timer *t)
{
	checkobject(t, KindTimer);
	if (t->t.arg != t)
		fatalf("use of a freed timer: %p", t);
}

static void start(rt_timer *t, int64_t when) HOLDS(t->lock);
static void start(rt_timer *t, int64_t when)
{
	t->pending = true;
	t->refs++;
	happensbefore(t);
	t->t.when = when;
	t->t.seq = ++t->seq;
	addtimer(&t->t);
}

// Stops t. Returns whether it was pending, or its tick was there.
static bool stop(rt_timer *t) HOLDS(t->lock);
static bool stop(rt_timer *t)
{
	bool was = t->pending;

	t->pending = false;
	t->seq++;
	if (was && deltimer(&t->t))
		t->refs--;
	if (t->c && rt_chan_try_recv(t->c, NULL, NULL))
		was = true;
	return was;
}

// Returns the next multiple of its period that is not over.
static int64_t nextwhen(const Timer *t, int64_t now)
{
	int64_t by, when;

	if (__builtin_mul_overflow(t->period, 1 + max(now - t->when, 0) / t->period, &by) ||
	    __builtin_add_overflow(t->when, by, &when))
		return Never;
	return when;
}

// A separate function, so that tracebacks name it as the creator of the goroutine.
static NOINLINE void goFunc(rt_func *fn, void *arg)
{
	rt_go(fn, arg);
}

// Fires the timer, on g0.
static void fire(void *arg, uintptr_t seq)
{
	rt_timer *t = arg;
	int64_t now = nanotime();
	rt_func *fn = NULL;
	void *fnarg = t->arg;

	happensafter(t);
	lock(&t->lock);
	if (t->pending && t->seq == seq) {
		if (t->t.period > 0)
			start(t, nextwhen(&t->t, now));
		else
			t->pending = false;
		if (t->c) {
			happensbefore(chanclock(t->c));
			rt_chan_try_send(t->c, &now); // full: the last tick is still there
		} else {
			fn = t->fn;
		}
	}
	timerunref(t);
	if (fn)
		goFunc(fn, fnarg);
}

bool idletimer(const Timer *t)
{
	const rt_timer *own = t->arg;

	return t->f == fire && own->c && rt_chan_len(own->c) == rt_chan_cap(own->c);
}

static rt_timer *maketimer(rt_duration d, rt_duration period, rt_func *fn, void *arg,
                           rt_chan *c)
{
	rt_timer *t = rt_malloc(sizeof *t);

	*t = (rt_timer){
		.refs = 1,
		.t = { .f = fire, .arg = t, .period = period, .stoppable = true },
		.fn = fn,
		.arg = arg,
		.c = c,
	};
	lockInit(&t->lock, RankTimer);
	setkind(t, KindTimer);
	if (c)
		setkind(c, KindTimerChan);
	lock(&t->lock);
	start(t, whenafter(d));
	unlock(&t->lock);
	return t;
}

// ---- interface ----------------------------------------------------------------------

rt_timer *rt_timer_func(rt_duration d, rt_duration period, rt_func *fn, void *arg)
{
	preemptcheck();
	if (!fn)
		fatal("go of nil func value");
	return maketimer(d, period, fn, arg, NULL);
}

rt_timer *rt_timer_chan(rt_duration d, rt_duration period)
{
	preemptcheck();
	return maketimer(d, period, NULL, NULL, rt_chan_make(sizeof(int64_t), 1));
}

rt_chan *rt_timer_c(rt_timer *t)
{
	checkobject(t, KindTimer);
	return t->c;
}

bool rt_timer_stop(rt_timer *t)
{
	bool was;

	preemptcheck();
	checktimer(t);
	lock(&t->lock);
	was = stop(t);
	unlock(&t->lock);
	return was;
}

bool rt_timer_reset(rt_timer *t, rt_duration d, rt_duration period)
{
	bool was;

	preemptcheck();
	checktimer(t);
	lock(&t->lock);
	was = stop(t);
	t->t.period = period;
	start(t, whenafter(d));
	unlock(&t->lock);
	return was;
}

void rt_timer_free(rt_timer *t)
{
	preemptcheck();
	if (!t)
		return;
	checktimer(t);
	lock(&t->lock);
	stop(t);
	t->t.arg = NULL;
	timerunref(t);
}
