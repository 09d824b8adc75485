// tests/internal/sudog_dirty.c - giving a Sudog back that still points somewhere throws.
// matrix: FIELD=0,1,2,3,4,5
// stderr: fatal error: runtime: sudog with non-nil field
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	Sudog *s = acquireSudog(), *other = acquireSudog();

	(void)nargs, (void)args;
	switch (number(rt_getenv("FIELD"))) {
	case 0: s->elem = other; break;
	case 1: s->isSelect = true; break;
	case 2: s->next = other; break;
	case 3: s->prev = other; break;
	case 4: s->waitlink = other; break;
	case 5: s->c = (Hchan *)other; break;
	}
	releaseSudog(s);
	return 0;
}
