// tests/crash/short_object.c - in a debug build what would be written past an object, or read
// from behind it, is found before that, where the object is in the heap: a received element, one
// to send, a task's result, a buffer of a file. On the stack, what would cross a frame's end,
// or is in a frame that is gone.
// env: HOW=recv
// env: HOW=try_recv
// env: HOW=select
// env: HOW=recv_until
// env: HOW=send
// env: HOW=freed
// env: HOW=inside
// env: HOW=join
// env: HOW=read
// env: HOW=write
// env: HOW=frame
// env: HOW=returned
// env: HOW=mutex
// stderr~: ^fatal error: (a received element of 64 bytes at 0x[0-9a-f]+ is not within one function's frame\n\n|(a received element|a mutex) of (8|64) bytes at 0x[0-9a-f]+ is in a frame that has returned\n\n|(a received element|an element to send|a task's result|the buffer of a read|the text of a write) of (64|8) bytes at 0x[0-9a-f]+ is (not within the object of (4|64) bytes at 0x[0-9a-f]+\nallocated by goroutine 1:\n|in freed memory\nallocated by goroutine 1:\nrt_main\(\.\.\.\)\n\t.*\nfreed by goroutine 1:\n)rt_main\(\.\.\.\)\n\t.*\n)
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include "../lib/test.h"

static void *work(void *arg)
{
	return arg;
}

static __attribute__((noipa)) void receive(rt_chan *c)
{
	int small;

	rt_chan_recv(c, &small);
	check(small == 0);
}

// Where a local variable was, deep enough for the calls that follow to leave it alone.
static __attribute__((noipa)) void *returned(void)
{
	char local[700];
	void *p = local;

	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	rt_chan *c = rt_chan_make(64, 1);
	char *small = rt_malloc(4), *right = rt_malloc(64), local[64] = { 0 };
	rt_case k = RT_RECV(c, small);
	rt_task *t = rt_spawn(work, NULL);

	(void)argc, (void)argv;
	rt_chan_send(c, local);
	rt_chan_recv(c, right);
	rt_chan_send(c, right);
	if (same(how, "recv"))
		rt_chan_recv(c, small);
	else if (same(how, "try_recv"))
		rt_chan_try_recv(c, small, NULL);
	else if (same(how, "select"))
		rt_select(&k, 1);
	else if (same(how, "recv_until"))
		rt_chan_recv_until(c, small, 0);
	else if (same(how, "send"))
		rt_chan_try_send(c, small);
	else if (same(how, "inside"))
		rt_chan_recv(c, right + 1);
	else if (same(how, "join"))
		rt_join_until(t, INT64_MAX, (void **)(void *)small);
	else if (same(how, "read"))
		rt_read(0, small, 64);
	else if (same(how, "write"))
		rt_write(1, small, 64);
	else if (same(how, "frame"))
		receive(c);
	else if (same(how, "returned"))
		rt_chan_recv(c, returned());
	else if (same(how, "mutex"))
		rt_mutex_lock(returned());
	rt_free(right);
	rt_chan_recv(c, right);
	return 0;
}
