// tests/internal/gc_elem.c - the collector finds the memory that a channel operation waits to send, or
// to receive into, when nothing but its Sudog has the address.
// env: GODEBUG=clobberfree=1
// matrix: GOMAXPROCS=1,4
// hosted: not any: nothing is collected there
#include "internal.h"
#include "runtime/sched/g.h"
#include "../lib/leaking.h"

enum { Pattern = 0x5a };

static rt_chan *c, *d;

static void sends(void *unused)
{
	uint64_t v = 1;

	(void)unused;
	rt_chan_send(c, &v);
}

static void receives(void *unused)
{
	uint64_t v;

	(void)unused;
	rt_chan_recv(c, &v);
}

static void selects(void *unused)
{
	uint64_t v[2];
	rt_case cases[] = { RT_RECV(c, &v[0]), RT_RECV(d, &v[1]) };

	(void)unused;
	rt_select(cases, 2);
}

static APART G *waitsin(const char *state)
{
	G *gp = NULL;

	await_in(1, state);
	for (uintptr_t i = 0; i < allglen; i++) {
		if (!allgs[i]->issystem && readgstatus(allgs[i]) == Gwaiting)
			gp = allgs[i];
	}
	return gp;
}

static APART void *make(void)
{
	uint64_t *p = rt_gc_alloc(64);

	p[7] = Pattern;
	return p;
}

// Returns the complement of the object's address.
static APART uintptr_t replace(Sudog *s)
{
	s->elem = make();
	return ~(uintptr_t)s->elem;
}

// Each of what gp waits for has an object in place of its variable while the collector runs.
static APART void expect_found(const char *state, int n)
{
	G *gp = waitsin(state);
	uintptr_t hidden[2];
	void *was[2];
	Sudog *s = gp->waiting;

	for (int i = 0; i < n; i++, s = s->waitlink) {
		was[i] = s->elem;
		hidden[i] = replace(s);
	}
	wipe_stack();
	rt_gc();
	s = gp->waiting;
	for (int i = 0; i < n; i++, s = s->waitlink) {
		equal(((uint64_t *)~hidden[i])[7], Pattern);
		s->elem = was[i];
	}
}

int rt_main(int argc, char **argv)
{
	uint64_t v = 1;

	(void)argc, (void)argv;
	c = rt_chan_make(sizeof v, 0);
	d = rt_chan_make(sizeof v, 0);
	rt_go(sends, NULL);
	expect_found("chan send", 1);
	rt_chan_recv(c, &v);
	rt_go(receives, NULL);
	expect_found("chan receive", 1);
	rt_chan_send(c, &v);
	rt_go(selects, NULL);
	expect_found("select", 2);
	rt_chan_send(d, &v);
	rt_printf("ok\n");
	return 0;
}
