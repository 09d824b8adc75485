// alone.c - waiting until a goroutine is the only one of the program's.
//
// No goroutine says that it ends: goexit0 would have to ask whether another waits for that, in
// every program. So the waiter looks, with pauses that grow. It looks at the status words first,
// while the others run, and stops the world only when it has found nobody: a goroutine that has
// been seen may have ended since, but it may also have started one in a G that has been passed.
#include "runtime/io/alone.h"

#include <asm-generic/errno.h>

#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/os/os.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/g.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/yieldcheck.h"

enum { FirstPause = 10 * 1000, LastPause = 10 * 1000 * 1000 }; // ns
enum { FirstText = 16 << 10 };

G *othergoroutine(const Known *known, uintptr_t *i)
{
	uintptr_t n = atomic_load_acquire(&allglen); // pairs with allgadd
	G **gs = atomic_load_acquire(&allgs);

	while (*i < n) {
		uintptr_t at = (*i)++;
		G *gp = gs[at];

		if (gp == known->me || gp->issystem || readgstatus(gp) == Gdead)
			continue;
		if (at >= known->n || gp->goid != known->goids[at])
			return gp;
	}
	return NULL;
}

static bool nonebut(const Known *known)
{
	uintptr_t i = 0;

	return !othergoroutine(known, &i);
}

// ---- which are left -----------------------------------------------------------------

typedef struct {
	const Known *known;
	Printbuf out;
	int n;
} Listing;

// Runs on g0, with the world stopped, so that nobody else reads symbols.
static void listfn(void *arg)
{
	Listing *l = arg;
	int32_t level = max(gotraceback().level, 1);
	M *mp = getg()->m;
	uintptr_t i = 0;
	G *gp;

	printbufs = true;
	mp->printbuf = &l->out;
	while ((gp = othergoroutine(l->known, &i))) {
		Where w = whereparked(gp);

		if (l->n++ > 0)
			print("\n");
		printgoroutine(gp, &w, level);
	}
	mp->printbuf = NULL;
}

int listothers(const Known *known, int fd)
{
	Listing l;
	uint64_t size = FirstText;

	for (;;) {
		l = (Listing){ .known = known, .out = { .size = size } };
		if (fd >= 0)
			l.out.buf = rt_malloc(size);
		else
			l.out.size = 0;
		stopTheWorld("list of goroutines");
		systemstack(listfn, &l);
		startTheWorld();
		if (fd < 0 || l.out.n <= size)
			break;
		rt_free(l.out.buf); // they may be more the next time
		size = 2 * l.out.n;
	}
	if (fd >= 0) {
		rt_write(fd, l.out.buf, l.out.n);
		rt_free(l.out.buf);
	}
	return l.n;
}

// ---- interface ----------------------------------------------------------------------

int rt_wait_alone(int64_t when, int fd)
{
	Known known = { 0 };
	int64_t pause = FirstPause, now;

	preemptcheck();
	known.me = getg();
	for (;;) {
		if (nonebut(&known)) {
			bool really;

			stopTheWorld("wait for others' end");
			really = nonebut(&known);
			startTheWorld();
			if (really) {
				if (RACING)
					raceafterall();
				return 0;
			}
		}
		now = nanotime();
		if (now >= when)
			return listothers(&known, fd) > 0 ? -ETIMEDOUT : 0;
		rt_sleep_until(min(now + pause, when));
		pause = min(2 * pause, (int64_t)LastPause);
	}
}
