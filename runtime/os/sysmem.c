// sysmem.c - memory from the kernel.
#include "runtime/base/str.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

// Debug builds, for the tests: RT0_FAIL_MMAP=n in the environment makes the nth request for
// memory fail. All of them come from here, some before the environment is parsed.
static bool failsnow(void)
{
	static int32_t left = -1; // 0: never again
	int32_t n;

	if (!Debug)
		return false;
	if (left < 0) {
		n = 0;
		for (char **e = argv + argc + 1; *e; e++) {
			const char *value = afterprefix(*e, "RT0_FAIL_MMAP=");

			if (value)
				atoi32(value, &n);
		}
		left = n;
	}
	return left > 0 && --left == 0; // not exact when several ask at once
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

void *sysReserve(uintptr_t n)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_NORESERVE,
	            -1);
}

void *sysReserveNone(uintptr_t n)
{
	return mmap(NULL, n, PROT_NONE, MAP_ANON | MAP_PRIVATE | MAP_NORESERVE, -1);
}

bool sysMap(void *p, uintptr_t n)
{
	return !failsnow() &&
	       syscall3(__NR_mprotect, ptrarg(p), n, PROT_READ | PROT_WRITE) == 0;
}

void sysFree(void *p, uintptr_t n)
{
	syscall3(__NR_munmap, ptrarg(p), n, 0);
}

void sysUnused(void *p, uintptr_t n)
{
	// Locked memory stays; its content must not.
	if (syscall3(__NR_madvise, ptrarg(p), n, MADV_DONTNEED) != 0)
		__builtin_memset(p, 0, n);
}

bool sysUnusedLazily(void *p, uintptr_t n)
{
	return syscall3(__NR_madvise, ptrarg(p), n, MADV_FREE) == 0;
}

// Since Linux 6.13 a guard needs no mapping of its own. Before that each one splits the
// mapping, of which a process may have vm.max_map_count: about 32,000 guards.
bool sysGuard(void *p, uintptr_t n)
{
	static bool nomadvise;

	if (!atomic_load_relaxed(&nomadvise)) {
		if (syscall3(__NR_madvise, ptrarg(p), n, MADV_GUARD_INSTALL) == 0)
			return true;
		atomic_store_relaxed(&nomadvise, true);
	}
	return syscall3(__NR_mprotect, ptrarg(p), n, PROT_NONE) == 0;
}

int64_t sysReadOnly(void *p, uintptr_t n)
{
	return syscall3(__NR_mprotect, ptrarg(p), n, PROT_READ);
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
