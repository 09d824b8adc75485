// tests/hosted/norace_contexts.c - what was done before a context was cancelled is known to all that see
// that it is over, by rt_ctx_err or by that of a context made of it, at any moment.
// sanitizer: thread
// stdout: fine
// matrix: GOMAXPROCS=1,4
#include <rt.h>

enum { Rounds = 150, Others = 2 };

static rt_ctx *ctx;
static int shared;

static void *cancels(void *arg)
{
	shared = 1;
	rt_ctx_cancel(ctx);
	return arg;
}

static bool over(int round)
{
	rt_ctx *child;
	int err;

	if (round % 2 == 0)
		return rt_ctx_err(ctx) < 0;
	child = rt_ctx_with_cancel(ctx);
	err = rt_ctx_err(child);
	rt_ctx_free(child);
	return err < 0;
}

static void *sees(void *round)
{
	while (!over((int)(intptr_t)round))
		rt_gosched();
	return (void *)(intptr_t)shared;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (intptr_t i = 0; i < Rounds; i++) {
		rt_task *t, *others[Others];

		ctx = rt_ctx_with_cancel(rt_ctx_background());
		for (int k = 0; k < Others; k++)
			others[k] = rt_spawn(sees, (void *)i);
		t = rt_spawn(cancels, NULL);
		for (int k = 0; k < Others; k++) {
			if (rt_join(others[k]) != (void *)1)
				rt_panic("not done");
		}
		rt_join(t);
		shared = 0;
		rt_ctx_free(ctx);
	}
	rt_printf("fine\n");
	return 0;
}
