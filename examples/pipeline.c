// pipeline.c - numbers and their squares through three stages, until a deadline: typed
// channels, a context, a select, tasks that are joined.
//
//	pipeline [MILLISECONDS]	(default 50)
#include <rt.h>

typedef rt_chan_of(int64_t) Numbers;

typedef struct {
	rt_ctx *ctx;
	Numbers in, out;
} Stage;

// Sends v, unless the context is over first.
static bool put(const Stage *s, int64_t v)
{
	rt_case k[] = { RT_SEND_OF(s->out, &v), RT_RECV(rt_ctx_done(s->ctx), NULL) };

	return rt_select(k, 2) == 0;
}

static void *count(void *arg)
{
	const Stage *s = arg;
	int64_t i = 0;

	while (put(s, i))
		i++;
	rt_chan_close(s->out);
	return (void *)(intptr_t)i;
}

static void *square(void *arg)
{
	const Stage *s = arg;
	int64_t v, n = 0;

	for (; rt_recv_ok(s->in, &v) && put(s, v * v); n++)
		;
	rt_chan_close(s->out);
	return (void *)(intptr_t)n;
}

static int64_t number(const char *text)
{
	int64_t n = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		n = 10 * n + (*text - '0');
	return n;
}

int rt_main(int argc, char **argv)
{
	int64_t ms = argc > 1 ? number(argv[1]) : 50, v, n = 0, last = 0;
	rt_ctx *ctx = rt_ctx_with_timeout(rt_ctx_background(), ms * RT_MILLISECOND);
	Numbers numbers = rt_make_chan(int64_t, 16), squares = rt_make_chan(int64_t, 16);
	Stage counting = { .ctx = ctx, .out = numbers };
	Stage squaring = { .ctx = ctx, .in = numbers, .out = squares };
	rt_task *tasks[] = { rt_spawn(count, &counting), rt_spawn(square, &squaring) };

	for (; rt_recv_ok(squares, &v); n++)
		last = v;
	rt_printf("%s: ", rt_strerror(rt_ctx_err(ctx)));
	rt_printf("%ld counted, ", (long)(intptr_t)rt_join(tasks[0]));
	rt_printf("%ld squared, %ld arrived, ", (long)(intptr_t)rt_join(tasks[1]), (long)n);
	rt_printf("the last is %ld\n", (long)last);
	rt_ctx_free(ctx);
	rt_chan_free(numbers);
	rt_chan_free(squares);
	return n == 0 || last != (n - 1) * (n - 1);
}
