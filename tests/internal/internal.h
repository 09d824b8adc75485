// tests/internal/internal.h - the runtime's own headers beside tests/lib/test.h, and a
// private P.
#ifndef INTERNAL_H
#define INTERNAL_H

#define gettid test_gettid // the runtime has a gettid of its own type
#include "../lib/test.h"
#undef gettid

#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/own.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/sudog.h"

// Between the two this M's P is pp, which nobody else knows: what the runtime keeps for
// each P can be looked at from a known state. The goroutine stays on its M, and must not
// wait or call the system.
ALWAYS_INLINE P *borrowp(P *pp)
{
	P *own = acquirem()->p;

	if (pp && !pp->mcache)
		pp->mcache = nocache; // a test that does not allocate gave it none
	setp(getg()->m, pp);
	return own;
}

ALWAYS_INLINE void returnp(P *own)
{
	setp(getg()->m, own);
	releasem(getg()->m);
}

#endif
