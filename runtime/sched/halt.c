// halt.c - a process that dies halts the threads that run goroutines, to read their stacks.
//
// M.haltstate goes from HaltNot to HaltAsked by the M that dies, and from there to HaltAnswered
// by the asked M's handler of SIGURG, which has written haltedat. That M then stays in its
// handler, so nothing on its goroutine's stacks moves any more. An M that dies as well counts
// as having answered before it is asked, and continues with its own report.
//
// built: unchecked
#include "runtime/base/getg.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"

enum { HaltNot, HaltAsked, HaltAnswered };

// How long the threads have, all together: a thread that blocks the signal, or that the
// kernel does not run, must not keep the others' stacks out of the report.
enum { HaltTime = 1000, HaltStep = 500 }; // ms, us

// Takes this M out of a process that is dying: sleeps until the end.
NORETURN void haltm(void)
{
	static uint32_t never;

	for (;;)
		futexsleep(&never, 0, -1);
}

// mp runs handlers of the program's: where was it before?
static Halted beforehandlers(const M *mp)
{
	const Handling *h = mp->handling;

	while (h->outer)
		h = h->outer;
	return HANDLEDAT(h);
}

static void answer(M *mp, const Halted *at)
{
	mp->haltedat = at->g == mp->gsignal && mp->handling ? beforehandlers(mp) : *at;
	atomic_store_release(&mp->haltstate, HaltAnswered); // pairs with halted
}

// On gsignal: gp was interrupted at *c.
void haltifasked(G *gp, const Sigcontext *c)
{
	Halted at = HALTEDAT(gp, c);
	M *mp = gp->m;

	if (likely(atomic_load_acquire(&mp->haltstate) != HaltAsked)) // pairs with ask
		return;
	answer(mp, &at);
	if (!mp->dying) // else it waits for its turn to report
		haltm();
}

void haltmyself(const Halted *at)
{
	answer(getg()->m, at);
}

const Halted *halted(const G *gp)
{
	const M *mp = atomic_load_acquire(&gp->m);

	if (!mp || atomic_load_acquire(&mp->haltstate) != HaltAnswered || mp->curg != gp)
		return NULL;
	return &mp->haltedat;
}

// Does mp run a goroutine and owe an answer?
static bool owes(const M *mp)
{
	const G *gp = atomic_load_acquire(&mp->curg);

	return gp && readgstatus(gp) == Grunning &&
	       atomic_load_acquire(&mp->haltstate) != HaltAnswered;
}

// An M that is in the handler of an earlier SIGURG gets this one after it; one whose SIGURG is
// on its way has been asked before that arrives.
static void ask(M *mp)
{
	if (owes(mp) && atomic_cas(&mp->haltstate, HaltNot, HaltAsked))
		tgkill(getpid(), (int32_t)mp->procid, SIGURG);
}

// Uses no locks, because their holders may never release them. Ms are never freed.
void haltothers(void)
{
	const M *self = getg()->m;
	M *all = atomic_load_acquire(&allm), *mp;
	int64_t deadline = nanotime() + HaltTime * (int64_t)1000000;

	for (mp = all; mp; mp = mp->alllink) {
		if (mp != self)
			ask(mp);
	}
	for (mp = all; mp; mp = mp->alllink) {
		while (mp != self && owes(mp) && nanotime() < deadline)
			usleep(HaltStep);
	}
}
