// osinit.c - the number of processors, and the size of a huge page.
//
// built: unchecked
#include <asm-generic/errno-base.h>

#include "runtime/base/guard.h"
#include "runtime/base/str.h"
#include "runtime/base/valgrind.h"
#include "runtime/os/os.h"

int32_t ncpu;

STEP void osinit(void)
{
	ncpu = getproccount();
	physHugePageSize = getHugePageSize();
}

// Gives g0 another stack, with a guard, because RLIMIT_STACK does not grant all of its own.
// rt0_go continues at g0.sched.sp.
static COLD void movestack(void)
{
	uintptr_t guard = physPageSize, n = alignup(g0.stack.hi - g0.stack.lo, physPageSize);
	char *p = sysReserveNone(NULL, guard + n);

	if (!p || !sysMap(p + guard, n)) {
		print("fatal error: no memory for the first stack, which is above the limit "
		      "RLIMIT_STACK (ulimit -s)\n");
		exit(2);
	}
	g0.stack.lo = (uintptr_t)p + guard;
	g0.stack.hi = g0.sched.sp = g0.stack.lo + n;
	fixguard(&g0, StackGuard, 0);
	setguard(guardof(&g0));
}

// Returns how many processors this process may run on. The kernel writes them to the far
// end of g0's stack, and so shows whether that exists; a store of ours would kill the
// process if not.
STEP int32_t getproccount(void)
{
	enum { Size = 8192 }; // bytes: 64 Ki processors
	uint8_t *buf = (uint8_t *)g0.stack.lo;
	int32_t n = 0;
	int64_t r;

	valgrindMakeMemUndefined(g0.stack.lo, Size); // below the stack pointer
	r = sched_getaffinity(0, Size, buf);
	if (unlikely(r == -EFAULT)) {
		movestack();
		buf = (uint8_t *)g0.stack.lo;
		r = sched_getaffinity(0, Size, buf);
	}
	for (int64_t i = 0; i < r; i++)
		n += __builtin_popcount(buf[i]);
	return n > 0 ? n : 1;
}

// Reads a small file's text without its last byte, the newline; returns false if there is
// none.
static bool readtext(const char *path, char *buf, uintptr_t size)
{
	int64_t fd = open(path, O_RDONLY | O_CLOEXEC, 0), r;

	if (fd < 0)
		return false;
	r = read((int32_t)fd, buf, size - 1);
	closefd((int32_t)fd);
	buf[max(r - 1, (int64_t)0)] = '\0';
	return r > 1;
}

STEP uintptr_t getHugePageSize(void)
{
	char buf[24];
	uint64_t n;

	if (!readtext("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", buf, sizeof buf))
		return 0;
	if (!atou64(buf, &n) || (n & (n - 1)) != 0)
		return 0;
	return n;
}
