// valgrind.h - requests to memcheck: which memory the program may touch, and where stacks are.
//
// Only debug and hosted builds make them, and only if valgrind's headers were installed at build
// time. A request is six instructions that do nothing outside of valgrind.
//
// Follows Go's valgrind.go.
#ifndef RT0_BASE_VALGRIND_H
#define RT0_BASE_VALGRIND_H

#include "runtime/base/types.h"

#if (defined(RT0_DEBUG) || defined(RT0_HOSTED)) && __has_include(<valgrind/memcheck.h>)

#include <valgrind/memcheck.h>

enum { valgrindenabled = 1 };

#else

enum { valgrindenabled = 0 };

#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(start, end) ((void)(start), (void)(end))
#define VALGRIND_MAKE_MEM_DEFINED(p, n) ((void)(p), (void)(n))
#define VALGRIND_MAKE_MEM_UNDEFINED(p, n) ((void)(p), (void)(n))
#define VALGRIND_MAKE_MEM_NOACCESS(p, n) ((void)(p), (void)(n))
#define VALGRIND_MALLOCLIKE_BLOCK(p, n, zone, zeroed) ((void)(p), (void)(n), (void)(zone))
#define VALGRIND_FREELIKE_BLOCK(p, zone) ((void)(p), (void)(zone))
#define VALGRIND_DISABLE_ERROR_REPORTING ((void)0)
#define VALGRIND_ENABLE_ERROR_REPORTING ((void)0)

#endif

ALWAYS_INLINE bool onvalgrind(void)
{
	return RUNNING_ON_VALGRIND != 0;
}

// All of the address space is one stack. valgrind then finds callers on each of ours, up to the
// end of its mapping; and it takes a stack pointer that moves by more than 2 MiB for another
// stack, whichever. With a registration for each stack it would look only whether the last
// stack is left, of all threads: when two threads run in turns it misses every other frame.
ALWAYS_INLINE void valgrindRegisterStacks(void)
{
	VALGRIND_STACK_REGISTER(0, UINTPTR_MAX);
}

// Stacks are further apart than that, and what asyncResume's stack pointer walks through, too.
#define ValgrindStackGap ((uintptr_t)4 << 20)

// The program may touch these bytes: what is in them is known,
ALWAYS_INLINE void valgrindMakeMemDefined(uintptr_t p, uintptr_t n)
{
	VALGRIND_MAKE_MEM_DEFINED(p, n);
}

// or is not,
ALWAYS_INLINE void valgrindMakeMemUndefined(uintptr_t p, uintptr_t n)
{
	VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

// or it must not touch them.
ALWAYS_INLINE void valgrindMakeMemNoAccess(uintptr_t p, uintptr_t n)
{
	VALGRIND_MAKE_MEM_NOACCESS(p, n);
}

// n bytes at p are an object of the program's, with zone bytes before and behind it that are not.
ALWAYS_INLINE void valgrindMalloc(uintptr_t p, uintptr_t n, uintptr_t zone)
{
	VALGRIND_MALLOCLIKE_BLOCK(p, n, zone, 0);
}

// The object at p is no more.
ALWAYS_INLINE void valgrindFree(uintptr_t p, uintptr_t zone)
{
	VALGRIND_FREELIKE_BLOCK(p, zone);
}

// Between the two the runtime itself touches what the program must not: this thread's errors
// are none.
ALWAYS_INLINE void valgrindBlind(void)
{
	VALGRIND_DISABLE_ERROR_REPORTING;
}

ALWAYS_INLINE void valgrindSee(void)
{
	VALGRIND_ENABLE_ERROR_REPORTING;
}

#endif
