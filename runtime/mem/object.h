// object.h - may an object be used? What debug builds check at each call of rt.h.
//
// In other builds all of this is empty, but in a hosted one AddressSanitizer is asked
// (hosted/memory.c).
#ifndef RT0_MEM_OBJECT_H
#define RT0_MEM_OBJECT_H

#include "runtime/base/types.h"

// What an object is for.
typedef enum {
	KindMemory,
	KindChan,
	KindTimerChan, // a timer's and a context's channel: the program
	KindCtxChan,   // neither closes nor frees it
	KindTimer,
	KindTask,
	KindCtx,
	KindGroup,
} ObjectKind;

// ---- object.c: fatal when it is not so ------------------------------------------------

// p must be the start of an object in use, of a kind in [first, last].
void objectcheck(const void *p, ObjectKind first, ObjectKind last);
// [p, p + n) must be outside of the heap or inside one object in use. what: "a mutex".
void memorycheck(const void *p, uintptr_t n, const char *what);
void objectsetkind(const void *p, ObjectKind kind);
// Like objectcheck; then rt_free, which accepts only memory, may be called for p once.
void objectretire(const void *p, ObjectKind kind);
#ifdef RT0_REPLAY
// Says which object p is in, if it is in one.
bool printobject(uintptr_t p);
#endif
// [p, p + n) must be memory in use, that may be written to.
void __rt0_inuse(const void *p, uintptr_t n);
void __rt0_writable(const void *p, uintptr_t n);

ALWAYS_INLINE void checkobject(const void *p, ObjectKind kind)
{
	if (Debug)
		objectcheck(p, kind, kind);
	if (Hosted)
		__rt0_inuse(p, PtrSize);
}

// A channel for any use.
ALWAYS_INLINE void checkchan(const void *p)
{
	if (Debug)
		objectcheck(p, KindChan, KindCtxChan);
	if (Hosted)
		__rt0_inuse(p, PtrSize);
}

ALWAYS_INLINE void checkmemory(const void *p, uintptr_t n, const char *what)
{
	if (Debug)
		memorycheck(p, n, what);
	if (Hosted)
		__rt0_writable(p, n);
}

ALWAYS_INLINE void setkind(const void *p, ObjectKind kind)
{
	if (Debug)
		objectsetkind(p, kind);
}

ALWAYS_INLINE void retire(const void *p, ObjectKind kind)
{
	if (Debug)
		objectretire(p, kind);
	if (Hosted)
		__rt0_inuse(p, PtrSize);
}

#endif
