// rwmutex.c - rt_rwmutex: readers or one writer; nobody waits beside a lock that it could have;
// deadlines leave nothing behind.
//
// source: runtime/sync/rwmutex.c runtime/sync/sema.c runtime/sync/waiter.c
// run: --memory tso
// run: --memory ra --bound 2 --stale 1
// large: --memory ra --stale 3
// mutant: the last reader leaves without the root's lock
// - if (unlikely((v & (Queued | Readers)) == (Queued | 1))) {
// + if (false) {
// mutant: the writer does not look for waiters
// - if (updatestate(m, writer ? Writer : 0, 0, writer ? 0 : -1u) & Queued)
// + if (updatestate(m, writer ? Writer : 0, 0, writer ? 0 : -1u) & 0)
// mutant: a reader that waits does not say so
// - uint32_t new = go ? v + by : v | Queued;
// + uint32_t new = go ? v + by : v;
// mutant: admitted readers are not counted
// - updatestate(m, 0, 0, n);
// +
// mutant: a writer is admitted beside readers
// - if ((atomic_load_relaxed(&m->state) & (Readers | Writer)) == 0)
// + if (true)
// mutant: a waiter that gives up lets in nobody | --memory sc deadlinew
// - if (atomic_load_relaxed(&m->state) & Queued)\n\t\tadmit(m, false, &list);
// +
// mutant: unlock is no release
// - if (likely(atomic_cas(&m->state, Writer, 0)))
// + if (relaxedcas(&m->state, Writer, 0))
// mutant: a reader's unlock is no release
// - } while (!atomic_cas_or_load(&m->state, &v, v - 1));
// + } while (!__atomic_compare_exchange_n(&m->state, &v, v - 1, false, 0, 0));
#include "tests/model/gworld.h"
#include "runtime/sync/rwmutex.c"
#include "runtime/sync/sema.c"
#include "runtime/sync/waiter.c"

static rt_rwmutex m;
static int inside, data;

static void writing(void)
{
	mc_assert(inside == 0);
	inside = -1;
	data++; // plain, and so are the readers' looks: checked for races
	inside = 0;
}

static void reading(void)
{
	volatile int d = data;

	(void)d;
	mc_assert(inside == 0);
}

static void writer(void *arg)
{
	(void)arg;
	rt_rwmutex_lock(&m);
	writing();
	rt_rwmutex_unlock(&m);
	ends();
}

static void reader(void *arg)
{
	(void)arg;
	rt_rwmutex_rlock(&m);
	reading();
	rt_rwmutex_runlock(&m);
	ends();
}

static void timedwriter(void *arg)
{
	(void)arg;
	if (rt_rwmutex_lock_until(&m, Soon) == 0) {
		writing();
		rt_rwmutex_unlock(&m);
	}
	ends();
}

static void timedreader(void *arg)
{
	(void)arg;
	if (rt_rwmutex_rlock_until(&m, Soon) == 0) {
		reading();
		rt_rwmutex_runlock(&m);
	}
	ends();
}

static void named(int n, bool clock)
{
	makegoroutines(n, clock);
	mc_name(&m, sizeof m, "m", -1);
	mc_name(semtable, sizeof semtable, "semtable", -1);
}

static void rw(void)
{
	named(2, false);
	threadong(reader, 0);
	threadong(writer, 1);
}

static void rrw(void)
{
	named(3, false);
	threadong(reader, 0);
	threadong(reader, 1);
	threadong(writer, 2);
}

static void rww(void)
{
	named(3, false);
	threadong(reader, 0);
	threadong(writer, 1);
	threadong(writer, 2);
}

// A reader that stays until the other one is in, too: the writer in between must not keep that
// one out when its deadline has come.
static bool otherin;

static bool isother(void *arg)
{
	(void)arg;
	return otherin;
}

static void patientreader(void *arg)
{
	(void)arg;
	rt_rwmutex_rlock(&m);
	mc_await(isother, NULL);
	rt_rwmutex_runlock(&m);
	ends();
}

static void otherreader(void *arg)
{
	(void)arg;
	rt_rwmutex_rlock(&m);
	otherin = true;
	rt_rwmutex_runlock(&m);
	ends();
}

static void deadlinew(void)
{
	named(3, true);
	mc_ignore(&otherin, sizeof otherin);
	threadong(patientreader, 0);
	threadong(timedwriter, 1);
	threadong(otherreader, 2);
	makeclock(3, 3);
}

static void deadliner(void)
{
	named(2, true);
	threadong(writer, 0);
	threadong(timedreader, 1);
	makeclock(2, 2);
}

static void unlocked(void)
{
	mc_assert(m.state == 0 && !rootof(&m)->treap);
	sudogsback(2);
}

const Scenario mc_scenarios[] = {
	{ "rw", rw, unlocked, false },
	{ "deadliner", deadliner, unlocked, false },
	{ "rrw", rrw, unlocked, false },
	{ "rww", rww, unlocked, false },
	{ "deadlinew", deadlinew, unlocked, false },
	{ 0 },
};
