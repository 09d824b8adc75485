// tests/crash/select_send_on_closed.c - a select that sends on a closed channel panics: closed before it,
// or while it waits, with a deadline or without.
// env: HOW=before
// env: HOW=while
// env: HOW=until
// matrix: GOMAXPROCS=1,2,4
// stderr: panic: send on closed channel
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

static void closes(void *arg)
{
	for (int i = 0; i < 5; i++)
		rt_gosched();
	rt_chan_close(arg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_chan *c = rt_chan_make(sizeof(int), 0);
	const char *how = rt_getenv("HOW");
	int v = 1;
	rt_case k[] = { RT_RECV(rt_chan_make(0, 0), NULL), RT_SEND(c, &v) };

	if (how[0] == 'b')
		rt_chan_close(c);
	else
		rt_go(closes, c);
	if (how[0] == 'u')
		rt_chan_send_until(c, &v, rt_nanotime() + 60 * RT_SECOND);
	else
		rt_select(k, 2);
	return 0;
}
