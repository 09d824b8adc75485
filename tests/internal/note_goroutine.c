// tests/internal/note_goroutine.c - a goroutine that sleeps on a note without giving its P
// away throws.
// stderr: fatal error: notesleep not on g0
// exit: 2
#include "internal.h"

int rt_main(int argc, char **argv)
{
	static Note n;

	(void)argc, (void)argv;
	notesleep(&n);
	return 0;
}
