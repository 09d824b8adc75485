// tests/programs/init.c - constructors run before rt_main, on the main goroutine, by
// priority; rt_exit runs the destructors the other way round and ends with its status.
// env: GOMAXPROCS=1
// env: GOMAXPROCS=4
// exit: 7
// stdout: constructor 101
// stdout: constructor 102
// stdout: constructor without priority
// stdout: rt_main
// stdout: destructor without priority
// stdout: destructor 102
// stdout: destructor 101
// hosted: not any: constructors run before the runtime starts there
#include "../lib/test.h"

#define FIRST __attribute__((constructor(101)))
#define SECOND __attribute__((constructor(102)))
#define PLAIN __attribute__((constructor))

static rt_chan *c;

static void answer(void *arg)
{
	rt_chan_send(arg, NULL);
}

static FIRST void construct_first(void)
{
	rt_printf("constructor 101\n");
	equal(rt_goid(), 1);
	c = rt_chan_make(0, 0);
}

// A constructor may do all that a goroutine may.
static SECOND void construct_second(void)
{
	rt_printf("constructor 102\n");
	rt_go(answer, c);
	check(rt_chan_recv(c, NULL));
	rt_sleep(RT_MICROSECOND);
}

static PLAIN void construct(void)
{
	rt_printf("constructor without priority\n");
}

static __attribute__((destructor(101))) void destroy_last(void)
{
	rt_printf("destructor 101\n");
}

static __attribute__((destructor(102))) void destroy_second(void)
{
	rt_printf("destructor 102\n");
}

static __attribute__((destructor)) void destroy_first(void)
{
	rt_printf("destructor without priority\n");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_printf("rt_main\n");
	rt_exit(7);
}
