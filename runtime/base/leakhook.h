// leakhook.h - the search for leaks, which few programs contain: reach/leakdoor.c.
#ifndef RT0_BASE_LEAKHOOK_H
#define RT0_BASE_LEAKHOOK_H

#include "runtime/base/types.h"

typedef struct {
	// GODEBUG=leaks=mode: the program ends, on a goroutine. Returns its status.
	int (*exit)(int mode, int status);
	// The process dies, on request, and all others have been halted: marks the goroutines that are
	// leaked, if that can be done.
	void (*dying)(void);
} Leakfinder;
extern const Leakfinder __rt0_leakfinder WEAK;

#endif
