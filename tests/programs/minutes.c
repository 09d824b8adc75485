// tests/programs/minutes.c - a traceback says how many minutes a goroutine has waited, of one that
// waits for less than a minute nothing. The argument is for how many seconds, 0 without one;
// the process sleeps meanwhile.
#include "../lib/test.h"

static char text[1 << 16];

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

int rt_main(int argc, char **argv)
{
	enum { Minute = 60, Late = 15 }; // seconds; a wait counts from a look at it
	rt_chan *c = rt_chan_make(0, 0);
	int64_t seconds = argument(argc, argv, 0);
	char one[64];

	rt_go(receives, c);
	rt_sleep(seconds * RT_SECOND);
	rt_stack(text, sizeof text, true);
	rt_snprintf(one, sizeof one, "[chan receive, %d minutes]:\n",
	            (int)(seconds / Minute));
	if (seconds < Minute)
		check(!find(text, " minutes"));
	else if (seconds % Minute >= Late)
		check(find(text, one));
	rt_chan_send(c, NULL);
	return 0;
}
