// retry.c - a call that is tried again with growing pauses, and the tests of that: hours of
// pauses take no time, and in the replay build each test runs in a hundred orders.
//
//	retry		(status 0 if the tests pass)
#include <errno.h>
#include <rt.h>

typedef struct {
	rt_duration first, longest; // pause
} Backoff;

// Calls fn(arg) until it does not return -EAGAIN, and returns that; or why c is over, if that
// is sooner.
static int retry(rt_ctx *c, const Backoff *b, int (*fn)(void *arg), void *arg)
{
	rt_duration pause = b->first;
	int r;

	while ((r = fn(arg)) == -EAGAIN) {
		if (rt_chan_recv_until(rt_ctx_done(c), NULL, rt_nanotime() + pause) != -ETIMEDOUT)
			return rt_ctx_err(c);
		pause = pause < b->longest / 2 ? 2 * pause : b->longest;
	}
	return r;
}

// ---- tests --------------------------------------------------------------------------

static const rt_duration Minute = 60 * RT_SECOND, Hour = 60 * Minute;

static const Backoff usual = { RT_SECOND, Minute };

static void expect(bool so, const char *what)
{
	if (!so)
		rt_panic("%s", what);
}

// A server in the place of a real one: down until an instant.
typedef struct {
	int64_t until;
	int calls;
} Server;

static int ask(void *arg)
{
	Server *s = arg;

	s->calls++;
	return rt_nanotime() < s->until ? -EAGAIN : 42;
}

static void comes_back(void *arg)
{
	Server s = { .until = rt_nanotime() + Hour };

	(void)arg;
	expect(retry(rt_ctx_background(), &usual, ask, &s) == 42, "the answer");
	expect(rt_nanotime() < s.until + 2 * Minute, "it asks at least once a minute");
	expect(s.calls < 70, "it asks hardly more often");
}

static void has_a_deadline(void *arg)
{
	Server s = { .until = INT64_MAX };
	int64_t begin = rt_nanotime();
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), 10 * Minute);

	(void)arg;
	expect(retry(c, &usual, ask, &s) == -ETIMEDOUT, "the deadline is the result");
	expect(rt_nanotime() - begin < 11 * Minute, "it ends at the deadline");
	rt_ctx_free(c);
}

typedef struct {
	rt_ctx *c;
	Server server;
	int result;
} Request;

static void request(void *arg)
{
	Request *r = arg;

	r->result = retry(r->c, &usual, ask, &r->server);
}

static void is_cancelled(void *arg)
{
	Request r = { rt_ctx_with_cancel(rt_ctx_background()), { .until = INT64_MAX }, 0 };
	int64_t then;

	(void)arg;
	rt_go(request, &r);
	rt_sleep(Hour);
	rt_test_wait(); // it is in a pause now
	then = rt_nanotime();
	rt_ctx_cancel(r.c);
	rt_test_wait();
	expect(r.result == -ECANCELED, "the cancellation ends the pause");
	expect(rt_nanotime() - then < RT_SECOND, "at once");
	rt_ctx_free(r.c);
}

int rt_main(int argc, char **argv)
{
	static rt_func *const tests[] = { comes_back, has_a_deadline, is_cancelled };
	enum { N = sizeof tests / sizeof tests[0], Seeds = 100 };

	(void)argc;
	(void)argv;
	for (int i = 0; i < N; i++) {
		if (rt_test_seeds(Seeds, tests[i], NULL) != 0)
			return 1;
	}
	rt_printf("%d tests passed, with %d seeds each\n", N, Seeds);
	return 0;
}
