// tests/programs/musl_popen.c - with musl: goroutines that start processes by popen, and others
// that open files meanwhile, wait for the library's list of files without holding a P. So does
// malloc, by many at once.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// stdout: ok
#include "../lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { Goroutines = 8, Processes = 6, Files = 200, Blocks = 2000 };

static rt_waitgroup wg;

// A child closes the files of other popens by number, also of one whose pclose is under way: with
// any threads, musl's popen may then lose its own pipe.
static rt_mutex starting;

static void starts(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < Processes; i++) {
		char command[32], line[32] = "", wanted[32];
		FILE *f;

		snprintf(command, sizeof command, "echo %d %d", me, i);
		snprintf(wanted, sizeof wanted, "%d %d\n", me, i);
		rt_mutex_lock(&starting);
		f = popen(command, "r");
		check(f != NULL);
		check(fgets(line, sizeof line, f) != NULL);
		check(strcmp(line, wanted) == 0);
		equal(pclose(f), 0);
		rt_mutex_unlock(&starting);
	}
	rt_waitgroup_done(&wg);
}

static void opens(void *arg)
{
	(void)arg;
	for (int i = 0; i < Files; i++) {
		FILE *f = fopen("/dev/null", "r");

		check(f != NULL);
		equal(fgetc(f), EOF);
		equal(fclose(f), 0);
		if (i % 50 == 0)
			fflush(NULL);
	}
	rt_waitgroup_done(&wg);
}

static void allocates(void *arg)
{
	char *block[16] = { 0 };

	(void)arg;
	for (int i = 0; i < Blocks; i++) {
		free(block[i % 16]);
		block[i % 16] = malloc((size_t)(i * 37 % 5000) + 1);
		check(block[i % 16] != NULL);
		block[i % 16][0] = (char)i;
	}
	for (int i = 0; i < 16; i++)
		free(block[i]);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (intptr_t i = 0; i < Goroutines; i++) {
		rt_waitgroup_add(&wg, 3);
		rt_go(starts, (void *)i);
		rt_go(opens, NULL);
		rt_go(allocates, NULL);
	}
	rt_waitgroup_wait(&wg);
	puts("ok");
	return 0;
}
