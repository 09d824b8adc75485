// tests/internal/internal.h - the runtime's own headers beside tests/test.h, and a
// private P.
#ifndef INTERNAL_H
#define INTERNAL_H

#define gettid test_gettid // the runtime has a gettid of its own type
#include "../test.h"
#undef gettid

#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"
#include "runtime/sched/sudog.h"

// Between the two this M's P is pp, which nobody else knows: what the runtime keeps for
// each P can be looked at from a known state. The goroutine stays on its M, and must not
// wait or call the system.
ALWAYS_INLINE P *borrowp(P *pp)
{
	P *own = acquirem()->p;

	getg()->m->p = pp;
	mcache = pp && pp->mcache ? pp->mcache : nocache;
	return own;
}

ALWAYS_INLINE void returnp(P *own)
{
	getg()->m->p = own;
	mcache = own->mcache;
	releasem(getg()->m);
}

#endif
