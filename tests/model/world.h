// world.h - models: an M, a G and a P for each thread, and what the runtime's files call of those
// that are not in the model.
//
// A model includes this, then the runtime's source files that it is about. What is weak here
// gives way to the real function.
#ifndef RT0_MODEL_WORLD_H
#define RT0_MODEL_WORLD_H

#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/proc.h"
#include "tests/model/check.h"

enum { MaxWorld = 4 };

// For mutants.
#define relaxedcas(p, old, new)                                                        \
	__extension__({                                                                \
		__typeof__(*(p)) cas_old_ = (old);                                     \
		__atomic_compare_exchange_n(p, &cas_old_, new, false,                  \
		                            __ATOMIC_RELAXED, __ATOMIC_RELAXED);       \
	})

static M wm[MaxWorld];
static G wg[MaxWorld], wg0[MaxWorld];
static P wp[MaxWorld];
static P *wallp[MaxWorld];

WEAK Sched sched;
WEAK P **allp;
WEAK int32_t allplen, allpcap;
WEAK int32_t gomaxprocs, newprocs;
int32_t ncpu;
WEAK Mutex allpLock;
uint8_t __rt0_traceon;
static int64_t modeltime;
static bool expired[MaxWorld]; // the thread's sleep has lasted long enough, and it has not looked at
                               // the clock since. Time itself stays, or no state would come again

// Makes n Ms, each with its G and its P; threads run on the goroutine, or on g0.
static inline void makeworld(int n)
{
	allp = wallp;
	gomaxprocs = newprocs = allplen = allpcap = n;
	ncpu = 1; // no active spinning: it is that load again
	modeltime = 1000;
	for (int i = 0; i < n; i++) {
		wallp[i] = &wp[i];
		wp[i].id = i;
		wm[i].id = i;
		wm[i].g0 = &wg0[i];
		wm[i].curg = &wg[i];
		wm[i].fastrand[0] = wm[i].fastrand[1] = 1 + (uint32_t)i;
		wg[i].m = wg0[i].m = &wm[i];
		wg[i].goid = (uint64_t)i + 1;
		wg[i].atomicstatus = Grunning;
		wm[i].p = &wp[i];
		wp[i].m = &wm[i];
		wp[i].status = Prunning;
		mc_name(&wm[i], sizeof wm[i], "m", i);
		mc_name(&wg[i], sizeof wg[i], "g", i);
		mc_name(&wg0[i], sizeof wg0[i], "g0 of m", i);
		mc_name(&wp[i], sizeof wp[i], "p", i);
	}
	mc_name(&sched, sizeof sched, "sched", -1);
	mc_ignore(&curcache, sizeof curcache);
	mc_ignore(&modeltime, sizeof modeltime);
	mc_ignore(expired, sizeof expired);
}

static inline void threadong(void (*fn)(void *), int i)
{
	mc_thread(fn, (void *)(intptr_t)i, &wg[i]);
}

static inline void threadong0(void (*fn)(void *), int i)
{
	mc_thread(fn, (void *)(intptr_t)i, &wg0[i]);
}

__thread Mcache *curcache;
Mcache *const nocache = NULL;

WEAK void throw(const char *s)
{
	mc_fail("throw: %s", s);
}

WEAK void fatal(const char *s)
{
	mc_fail("fatal: %s", s);
}

WEAK void print(const char *format, ...)
{
	(void)format;
}

WEAK void futexwakeup(uint32_t *addr, uint32_t cnt)
{
	mc_futexwakeup(addr, cnt);
}

WEAK void usleep(uint32_t us)
{
	(void)us;
	mc_yield();
}

WEAK void osyield(void)
{
	mc_yield();
}

#ifndef OWN_CLOCK // the model has its own
int64_t nanotime(void)
{
	if (mc_self() >= 0 && expired[mc_self()]) {
		expired[mc_self()] = false;
		return modeltime + (int64_t)1000000000;
	}
	return modeltime;
}

WEAK void futexsleep(uint32_t *addr, uint32_t val, int64_t ns)
{
	expired[mc_self()] = mc_futexsleep(addr, val, ns);
}
#endif

WEAK void systemstack(void (*fn)(void *), void *arg)
{
	fn(arg);
}

#endif
