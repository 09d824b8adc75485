// tests/internal/heap_holes.c - the heap grows past mappings that others have in its way.
//
// Promises: with foreign mappings at the end of what the heap has reserved, and behind it
// again, 300 MiB of objects of all sizes and one object of 200 MiB are distinct and clean; the
// foreign pages keep what was in them; no span, no free page and no number of rt_memstats
// counts them; what was free before the hole is still used.
#include "internal.h"

#include "runtime/mem/mheap.h"

enum {
	Foreign = 3 << 20, // bytes of a foreign mapping: less than a chunk
	Objects = 3000,
	Size = 100000,
	Large = 200 << 20,
	Mark = 0x5a,
};

static unsigned char *foreign[3];

static unsigned char *map(uintptr_t p)
{
	int64_t r = rt_syscall(__NR_mmap, p, Foreign, PROT_READ | PROT_WRITE,
	                       MAP_ANON | MAP_PRIVATE, -1, 0);

	equal(r, p);
	__builtin_memset((void *)p, Mark, Foreign);
	return (unsigned char *)p;
}

static uintptr_t reservedend(void)
{
	return mheap.base + (mheap.reserved << PageShift);
}

static void apart(const void *p, size_t n, const void *q, size_t m)
{
	check((uintptr_t)p + n <= (uintptr_t)q || (uintptr_t)q + m <= (uintptr_t)p);
}

static unsigned char *object(size_t n)
{
	unsigned char *p = rt_calloc(1, n);

	for (size_t i = 0; i < n; i += 512)
		equal(p[i], 0);
	for (unsigned i = 0; i < nelem(foreign); i++)
		apart(p, n, foreign[i], foreign[i] ? Foreign : 0);
	__builtin_memset(p, (int)n & 0xff, n);
	return p;
}

static void keep(void)
{
	for (unsigned i = 0; i < nelem(foreign); i++) {
		uintptr_t page = heappage((uintptr_t)foreign[i]);

		check(page < mheap.npages && !pageisfree(&mheap.pages, page));
		check(!spanof((uintptr_t)foreign[i]));
		for (int k = 0; k < Foreign; k++)
			if (foreign[i][k] != Mark)
				failed(__FILE__, __LINE__, "a foreign page");
	}
}

static void small_objects(void)
{
	static unsigned char *p[Objects];
	uintptr_t low = UINTPTR_MAX;

	for (int i = 0; i < Objects; i++)
		p[i] = object(Size - (size_t)i);
	for (int i = 0; i < Objects; i++) {
		low = min(low, (uintptr_t)p[i]);
		for (size_t k = 0; k < Size - (size_t)i; k++)
			if (p[i][k] != ((Size - i) & 0xff))
				failed(__FILE__, __LINE__, "an object");
		rt_free(p[i]);
	}
	check(low < (uintptr_t)foreign[0]); // what was reserved before the hole is used
}

int rt_main(int argc, char **argv)
{
	struct rt_memstats m;
	uintptr_t end = reservedend();

	(void)argc, (void)argv;
	check(mheap.reserved > mheap.pages.end);
	foreign[0] = map(end);
	foreign[1] = map(end + (64 << 20)); // where the heap tries next, and
	foreign[2] = map(end + (128 << 20)); // then
	small_objects();
	check(reservedend() > (uintptr_t)foreign[2]);
	keep();
	rt_memstats(&m);
	check(m.heap < (uint64_t)Objects * Size + (128 << 20));
	equal(m.heap, (uint64_t)(mheap.pages.end - mheap.holepages) << PageShift);
	check(mheap.holepages >= (128 << 20) / HeapPage);
	rt_free(object(Large));
	heapcheck();
	keep();
	return 0;
}
