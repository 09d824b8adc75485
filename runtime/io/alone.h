// alone.h - which goroutines of the program there are besides known ones.
#ifndef RT0_IO_ALONE_H
#define RT0_IO_ALONE_H

#include "runtime/runtime.h"

// Goroutines that do not count: me, and those that were the ith of allgs with the ith number.
typedef struct {
	const G *me;
	const uint64_t *goids;
	uintptr_t n;
} Known;

// The program's next goroutine from the *ith of allgs on that counts, or NULL. It may have ended,
// and others begun, unless the world is stopped.
G *othergoroutine(const Known *known, uintptr_t *i);
// Writes them to fd, as in the dump of a process that dies, and returns how many they are.
int listothers(const Known *known, int fd);

#endif
