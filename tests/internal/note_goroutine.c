// tests/internal/note_goroutine.c - a goroutine that sleeps on a note without giving
// its P away throws.
// stderr: fatal error: notesleep not on g0
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	static Note n;

	(void)nargs, (void)args;
	notesleep(&n);
	return 0;
}
