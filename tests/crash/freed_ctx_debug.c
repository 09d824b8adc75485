// tests/crash/freed_ctx_debug.c - in a debug build each use of a freed context is fatal, and the
// error says where it was made and freed. Its channel is the context's.
// env: HOW=free
// env: HOW=ref
// env: HOW=cancel
// env: HOW=done
// env: HOW=err
// env: HOW=deadline
// env: HOW=child
// env: HOW=chan_free
// env: HOW=chan_close
// stderr~: ^fatal error: (use of a freed context: 0x[0-9a-f]+\nallocated by goroutine 1:\n(.*\n\t.*\n)*rt_main\(\.\.\.\)\n\t.*\nfreed by goroutine 1:\n(.*\n\t.*\n)*rt_main\(\.\.\.\)\n|use of a context's channel as the program's: 0x[0-9a-f]+\n)
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	rt_ctx *c = rt_ctx_with_cancel(rt_ctx_background());

	(void)argc, (void)argv;
	if (same(how, "chan_free"))
		rt_chan_free(rt_ctx_done(c));
	if (same(how, "chan_close"))
		rt_chan_close(rt_ctx_done(c));
	rt_ctx_free(c);
	if (same(how, "free"))
		rt_ctx_free(c);
	else if (same(how, "ref"))
		rt_ctx_ref(c);
	else if (same(how, "cancel"))
		rt_ctx_cancel(c);
	else if (same(how, "done"))
		rt_ctx_done(c);
	else if (same(how, "err"))
		rt_ctx_err(c);
	else if (same(how, "deadline"))
		rt_ctx_deadline(c);
	else if (same(how, "child"))
		rt_ctx_with_cancel(c);
	return 0;
}
