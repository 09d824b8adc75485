// tests/real/zlib_job.c - 16 goroutines compress buffers of all kinds and sizes at all levels,
// take them apart again and compare; now and then through a file.
#include "../lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { Workers = 16, MaxSize = 200000 };

static rt_waitgroup all;
static int64_t buffers, in, out;

// Text that repeats itself more or less.
static void fill(unsigned char *p, size_t n, uint64_t *seed)
{
	uint64_t kind = next_random(seed) % 4;

	for (size_t i = 0; i < n; i++) {
		uint64_t r = next_random(seed);

		if (kind == 0 || i < 64 || r % 16 == 0)
			p[i] = (unsigned char)(kind == 3 ? 'a' + r % 26 : r);
		else
			p[i] = p[i - 1 - r % (kind == 1 ? 4 : 64)];
	}
}

static void through_memory(const unsigned char *data, size_t n, int level)
{
	uLongf packed = compressBound(n), back = n;
	unsigned char *p = malloc(packed), *q = malloc(n + 1);

	equal(compress2(p, &packed, data, n, level), Z_OK);
	equal(uncompress(q, &back, p, packed), Z_OK);
	equal(back, n);
	check(memcmp(data, q, n) == 0);
	equal(crc32(0, q, (uInt)n), crc32(0, data, (uInt)n));
	__atomic_fetch_add(&in, (int64_t)n, __ATOMIC_RELAXED);
	__atomic_fetch_add(&out, (int64_t)packed, __ATOMIC_RELAXED);
	free(p);
	free(q);
}

typedef struct {
	const unsigned char *data;
	size_t n;
} Data;

// Reads and writes: for rt_cgocall.
static void through_file(void *arg)
{
	const Data *d = arg;
	char name[] = "/tmp/zlibjobXXXXXX";
	unsigned char *q = malloc(d->n + 1);
	int fd = mkstemp(name);
	gzFile f = gzdopen(fd, "wb6");

	check(f != NULL);
	equal(gzwrite(f, d->data, (unsigned)d->n), d->n);
	equal(gzclose(f), Z_OK);
	f = gzopen(name, "rb");
	check(f != NULL);
	equal(gzread(f, q, (unsigned)d->n + 1), d->n);
	equal(gzclose(f), Z_OK);
	check(memcmp(d->data, q, d->n) == 0);
	equal(unlink(name), 0);
	free(q);
}

static void work(void *arg)
{
	uint64_t seed = (uintptr_t)arg;

	for (int64_t i = 0; i < buffers; i++) {
		size_t n = 1 + next_random(&seed) % (i % 8 ? 4096 : MaxSize);
		Data d = { malloc(n), n };

		fill((unsigned char *)d.data, n, &seed);
		through_memory(d.data, n, (int)(i % 10));
		if (i % 20 == 0)
			rt_cgocall(through_file, &d);
		free((void *)d.data);
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	buffers = argument(argc, argv, 400);
	rt_waitgroup_add(&all, Workers);
	for (intptr_t i = 1; i <= Workers; i++)
		rt_go(work, (void *)i);
	rt_waitgroup_wait(&all);
	printf("%d buffers, %ld bytes, %ld packed\n", (int)(Workers * buffers), (long)in,
	       (long)out);
	check(out < in);
	return 0;
}
