// tests/crash/freed_chan.c - in a debug build each use of a freed channel is fatal, and the
// error says where it was made and where freed; so is one of memory that is no channel, or is
// another object by now.
// env: HOW=send
// env: HOW=recv
// env: HOW=try_send
// env: HOW=try_recv
// env: HOW=send_until
// env: HOW=recv_until
// env: HOW=close
// env: HOW=free
// env: HOW=len
// env: HOW=cap
// env: HOW=select_send
// env: HOW=select_recv
// env: HOW=notify
// stderr~: ^fatal error: use of a freed channel: 0x[0-9a-f]+\nallocated by goroutine 1:\nrt_chan_make\(\.\.\.\)\n\t.*\nmake\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\nfreed by goroutine 1:\n(rt_chan_free\(\.\.\.\)\n\t.*\n)?unmake\(\.\.\.\)\n\t.*\n
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// timeout: 20
// variants: debug stress
#include "../lib/test.h"

#include <signal.h>

static int made;

// No jumps to the runtime's functions, which would leave no trace of these.
static __attribute__((noipa)) rt_chan *make(void)
{
	rt_chan *c = rt_chan_make(8, 1);

	made++;
	return c;
}

static __attribute__((noipa)) void unmake(void *c)
{
	rt_chan_free(c);
	made--;
}

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	rt_chan *c = make(), *other = rt_chan_make(8, 1);
	int64_t v = 1;
	rt_case cases[] = { RT_RECV(other, &v), RT_SEND(c, &v) };

	(void)argc, (void)argv;
	unmake(c);
	if (same(how, "send"))
		rt_chan_send(c, &v);
	else if (same(how, "recv"))
		rt_chan_recv(c, &v);
	else if (same(how, "try_send"))
		rt_chan_try_send(c, &v);
	else if (same(how, "try_recv"))
		rt_chan_try_recv(c, &v, NULL);
	else if (same(how, "send_until"))
		rt_chan_send_until(c, &v, 0);
	else if (same(how, "recv_until"))
		rt_chan_recv_until(c, &v, 0);
	else if (same(how, "close"))
		rt_chan_close(c);
	else if (same(how, "free"))
		rt_chan_free(c);
	else if (same(how, "len"))
		rt_chan_len(c);
	else if (same(how, "cap"))
		rt_chan_cap(c);
	else if (same(how, "notify"))
		rt_signal_notify(SIGUSR1, c);
	else if (same(how, "select_recv"))
		cases[1] = RT_RECV(c, &v);
	rt_select(cases, 2);
	return 0;
}
