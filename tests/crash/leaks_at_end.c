// tests/crash/leaks_at_end.c - GODEBUG=leaks=2 writes what is leaked when the program ends, and lets
// it fail; goroutines that wait at one place are shown once.
// env: GODEBUG=leaks=2
// cflags: -g
// hosted: not any: the C library's objects are LeakSanitizer's
// stderr~: ^leaked goroutines: 12; objects that they hold: 3, [0-9]+ bytes\n\ngoroutine [0-9]+ \[chan receive \(leaked\)\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?waits\(\.\.\.\)\n\t.*\ncreated by starts in goroutine 1\n\t.*\nand 9 more like it\n
// stderr~: \ngoroutine [0-9]+ \[chan send \(leaked\)\]:\n(rt_chan_send\(\.\.\.\)\n\t.*\n)?sends\(\.\.\.\)\n\t.*\ncreated by starts in goroutine 1\n\t.*\nand 1 more like it\n
// stderr~: \nlost objects: 1, [0-9]+ bytes\n
// exit: 23
#include "../lib/leaking.h"

static rt_chan *none;
static volatile int after; // the calls below are not the last ones

static void waits(void *c)
{
	rt_chan_recv(c, NULL);
	after++;
}

static void sends(void *c)
{
	rt_chan_send(c, NULL);
	after++;
}

static APART void starts(rt_func *fn, rt_chan *c, int n)
{
	for (int i = 0; i < n; i++)
		rt_go(fn, c);
}

static APART void forgets(void)
{
	starts(waits, rt_chan_make(0, 0), 10);
	starts(sends, rt_chan_make(0, 0), 1);
	starts(sends, rt_chan_make(0, 0), 1);
	none = rt_malloc(100);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	forgets();
	await_in(10, "chan receive");
	await_in(2, "chan send");
	none = NULL;
	wipe_stack();
	return 0;
}
