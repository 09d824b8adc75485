// sysmem.c - memory from the kernel.
//
// The kernel works on whole pages, which may be larger than what a caller has: the heap's pages
// have 8 KiB, a record of one 32 bytes. It refuses an address within a page, and takes all of
// the page that a range ends in. So the rounding is done here, by what becomes of the bytes of
// neighbours in the pages at the ends:
//
//	inwards    sysUnused, sysGuard, sysReadOnly, sysPopulate, sysDump: they would be lost,
//	           fault, or become resident; a little more than was asked for stays as it is
//	outwards   sysMap: they may be used, too, which does no harm
//	not        what is mapped and unmapped begins at a page; the kernel rounds both
//	           lengths up alike
//
// built: unchecked
#include <asm-generic/errno-base.h>

#include "runtime/base/str.h"
#include "runtime/base/valgrind.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

// Debug builds, for the tests: RT0_FAIL_MMAP=n in the environment makes the nth request for
// memory fail. All of them come from here.
static int32_t untilfail; // 0: never

void failinit(char **env)
{
	for (; *env; env++) {
		const char *value = afterprefix(*env, "RT0_FAIL_MMAP=");

		if (value)
			atoi32(value, &untilfail);
	}
}

static bool failsnow(void)
{
	// Not exact when several ask at once.
	return Debug && untilfail > 0 && --untilfail == 0;
}

static void *mmap(void *addr, uintptr_t n, int32_t prot, int32_t flags, int32_t fd)
{
	int64_t r;

	if (failsnow())
		return NULL;
	r = syscall6(__NR_mmap, ptrarg(addr), n, (uint32_t)prot, (uint32_t)flags,
	             (uint64_t)(int64_t)fd, 0);
	return r < 0 && r > -4096 ? NULL : (void *)r;
}

void *sysAlloc(uintptr_t n)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1);
}

void *sysReserve(void *hint, uintptr_t n)
{
	return mmap(hint, n, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_NORESERVE,
	            -1);
}

void *sysReserveNone(void *hint, uintptr_t n)
{
	return mmap(hint, n, PROT_NONE, MAP_ANON | MAP_PRIVATE | MAP_NORESERVE, -1);
}

typedef struct {
	uintptr_t from, to;
} Pages;

// Returns the pages that have no other bytes than [p, p + n): perhaps none, at an end of
// the range.
static Pages wholepages(void *p, uintptr_t n)
{
	uintptr_t end = (uintptr_t)p + n;
	uintptr_t from = min(alignup((uintptr_t)p, physPageSize), end);

	return (Pages){ from, max(end & -physPageSize, from) };
}

static int64_t madvise(Pages p, int32_t advice)
{
	if (p.from == p.to)
		return 0;
	return syscall3(__NR_madvise, p.from, p.to - p.from, (uint32_t)advice);
}

static int64_t mprotect(Pages p, int32_t prot)
{
	if (p.from == p.to)
		return 0;
	return syscall3(__NR_mprotect, p.from, p.to - p.from, (uint32_t)prot);
}

bool sysMap(void *p, uintptr_t n)
{
	uintptr_t from = (uintptr_t)p & -physPageSize;
	Pages all = { from, alignup((uintptr_t)p + n, physPageSize) };

	return !failsnow() && mprotect(all, PROT_READ | PROT_WRITE) == 0;
}

// In a mapping that is locked as a whole, because of mlockall, mprotect gives all pages that it
// makes memory. MADV_DONTNEED is refused where that is so, and has nothing to do here.
void sysLazy(void *p, uintptr_t n)
{
	enum { OnFault = 1 }; // MLOCK_ONFAULT
	Pages whole = wholepages(p, n);

	if (madvise(whole, MADV_DONTNEED) != -EINVAL)
		return;
	n = whole.to - whole.from;
	if (syscall3(__NR_mlock2, whole.from, n, OnFault) != 0)
		syscall3(__NR_munlock, whole.from, n, 0);
}

void sysPopulate(void *p, uintptr_t n)
{
	madvise(wholepages(p, n), MADV_POPULATE_WRITE);
}

// MADV_NOHUGEPAGE afterwards, so that khugepaged does not fill up again a huge page of which a part
// has gone back to the kernel.
bool sysPopulateHuge(void *p, uintptr_t n)
{
	Pages all = { (uintptr_t)p, (uintptr_t)p + n };
	bool done = madvise(all, MADV_HUGEPAGE) == 0 && madvise(all, MADV_POPULATE_WRITE) == 0;

	madvise(all, MADV_NOHUGEPAGE);
	return done;
}

void sysFree(void *p, uintptr_t n)
{
	syscall3(__NR_munmap, ptrarg(p), n, 0);
}

void sysDump(void *p, uintptr_t n, bool dump)
{
	madvise(wholepages(p, n), dump ? MADV_DODUMP : MADV_DONTDUMP);
}

void sysUnused(void *p, uintptr_t n, bool lazily)
{
	Pages whole = wholepages(p, n);
	uintptr_t start = (uintptr_t)p;

	// Locked memory stays; its content must not.
	if (madvise(whole, lazily ? MADV_FREE : MADV_DONTNEED) != 0)
		whole.to = whole.from;
	else if (lazily)
		return;
	__builtin_memset(p, 0, whole.from - start);
	__builtin_memset((void *)whole.to, 0, start + n - whole.to);
}

// Since Linux 6.13 a guard needs no mapping of its own. Before that, and in locked memory, each
// one splits the mapping, of which a process may have vm.max_map_count: about 32,000 guards.
// valgrind ends a program that makes more than 500 pages of guards of the new kind.
static bool guardinstall(Pages p)
{
	static bool nomadvise;

	if (atomic_load_relaxed(&nomadvise) || onvalgrind())
		return false;
	if (madvise(p, MADV_GUARD_INSTALL) == 0)
		return true;
	atomic_store_relaxed(&nomadvise, true);
	return false;
}

bool sysGuard(void *p, uintptr_t n)
{
	Pages whole = wholepages(p, n);

	return guardinstall(whole) || mprotect(whole, PROT_NONE) == 0;
}

bool sysGuardMapped(void *p, uintptr_t n)
{
	return mprotect(wholepages(p, n), PROT_NONE) == 0;
}

bool sysMapGuarded(void *p, uintptr_t guard, uintptr_t n)
{
	Pages below = wholepages(p, guard);
	uintptr_t end = (uintptr_t)p + n;

	if (!guardinstall(below)) { // perhaps it is locked
		sysLazy(p, n);
		p = (void *)below.to;
	}
	return sysMap(p, end - (uintptr_t)p);
}

int64_t sysReadOnly(void *p, uintptr_t n)
{
	return mprotect(wholepages(p, n), PROT_READ);
}

int64_t sysWritable(void *p, uintptr_t n)
{
	return mprotect(wholepages(p, n), PROT_READ | PROT_WRITE);
}

const void *sysMapFile(int32_t fd, uintptr_t n)
{
	return mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd);
}

int64_t filesize(int32_t fd)
{
	enum { SeekEnd = 2 };

	return syscall3(__NR_lseek, (uint32_t)fd, 0, SeekEnd);
}
