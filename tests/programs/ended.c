// tests/programs/ended.c - functions that are left by a panic or rt_goexit have ended: for
// rt_once_do they are done, for rt_join there is a result (NULL).
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

static rt_once once[2];
static int calls;

static void panics_once(void *arg)
{
	(void)arg;
	calls++;
	rt_panic("once");
}

static void dopanics(void *o)
{
	rt_once_do(o, panics_once, NULL);
}

static void exits(void *arg)
{
	(void)arg;
	calls++;
	rt_goexit();
}

static void *doexits(void *o)
{
	rt_once_do(o, exits, NULL);
	return o; // not reached
}

static void recovers(void *arg)
{
	char text[16];

	(void)arg;
	check(rt_recover(dopanics, &once[0], text, sizeof text));
	check(same(text, "once"));
}

static void *spawnedpanics(void *arg)
{
	recovers(arg);
	return &once[0];
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	check(rt_join(rt_spawn(spawnedpanics, NULL)) == &once[0]);
	equal(calls, 1);
	rt_once_do(&once[0], panics_once, NULL); // it was
	equal(calls, 1);

	check(rt_join(rt_spawn(doexits, &once[1])) == NULL);
	equal(calls, 2);
	rt_once_do(&once[1], panics_once, NULL);
	equal(calls, 2);
	rt_detach(rt_spawn(doexits, &once[1]));
	return 0;
}
