// tests/real/beside.c - runs another program's main, compiled with -Dmain=other_main, within a
// goroutine, beside 80 that sleep and 20 that compute in the C library most of the time.
#include "../lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { Sleepers = 80, Computers = 20, Turns = 20 };

static const struct timespec a_while = { .tv_nsec = 5000000 };

int other_main(int argc, char **argv);

typedef struct {
	int argc;
	char **argv;
} Arguments;

// Its main may return in a forked child as well, which has no other goroutine.
static void call(void *arg)
{
	Arguments *a = arg;

	exit(other_main(a->argc, a->argv));
}

static void sleeper(void *arg)
{
	for (;;)
		nanosleep(&a_while, NULL);
}

static void computer(void *arg)
{
	char text[64];

	for (;;) {
		for (int i = 0; i < Turns; i++) {
			double x = i / 7.0;

			snprintf(text, sizeof text, "%.17g", x);
			check(strtod(text, NULL) == x);
		}
		nanosleep(&a_while, NULL);
	}
}

int rt_main(int argc, char **argv)
{
	static Arguments arguments;
	static rt_chan *never;

	arguments = (Arguments){ argc, argv };
	never = rt_chan_make(0, 0);
	for (int i = 0; i < Sleepers; i++)
		rt_go(sleeper, NULL);
	for (int i = 0; i < Computers; i++)
		rt_go(computer, NULL);
	rt_go(call, &arguments);
	rt_chan_recv(never, NULL);
	return 1;
}
