// setarea.h - with a C library, the area of a goroutine: the thread that the library takes it for.
// cgo/area.h says what is in force where; the functions are in cgo/area.c.
#ifndef RT0_SCHED_SETAREA_H
#define RT0_SCHED_SETAREA_H

#include "runtime/runtime.h"
#include "library.h"
#include "tls.h"

// The numbers of goroutines as threads begin here. The kernel's are below 2^22,
// and the library's locks have room for 2^30.
enum { AreaTid = (1 << 22) + 1 };

// A macro, as getg is.
#define getarea() \
	__extension__({ \
		Area *area_; \
		GETAREA(area_); \
		area_; \
	})

ALWAYS_INLINE void setarea(Area *a)
{
	SETAREA(a);
}

// What the goroutine's stack has on it must not be left by a handler's jump: cgo/jump.c. Nobody else
// changes the word.
ALWAYS_INLINE void holdjumps(Area *a)
{
	*(uint16_t *)((char *)a + AreaHeld) += 1;
}

// Gives gp, which is about to start, an area as a new thread has it, on its stack. Returns where
// that ends below it.
HIDDEN uintptr_t newarea(G *gp);
// Takes it away: the stack ends where it did.
HIDDEN void freearea(G *gp);
// On a goroutine that ends: makes the destructors' calls, which may do anything.
HIDDEN void endarea(void);
// There is one goroutine of the program's more, from before it may run.
HIDDEN void joinprogram(void);
// Returns the area's errno.
HIDDEN int32_t *areaerror(Area *a);
// Returns the name that pthread_setname_np has given to the goroutine, or "".
HIDDEN const char *areaname(const Area *a);

#endif
