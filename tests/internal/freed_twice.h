// freed_twice.h - an object with two places in a cache, as two frees at once leave it.
#include "internal.h"

#include "runtime/mem/mheap.h"

enum { Size = 48 };

static void freetwice(void)
{
	uint8_t *p = rt_malloc(Size);
	Mspan *s = spanof((uintptr_t)p);

	rt_free(p);
	s->state[((uintptr_t)p - s->base) / s->size] = ObjectBusy; // the other P saw this, too
	rt_free(p);
}
