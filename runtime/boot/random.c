// random.c - randomness from the kernel: the seed of fastrand.
//
// Follows Go's os_linux.go (getRandomData).
//
// built: unchecked
#include "runtime/boot/boot.h"

enum { AtRandomSize = 16 };

uintptr_t fastrandseed;

STEP void fastrandinit(void)
{
	getRandomData((uint8_t *)&fastrandseed, sizeof fastrandseed);
}

// Fills what is left from what there is, mixed with the time.
static void extendRandom(uint8_t *r, uintptr_t from, uintptr_t n)
{
	uint64_t h = (uint64_t)nanotime() ^ fastrandseed;

	for (uintptr_t i = from; i < n; i++) {
		h = (h ^ (from > 0 ? r[i % from] : 0)) * 0x9e3779b97f4a7c15;
		h ^= h >> 29;
		r[i] = (uint8_t)(h >> 56);
	}
}

STEP void getRandomData(uint8_t *r, uintptr_t n)
{
	uintptr_t have = 0;
	int64_t fd, got;

	if (startupRandomData) {
		have = min(n, (uintptr_t)AtRandomSize);
		__builtin_memcpy(r, startupRandomData, have);
	} else {
		fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC, 0);
		got = fd < 0 ? 0 : read((int32_t)fd, r, n);
		have = got < 0 ? 0 : (uintptr_t)got;
		if (fd >= 0)
			closefd((int32_t)fd);
	}
	extendRandom(r, have, n);
}
