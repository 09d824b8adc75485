// sysmem.c - memory from the kernel.
#include "runtime/base/str.h"
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

void *sysReserve(uintptr_t n)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_NORESERVE,
	            -1);
}

void *sysReserveNone(void *hint, uintptr_t n)
{
	return mmap(hint, n, PROT_NONE, MAP_ANON | MAP_PRIVATE | MAP_NORESERVE, -1);
}

bool sysMap(void *p, uintptr_t n)
{
	return !failsnow() &&
	       syscall3(__NR_mprotect, ptrarg(p), n, PROT_READ | PROT_WRITE) == 0;
}

void sysPopulate(void *p, uintptr_t n)
{
	syscall3(__NR_madvise, ptrarg(p), n, MADV_POPULATE_WRITE);
}

void sysFree(void *p, uintptr_t n)
{
	syscall3(__NR_munmap, ptrarg(p), n, 0);
}

void sysDump(void *p, uintptr_t n, bool dump)
{
	syscall3(__NR_madvise, ptrarg(p), n, dump ? MADV_DODUMP : MADV_DONTDUMP);
}

void sysUnused(void *p, uintptr_t n, bool lazily)
{
	// Locked memory stays; its content must not.
	if (syscall3(__NR_madvise, ptrarg(p), n, lazily ? MADV_FREE : MADV_DONTNEED) != 0)
		__builtin_memset(p, 0, n);
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
