// tests/hosted/selectorder.c - a select of two channels: what was done before the send to the other one
// is not known to be done, though it happens to be.
// sanitizer: thread
// stderr~: (?s)WARNING: ThreadSanitizer: data race.*? Read of size 4 .*? rt_main .*?selectorder\.c:44
// stderr~: (?s)Previous write of size 4 .*? worker .*?selectorder\.c:21
// stderr~: (?s)'goroutine [0-9]+, by goroutine 1' .*?created by .*? rt_main .*?selectorder\.c:34
// stderr~: 'goroutine 1' .*created by main thread
// stdout: 14
// exit: 66
#include <rt.h>

enum { Workers = 2 };

static rt_chan *ready[Workers];
static int *result[Workers];

static void worker(void *arg)
{
	intptr_t i = (intptr_t)arg;

	*result[i] = 7;
	rt_chan_send(ready[i], NULL);
}

int rt_main(int argc, char **argv)
{
	rt_case cases[Workers];

	(void)argc, (void)argv;
	for (intptr_t i = 0; i < Workers; i++) {
		ready[i] = rt_chan_make(0, 1);
		cases[i] = RT_RECV(ready[i], NULL);
		result[i] = rt_calloc(1, sizeof *result[i]);
		rt_go(worker, (void *)i);
	}
	while (rt_chan_len(ready[0]) + rt_chan_len(ready[1]) < Workers)
		rt_gosched();
#ifdef RIGHT
	for (int n = 0; n < Workers; n++)
		rt_select(cases, Workers);
#else
	rt_select(cases, Workers);
#endif
	rt_printf("%d\n", *result[0] + *result[1]);
	return 0;
}
