// tests/crash/freed_timer_debug.c - in a debug build the use of a freed timer says where it was
// made and where freed, and what is in its place. A timer's channel is the timer's.
// env: HOW=free
// env: HOW=channel
// env: HOW=again
// env: HOW=chan_free
// env: HOW=chan_close
// stderr~: ^fatal error: (use of a freed timer: 0x[0-9a-f]+\nallocated by goroutine 1:\n(rt_timer_chan\(\.\.\.\)\n\t.*\n)?rt_main\(\.\.\.\)\n\t.*\nfreed by goroutine 1:\n(rt_timer_free\(\.\.\.\)\n\t.*\n)?rt_main\(\.\.\.\)\n\t|use of a freed timer: 0x[0-9a-f]+, which is memory now\nfreed by goroutine 1:\n(rt_timer_free\(\.\.\.\)\n\t.*\n)?rt_main\(\.\.\.\)\n\t.*\nallocated again by goroutine 1:\nrt_main\(\.\.\.\)|use of a timer's channel as the program's: 0x[0-9a-f]+\nallocated by goroutine 1:\nrt_chan_make)
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	rt_timer *t = rt_timer_chan(RT_SECOND, 0);
	size_t n = rt_malloc_usable_size(t);

	(void)argc, (void)argv;
	if (same(how, "chan_free"))
		rt_chan_free(rt_timer_c(t));
	if (same(how, "chan_close"))
		rt_chan_close(rt_timer_c(t));
	rt_timer_free(t);
	while (same(how, "again") && rt_malloc(n) != (void *)t)
		;
	if (same(how, "channel"))
		rt_timer_c(t);
	rt_timer_free(t);
	return 0;
}
