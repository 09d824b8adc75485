// bench/alloc.c - rt_malloc and rt_free, by a goroutine for each P.
#include "bench.h"

static void *allocate(size_t size)
{
	return rt_malloc(size);
}

static void release(void *p)
{
	rt_free(p);
}

static void yield(void)
{
	rt_gosched();
}

static int procs(void)
{
	return rt_gomaxprocs(0);
}

static int64_t nanotime(void)
{
	return rt_nanotime();
}

typedef struct {
	void (*work)(int);
	int i;
} Part;

static rt_waitgroup done;

static void run(void *arg)
{
	const Part *part = arg;

	part->work(part->i);
	rt_waitgroup_done(&done);
}

static void parallel(int workers, void (*work)(int))
{
	rt_waitgroup_add(&done, workers);
	for (int i = 0; i < workers; i++)
		rt_go_copy(run, &(Part){ work, i }, sizeof(Part));
	rt_waitgroup_wait(&done);
}

#include "alloc.h"

int rt_main(int argc, char **argv)
{
	measure_all(count(argc, argv, 10000000));
	return 0;
}
