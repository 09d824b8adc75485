// tests/programs/musl_no_room.c - with musl: where an address space limit leaves no room for a
// goroutine's stack, pthread_create returns EAGAIN and thrd_create thrd_nomem. When
// others have ended there is room again.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// arch: not qemu: the limit is the emulator's
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <threads.h>
#include <unistd.h>

enum { Most = 100000, More = 96 << 20 };

static sem_t go;

static void *waits(void *arg)
{
	sem_wait(&go);
	return arg;
}

static int c11(void *unused)
{
	(void)unused;
	return 5;
}

// Returns how many bytes of address space there are in use.
static size_t used(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	size_t pages = 0;

	check(f && fscanf(f, "%zu", &pages) == 1);
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

// Does a goroutine begin on a segment of 64 MiB?
static bool starts_on_segment(void)
{
#ifdef __x86_64__
	return strstr(getenv("RT0_VARIANT"), "clang");
#else
	return true;
#endif
}

int main(void)
{
	static pthread_t t[Most];
	struct rlimit limit;
	int n = 0, error, result;
	thrd_t c;

	sem_init(&go, 0, 0);
	limit.rlim_cur = limit.rlim_max = used() + More;
	equal(setrlimit(RLIMIT_AS, &limit), 0);
	while ((error = pthread_create(&t[n], NULL, waits, NULL)) == 0) {
		n++;
		check(n < Most);
	}
	equal(error, EAGAIN);
	check(n > (starts_on_segment() ? 0 : 100));
	equal(thrd_create(&c, c11, NULL), thrd_nomem);
	for (int i = 0; i < n; i++)
		sem_post(&go);
	for (int i = 0; i < n; i++)
		equal(pthread_join(t[i], NULL), 0);
	do { // one that has been joined leaves its stack a moment later
		rt_gosched();
		result = thrd_create(&c, c11, NULL);
	} while (result == thrd_nomem);
	equal(result, thrd_success);
	equal(thrd_join(c, &result), thrd_success);
	equal(result, 5);
	return 0;
}
