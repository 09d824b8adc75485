// tests/internal/note_double.c - waking a note twice throws.
// stderr: notewakeup - double wakeup (1)
// stderr: fatal error: notewakeup - double wakeup
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	static Note n;

	(void)nargs, (void)args;
	notewakeup(&n);
	noteclear(&n);
	notewakeup(&n);
	notewakeup(&n);
	return 0;
}
