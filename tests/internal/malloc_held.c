// tests/internal/malloc_held.c - while a marker holds the heap, no object becomes one that is in use:
// also not a large one, or in debug builds a small one, of a thread without a P.
// env: GOMAXPROCS=2
// matrix: SIZE=100,1000000
// hosted: not any: objects are the C library's
#include "internal.h"
#include "runtime/mem/mark.h"

static size_t size;
static void *object;
static uint32_t held, done;

static void allocates(void *unused)
{
	(void)unused;
	while (!atomic_load_acquire(&held))
		osyield();
	object = rt_malloc(size);
	atomic_store_release(&done, 1);
}

static void calls(void *unused)
{
	rt_cgocall(allocates, unused);
}

static uint64_t nlarge(void)
{
	return atomic_load_relaxed(&memstats.nlarge);
}

int rt_main(int argc, char **argv)
{
	int64_t end;
	uint64_t before;

	(void)argc, (void)argv;
	size = same(rt_getenv("SIZE"), "100") ? 100 : 1000000;
	before = nlarge();
	rt_go(calls, NULL);
	lock(&mheap.sharedLock);
	atomic_store_release(&held, 1);
	// A large one has its span then, but is not handed out.
	end = rt_nanotime() + (size == 100 ? 10 : 30000) * RT_MILLISECOND;
	while (nlarge() == before && rt_nanotime() < end)
		osyield();
	check(size == 100 || nlarge() > before);
	for (int64_t i = rt_nanotime() + 20 * RT_MILLISECOND; rt_nanotime() < i;)
		osyield();
	check(!atomic_load_acquire(&done));
	unlock(&mheap.sharedLock);
	while (!atomic_load_acquire(&done))
		rt_gosched();
	rt_free(object);
	return 0;
}
