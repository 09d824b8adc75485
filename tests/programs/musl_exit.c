// tests/programs/musl_exit.c - with musl: constructors run before rt_main on the main
// goroutine, the handlers of atexit in reverse before the destructors, all as goroutines may;
// and what printf has kept comes out at the end, however the end comes.
// cflags: --musl
// args: one "two words"
// matrix: GOMAXPROCS=1,4 WAY=return,rt_exit,exit,goroutine GREETING=hello
// exit: 7
// stdout: constructor: hello, 3 arguments, goroutine 1
// stdout: rt_main: one, two words; 0.1 is 0.10000000000000001
// stdout: second handler
// stdout: first handler
// stdout: destructor
#include "../lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rt_chan *c;

static void answer(void *arg)
{
	rt_chan_send(arg, NULL);
}

// The runtime works here.
static void ask(void)
{
	rt_go(answer, c);
	check(rt_chan_recv(c, NULL));
}

static __attribute__((constructor)) void construct(int argc, char **argv)
{
	check(strcmp(argv[1], "one") == 0);
	printf("constructor: %s, %d arguments, goroutine %d\n", getenv("GREETING"), argc,
	       (int)rt_goid());
	c = rt_chan_make(0, 0);
	ask();
}

static __attribute__((destructor)) void destroy(void)
{
	ask();
	puts("destructor");
}

static void first(void)
{
	ask();
	puts("first handler");
}

static void second(void)
{
	puts("second handler");
}

static void leave(void *arg)
{
	(void)arg;
	rt_exit(7);
}

int rt_main(int argc, char **argv)
{
	const char *way = getenv("WAY");

	equal(argc, 3);
	printf("rt_main: %s, %s; 0.1 is %.17g\n", argv[1], argv[2], 0.1);
	atexit(first);
	atexit(second);
	if (strcmp(way, "rt_exit") == 0)
		rt_exit(7);
	if (strcmp(way, "exit") == 0)
		exit(7);
	if (strcmp(way, "goroutine") == 0) {
		rt_go(leave, NULL);
		rt_chan_recv(rt_chan_make(0, 0), NULL);
	}
	return 7;
}
