// osinit.c - the number of processors and the size of a huge page.
#include "runtime/base/str.h"
#include "runtime/os/os.h"

int32_t ncpu;
uint32_t processorVersionInfo;
uint8_t isIntel, lfenceBeforeRdtsc;

STEP void osinit(void)
{
	ncpu = getproccount();
	physHugePageSize = getHugePageSize();
}

// The processors this process may run on.
STEP int32_t getproccount(void)
{
	uint8_t buf[8192]; // 64 Ki processors; only g0's stack has room for it
	int64_t r = sched_getaffinity(0, sizeof buf, buf);
	int32_t n = 0;

	for (int64_t i = 0; i < r; i++)
		n += __builtin_popcount(buf[i]);
	return n > 0 ? n : 1;
}

STEP uintptr_t getHugePageSize(void)
{
	char buf[24];
	uint64_t n;
	int64_t r, fd = open("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
	                     O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	r = read((int32_t)fd, buf, sizeof buf - 1);
	closefd((int32_t)fd);
	if (r <= 1)
		return 0;
	buf[r - 1] = '\0'; // the newline
	if (!atou64(buf, &n) || (n & (n - 1)) != 0)
		return 0;
	return n;
}
