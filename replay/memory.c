// memory.c - the memory functions that compilers call, as accesses of the program's.
//
// -fsanitize=thread leaves these calls as they are. In this build the functions of asm's memory.S
// have other names (mk/rules.mk), and these are before them; the runtime calls them as well.
//
// built: unyielding libc
#include "replay/race.h"
#include "replay/replay.h"
#include "runtime/base/getg.h"

#ifndef RT0_HOSTED // glibc has its own

extern const char __runtime_text_start[], __runtime_text_end[];

void *rt0memcpy(void *dst, const void *src, size_t n);
void *rt0memmove(void *dst, const void *src, size_t n);
void *rt0memset(void *dst, int c, size_t n);
int rt0memcmp(const void *a, const void *b, size_t n);

// Does the program call, which says what it accesses?
ALWAYS_INLINE bool watched(uintptr_t pc)
{
	return unlikely(instrumented) &&
	       (pc < (uintptr_t)__runtime_text_start || pc >= (uintptr_t)__runtime_text_end);
}

static void accesses(const void *p, size_t n, uint32_t kind, uintptr_t pc)
{
	replayaccess();
	if (RACING)
		raceaccess((uintptr_t)p, n, kind, pc);
}

static void moves(void *dst, const void *src, size_t n, uintptr_t pc)
{
	accesses(src, n, 0, pc);
	accesses(dst, n, AccessWrite, pc);
}

#define CALLER ((uintptr_t)__builtin_return_address(0))

WEAK void *memcpy(void *dst, const void *src, size_t n);
void *memcpy(void *dst, const void *src, size_t n)
{
	if (watched(CALLER))
		moves(dst, src, n, CALLER);
	return rt0memcpy(dst, src, n);
}

WEAK void *memmove(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n)
{
	if (watched(CALLER))
		moves(dst, src, n, CALLER);
	return rt0memmove(dst, src, n);
}

WEAK void *memset(void *dst, int c, size_t n);
void *memset(void *dst, int c, size_t n)
{
	if (watched(CALLER))
		accesses(dst, n, AccessWrite, CALLER);
	return rt0memset(dst, c, n);
}

WEAK int memcmp(const void *a, const void *b, size_t n);
int memcmp(const void *a, const void *b, size_t n)
{
	if (watched(CALLER)) {
		accesses(a, n, 0, CALLER);
		accesses(b, n, 0, CALLER);
	}
	return rt0memcmp(a, b, n);
}

#endif
