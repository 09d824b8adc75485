// touch.c - the program's pointers, where the runtime follows them before the kernel does.
//
// Unyielding: a handler may leave canread by siglongjmp (linker.ld, cgo/jump.c), in calls with a
// signal mask.
//
// built: unyielding
#include "runtime/os/os.h"

bool touchread(const void *p); // touch.S
bool touchwrite(const void *p);

// Touches each page of n bytes at p.
ALWAYS_INLINE bool touchpages(const void *p, size_t n, bool (*touch)(const void *))
{
	enum { Page = 4096 };
	uintptr_t at = (uintptr_t)p, end = at + n;

	if (end < at)
		return false;
	for (; at < end; at = alignup(at + 1, (uintptr_t)Page)) {
		if (!touch((const void *)at))
			return false;
	}
	return true;
}

bool canread(const void *p, size_t n)
{
	return touchpages(p, n, touchread);
}

bool canwrite(const void *p, size_t n)
{
	return touchpages(p, n, touchwrite);
}
