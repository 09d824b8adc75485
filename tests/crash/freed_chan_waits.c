// tests/crash/freed_chan_waits.c - freeing a channel on which a goroutine waits is fatal, in
// every build.
// env: HOW=recv
// env: HOW=send
// env: HOW=select
// stderr: fatal error: rt_chan_free: goroutines wait on the channel
// stderr: goroutine 1 [running]:
// exit: 2
#include "../lib/test.h"

static rt_chan *c;
static int64_t v;

static void waits(void *arg)
{
	rt_case k = RT_RECV(c, &v);

	switch (*(const char *)arg) {
	case 'r':
		rt_chan_recv(c, &v);
		break;
	default:
		if (same(arg, "send"))
			rt_chan_send(c, &v);
		else
			rt_select(&k, 1);
	}
}

static bool begins(const char *text, const char *with)
{
	while (*with && *text == *with)
		text++, with++;
	return !*with;
}

// As the traceback of all goroutines says.
static bool waiting(void)
{
	static char text[8192];

	rt_stack(text, sizeof text, true);
	for (const char *t = text; *t; t++) {
		if (begins(t, "[chan ") || begins(t, "[select"))
			return true;
	}
	return false;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	c = rt_chan_make(8, 0);
	rt_go(waits, (void *)rt_getenv("HOW"));
	while (!waiting())
		rt_gosched();
	rt_chan_free(c);
	return 0;
}
