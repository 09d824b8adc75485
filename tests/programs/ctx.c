// tests/programs/ctx.c - contexts end together: a cancelled one with all that descend from it,
// one with a deadline when it comes, never a parent for its child.
//
//	ctx [ROUNDS]	(default 300)
//
// Promises: err is set when done is closed, and says why; cancelling twice is nothing; a
// child of one that is over is over; the earliest deadline of all ancestors counts; handles
// may be given back in any order; a chain of 20,000 and a wide tree end at once; cancel,
// deadline, new children and frees concurrently.
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

#include <errno.h>

enum { Chain = 20000, Workers = 8 };

static bool over(rt_ctx *c)
{
	return rt_chan_try_recv(rt_ctx_done(c), NULL, NULL);
}

static void simple(void)
{
	rt_ctx *top = rt_ctx_background(), *a, *b, *c;

	check(!rt_ctx_done(top));
	equal(rt_ctx_err(top), 0);
	rt_ctx_cancel(top);
	equal(rt_ctx_err(top), 0);
	rt_ctx_free(top);
	rt_ctx_free(NULL);
	equal(rt_ctx_deadline(top), INT64_MAX);

	a = rt_ctx_with_cancel(top);
	b = rt_ctx_with_timeout(a, 1000 * RT_SECOND);
	c = rt_ctx_with_deadline(b, INT64_MAX);
	equal(rt_ctx_deadline(a), INT64_MAX);
	equal(rt_ctx_deadline(c), rt_ctx_deadline(b));
	check(!over(a) && !over(b) && !over(c));
	rt_ctx_cancel(b);
	check(!over(a) && over(b) && over(c));
	equal(rt_ctx_err(a), 0);
	equal(rt_ctx_err(b), -ECANCELED);
	equal(rt_ctx_err(c), -ECANCELED);
	rt_ctx_cancel(b);
	rt_ctx_free(b); // before its child
	b = rt_ctx_with_cancel(c);
	check(over(b));
	rt_ctx_free(c);
	rt_ctx_cancel(a);
	equal(rt_ctx_err(b), -ECANCELED);
	rt_ctx_free(a);
	rt_ctx_free(b);
}

static void deadlines(void)
{
	int64_t when = rt_nanotime() + 3 * RT_MILLISECOND;
	rt_ctx *a = rt_ctx_with_deadline(rt_ctx_background(), when);
	rt_ctx *b = rt_ctx_with_timeout(a, RT_SECOND * 1000), *c = rt_ctx_with_cancel(b);
	rt_ctx *past = rt_ctx_with_timeout(rt_ctx_background(), -1);

	equal(rt_ctx_err(past), -ETIMEDOUT);
	check(over(past));
	rt_ctx_free(past);
	equal(rt_ctx_deadline(c), when);
	check(!rt_chan_recv(rt_ctx_done(c), NULL));
	check(rt_nanotime() >= when);
	equal(rt_ctx_err(c), -ETIMEDOUT);
	equal(rt_ctx_err(a), -ETIMEDOUT);
	check(over(a) && over(b));
	rt_ctx_free(a);
	rt_ctx_free(b);
	rt_ctx_free(c);
	// One that nobody has a handle of any more is gone with its timer.
	for (int i = 0; i < 1000; i++)
		rt_ctx_free(rt_ctx_with_timeout(rt_ctx_background(), RT_SECOND * 1000));
	a = rt_ctx_with_timeout(rt_ctx_background(), RT_SECOND * 1000);
	check(rt_ctx_ref(a) == a);
	rt_ctx_free(a);
	check(!over(a));
	rt_ctx_free(a);
}

static void chain(void)
{
	rt_ctx **c = rt_calloc(Chain, sizeof *c);

	c[0] = rt_ctx_with_timeout(rt_ctx_background(), 5 * RT_MILLISECOND);
	for (int i = 1; i < Chain; i++)
		c[i] = rt_ctx_with_cancel(c[i % 3 ? i - 1 : i / 2]);
	check(!rt_chan_recv(rt_ctx_done(c[Chain - 1]), NULL));
	for (int i = 0; i < Chain; i++) {
		equal(rt_ctx_err(c[i]), -ETIMEDOUT);
		rt_ctx_free(c[i]);
	}
	c[0] = rt_ctx_with_cancel(rt_ctx_background());
	for (int i = 1; i < Chain; i++) {
		c[i] = rt_ctx_with_cancel(c[i - 1]);
		rt_ctx_free(c[i - 1]);
	}
	rt_ctx_free(c[Chain - 1]); // all of them
	rt_free(c);
}

typedef struct {
	rt_ctx *c;
	rt_waitgroup *wg;
} Work;

static void work(void *arg)
{
	Work *w = arg;
	rt_chan *never = rt_chan_make(0, 0);

	for (int i = 0; i < 10; i++) {
		rt_ctx *c = i % 2 ? rt_ctx_with_cancel(w->c)
		                  : rt_ctx_with_timeout(w->c, i * 10 * RT_MICROSECOND);
		rt_case k[] = { RT_RECV(rt_ctx_done(c), NULL), RT_RECV(never, NULL) };

		if (i % 4 == 1)
			rt_ctx_cancel(c);
		equal(rt_select(k, 2), 0);
		check(rt_ctx_err(c) != 0);
		rt_ctx_free(c);
	}
	check(over(w->c));
	rt_ctx_free(w->c);
	rt_chan_free(never);
	rt_waitgroup_done(w->wg);
}

static void together(int64_t i)
{
	rt_waitgroup wg = { 0 };
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), i % 40 * 10 * RT_MICROSECOND);

	rt_waitgroup_add(&wg, Workers);
	for (int n = 0; n < Workers; n++) {
		Work w = { rt_ctx_ref(c), &wg };

		rt_go_copy(work, &w, sizeof w);
	}
	perhaps_later(i % 50 * 10 * RT_MICROSECOND);
	rt_ctx_cancel(c);
	rt_ctx_free(c);
	rt_waitgroup_wait(&wg);
}

int rt_main(int argc, char **argv)
{
	int64_t rounds = argument(argc, argv, 300);

	simple();
	deadlines();
	chain();
	for (int64_t i = 0; i < rounds; i++)
		together(i);
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
