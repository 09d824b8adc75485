// tests/crash/freed_kinds.c - in a debug build rt_free takes memory alone, and each call of the
// interface an object of its own kind.
// env: HOW=free_chan
// env: HOW=free_timer
// env: HOW=free_task
// env: HOW=free_ctx
// env: HOW=free_group
// env: HOW=realloc_chan
// env: HOW=send_memory
// env: HOW=send_inside
// env: HOW=send_stack
// env: HOW=stop_chan
// env: HOW=join_memory
// env: HOW=err_timer
// env: HOW=wait_timer
// stderr~: ^fatal error: use of (a (channel|timer|task|context|group) as memory: 0x[0-9a-f]+|memory as a (channel|task): 0x[0-9a-f]+|a channel as a timer: 0x[0-9a-f]+|a timer as a (context|group): 0x[0-9a-f]+|0x[0-9a-f]+ as a channel: it is inside an object of 64 bytes|0x[0-9a-f]+ as a channel: it was not allocated)$
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include "../lib/test.h"

static void *work(void *arg)
{
	rt_sleep(RT_SECOND);
	return arg;
}

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	rt_chan *c = rt_chan_make(8, 1);
	rt_timer *t = rt_timer_chan(RT_SECOND, 0);
	rt_ctx *x = rt_ctx_with_cancel(rt_ctx_background());
	rt_task *task = rt_spawn(work, NULL);
	char *p = rt_malloc(64);
	int64_t v = 1;

	(void)argc, (void)argv;
	if (same(how, "free_chan"))
		rt_free(c);
	else if (same(how, "free_timer"))
		rt_free(t);
	else if (same(how, "free_task"))
		rt_free(task);
	else if (same(how, "free_ctx"))
		rt_free(x);
	else if (same(how, "free_group"))
		rt_free(rt_group_new(x));
	else if (same(how, "realloc_chan"))
		rt_realloc(c, 1000);
	else if (same(how, "send_memory"))
		rt_chan_send((rt_chan *)p, &v);
	else if (same(how, "send_inside"))
		rt_chan_send((rt_chan *)(p + 16), &v);
	else if (same(how, "send_stack"))
		rt_chan_send((rt_chan *)&v, &v);
	else if (same(how, "stop_chan"))
		rt_timer_stop((rt_timer *)c);
	else if (same(how, "join_memory"))
		rt_join((rt_task *)p);
	else if (same(how, "err_timer"))
		rt_ctx_err((rt_ctx *)t);
	else if (same(how, "wait_timer"))
		rt_group_wait((rt_group *)t);
	return 0;
}
