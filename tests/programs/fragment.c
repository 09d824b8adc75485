// tests/programs/fragment.c - memory is used well, and given back.
//
// Promises: with 100,000 live objects of 16 B to 32 KiB, after many random frees and
// allocations by four goroutines, resident memory is at most 1.4 times what is live; when
// all has been freed, it falls under 16 MiB within seconds of idling, and rt_memstats
// agrees; memory that was given back is used again. The argument says how many.
// matrix: GOMAXPROCS=1,2,4
// args: 400000
// timeout: 120
// hosted: not any: the heap is the C library's
// arch: not qemu: the resident memory is the emulator's
#include "../lib/rounds.h"
#include "../lib/test.h"

#include <fcntl.h>

enum { Workers = 4, Most = 100000, MiB = 1 << 20 };

typedef struct {
	char *p;
	size_t n;
} Object;

static Object objects[Most];
static int live, mine; // objects that are live at once, and each worker's
static int64_t changes;
static rt_waitgroup done;

static int64_t resident(void)
{
	int fd = rt_open("/proc/self/statm", O_RDONLY, 0);
	char text[64];
	int64_t n = 0;
	const char *p = text;

	check(rt_read(fd, text, sizeof text) > 0);
	rt_close(fd);
	while (*p != ' ')
		p++;
	while (*++p != ' ')
		n = n * 10 + (*p - '0');
	return n * 4096;
}

// Every page of it is written to; its ends carry a mark.
static void obtain(Object *o, uint64_t *seed)
{
	o->n = 16 + next_random(seed) % (32768 - 16 + 1);
	o->p = rt_malloc(o->n);
	for (size_t i = 0; i < o->n; i += 4096)
		o->p[i] = 1;
	o->p[0] = (char)o->n;
	o->p[o->n - 1] = (char)(o->n >> 8);
}

static void give(Object *o)
{
	check(o->n == 16 || o->p[0] == (char)o->n);
	check(o->p[o->n - 1] == (char)(o->n >> 8));
	rt_free(o->p);
	o->p = NULL;
}

static void churn(void *arg)
{
	Object *own = arg;
	uint64_t seed = 88172645463325252 + (uintptr_t)(own - objects);

	for (int i = 0; i < mine; i++)
		obtain(&own[i], &seed);
	for (int64_t i = 0; i < changes / Workers; i++) {
		Object *o = &own[next_random(&seed) % (uint64_t)mine];

		give(o);
		obtain(o, &seed);
		if (i % 1000 == 0)
			rt_gosched(); // and continues on another P
	}
	rt_waitgroup_done(&done);
}

static void fill(void)
{
	rt_waitgroup_add(&done, Workers);
	for (int i = 0; i < Workers; i++)
		rt_go(churn, &objects[i * mine]);
	rt_waitgroup_wait(&done);
}

// What a debug build remembers of objects stays.
static int64_t records(const struct rt_memstats *m)
{
	const char *variant = rt_getenv("RT0_VARIANT");

	return variant && !same(variant, "release") ? (int64_t)m->other : 0;
}

static void returned(void)
{
	struct rt_memstats m;
	int64_t start = rt_nanotime();

	for (int i = 0; i < live; i++)
		give(&objects[i]);
	// To the kernel, and by the Ps' caches to the heap.
	while (rt_memstats(&m), resident() >= 16 * MiB + records(&m) || m.heap - m.heap_free >= 8 * MiB ||
	                                m.heap_free - m.heap_released >= 8 * MiB) {
		if (rt_nanotime() - start > 20 * RT_SECOND) {
			rt_eprintf("resident: %lld bytes\n", (long long)resident());
			failed(__FILE__, __LINE__, "all is given back in seconds");
		}
		rt_sleep(100 * RT_MILLISECOND);
	}
	rt_printf("given back after %lld ms: %lld KiB resident\n",
	          (long long)(rt_nanotime() - start) / 1000000, (long long)resident() / 1024);
	check(m.objects < 100);
	check(m.heap >= (uint64_t)live * 16384);
}

int rt_main(int argc, char **argv)
{
	int64_t bytes = 0, used;
	struct rt_memstats m;

	changes = rounds((int)argument(argc, argv, 10000000));
	mine = rounds(Most / Workers);
	live = mine * Workers;
	fill();
	for (int i = 0; i < live; i++)
		bytes += (int64_t)objects[i].n;
	used = resident();
	rt_printf("live %lld MiB, resident %lld MiB, ratio %.3f\n", (long long)bytes / MiB,
	          (long long)used / MiB, (double)used / (double)bytes);
	check(used <= bytes + bytes * 2 / 5);
	rt_memstats(&m);
	check(m.objects >= (uint64_t)live && m.objects < (uint64_t)live + 100);
	check((int64_t)m.object_bytes >= bytes && (int64_t)m.object_bytes < bytes + bytes / 8);
	returned();
	changes = 4;
	fill();
	returned();
	return 0;
}
