// tests/programs/select.c - a select does one of the cases that can be done, whichever way
// they become so, and takes its waiters off the channels of the others.
//
//	select [ROUNDS]	of the stress parts (default 3000)
//
// Promises: an empty select with a default, null channels, closed ones; the default is never
// taken while one of two channels is always ready; ready cases are chosen uniformly; two
// goroutines that offer and ask on one channel meet, and one does not meet itself; of two cases
// never both are done: no element is lost or doubled; a channel may be in many cases; 1000
// channels at once; thousands of selects that another channel ended leave nothing on this one.
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

enum { Many = 1000, Draws = 20000, Ways = 5, Crowd = 8 };

static int64_t rounds;
static rt_waitgroup all;

static rt_chan *numbers(size_t cap)
{
	return rt_chan_make(sizeof(int64_t), cap);
}

static void simple(void)
{
	rt_chan *c = numbers(1), *d = numbers(0);
	int64_t v = 7, w = 0;
	rt_case nothing[] = { RT_RECV(NULL, &w), RT_DEFAULT, RT_SEND(NULL, &v) };
	rt_case k[] = { RT_RECV(d, &w), RT_SEND(c, &v), RT_RECV(NULL, NULL) };

	equal(rt_select(nothing, 3), 1);
	equal(rt_select(nothing + 1, 1), 0);
	equal(rt_select(k, 3), 1);
	equal(rt_chan_len(c), 1);
	k[1] = RT_RECV(c, &w);
	equal(rt_select(k, 3), 1);
	equal(w, 7);
	check(k[1].ok);
	k[2] = RT_DEFAULT;
	equal(rt_select(k, 3), 2);
	rt_chan_close(d);
	w = 5;
	k[0].ok = true;
	equal(rt_select(k, 3), 0);
	check(!k[0].ok);
	equal(w, 0);
	equal(rt_select(&(rt_case){ RT_CASE_RECV, d, NULL, true }, 1), 0);
	rt_chan_free(c);
	rt_chan_free(d);
}

// ---- one of two is always ready -----------------------------------------------------

typedef struct {
	rt_chan *a, *b, *done;
} Pair;

static void never_takes_default(void *arg)
{
	Pair *p = arg;
	rt_case k[] = { RT_RECV(p->a, NULL), RT_RECV(p->b, NULL), RT_DEFAULT };

	check(rt_select(k, 3) < 2);
	rt_waitgroup_done(&all);
}

static void never_finds_both_full(void *arg)
{
	Pair *p = arg;
	int64_t v = 2;
	rt_case k[] = { RT_SEND(p->a, &v), RT_SEND(p->b, &v), RT_DEFAULT };

	check(rt_select(k, 3) < 2);
	rt_waitgroup_done(&all);
}

// The second becomes ready before the first ceases to be.
static void always_ready(void)
{
	for (int64_t i = 0; i < 2 * rounds; i++) {
		Pair p = { numbers(1), numbers(1), NULL };
		int64_t v = 1;

		rt_chan_send(i % 2 ? p.a : p.b, &v);
		rt_waitgroup_add(&all, 1);
		if (i % 2) { // a has one
			rt_go(never_takes_default, &p);
			rt_chan_send(p.b, &v);
			rt_chan_try_recv(p.a, NULL, NULL);
		} else { // a has room
			rt_go(never_finds_both_full, &p);
			rt_chan_recv(p.b, NULL);
			rt_chan_try_send(p.a, &v);
		}
		rt_waitgroup_wait(&all);
		rt_chan_free(p.a);
		rt_chan_free(p.b);
	}
}

// ---- uniform ------------------------------------------------------------------------

static void uniform(void)
{
	rt_chan *c[Ways];
	rt_case k[Ways + 2];
	int got[Ways + 2] = { 0 };

	for (int i = 0; i < Ways; i++) {
		c[i] = rt_chan_make(0, 0);
		rt_chan_close(c[i]);
		k[i] = RT_RECV(c[i], NULL);
	}
	k[Ways] = RT_RECV(NULL, NULL);
	k[Ways + 1] = RT_DEFAULT;
	for (int i = 0; i < Draws; i++)
		got[rt_select(k, Ways + 2)]++;
	equal(got[Ways] + got[Ways + 1], 0);
	for (int i = 0; i < Ways; i++) { // the deviation is 57
		check(got[i] > Draws / Ways - 400);
		check(got[i] < Draws / Ways + 400);
	}
	for (int i = 0; i < Ways; i++)
		rt_chan_free(c[i]);
}

// ---- both sides ---------------------------------------------------------------------

typedef struct {
	rt_chan *c;
	int64_t sent, received;
} Meeting;

static void offer_and_ask(void *arg)
{
	Meeting *m = arg;

	for (int64_t i = 0; i < rounds; i++) {
		int64_t in = -1, out = (int64_t)(intptr_t)m + i;
		rt_case k[] = { RT_SEND(m->c, &out), RT_RECV(m->c, &in) };

		if (rt_select(k, 2) == 0) {
			m->sent++;
		} else {
			check(k[1].ok);
			check(in != out); // not its own
			m->received++;
		}
	}
	rt_waitgroup_done(&all);
}

static void same_channel(void)
{
	Meeting m[2] = { { .c = rt_chan_make(8, 0) } };

	m[1].c = m[0].c;
	rt_waitgroup_add(&all, 2);
	rt_go(offer_and_ask, &m[0]);
	rt_go(offer_and_ask, &m[1]);
	rt_waitgroup_wait(&all);
	equal(m[0].sent, m[1].received);
	equal(m[1].sent, m[0].received);
	equal(m[0].sent + m[0].received, rounds);
	rt_chan_free(m[0].c);
}

// ---- nothing is lost ----------------------------------------------------------------

typedef struct {
	rt_chan *c[4], *stop;
	_Atomic(int64_t) sent, received, nsent, nreceived;
	rt_waitgroup dealers, helpers;
} Market;

static void has_sent(Market *m, int64_t v)
{
	m->sent += v;
	m->nsent++;
}

static void has_received(Market *m, int64_t v)
{
	m->received += v;
	m->nreceived++;
}

static void deal(void *arg)
{
	Market *m = arg;
	uint64_t seed = rt_goid() * 77777 + 1;

	for (int64_t i = 0; i < rounds; i++) {
		int64_t out = (int64_t)(next_random(&seed) % 1000), in = 0;
		int way = (int)(next_random(&seed) % 4);
		rt_case k[] = {
			RT_SEND(m->c[way], &out),
			RT_RECV(m->c[(way + 1) % 4], &in),
			RT_RECV(m->c[(way + 2) % 4], &in),
			RT_SEND(m->c[(way + 2) % 4], &out),
			RT_SEND(m->c[way], &out),
			RT_DEFAULT,
		};
		int n = (int)(3 + next_random(&seed) % 4), done = rt_select(k, n);

		if (done == 5)
			continue;
		if (k[done].kind == RT_CASE_SEND) {
			has_sent(m, out);
		} else {
			check(k[done].ok);
			has_received(m, in);
		}
	}
	rt_waitgroup_done(&m->dealers);
}

// Two that keep the market going until it is closed.
static void take_all(void *arg)
{
	Market *m = arg;
	int64_t in;
	rt_case k[] = { RT_RECV(m->c[0], &in), RT_RECV(m->c[1], &in), RT_RECV(m->c[2], &in),
	                RT_RECV(m->c[3], &in) };

	for (int i; k[i = rt_select(k, 4)].ok;)
		has_received(m, in);
	rt_waitgroup_done(&m->helpers);
}

static void give_all(void *arg)
{
	Market *m = arg;
	int64_t out = 5;
	rt_case k[] = { RT_SEND(m->c[0], &out), RT_SEND(m->c[1], &out), RT_SEND(m->c[2], &out),
	                RT_SEND(m->c[3], &out), RT_RECV(m->stop, NULL) };

	while (rt_select(k, 4 + 1) < 4)
		has_sent(m, out);
	for (int i = 0; i < 4; i++)
		rt_chan_close(m->c[i]);
	rt_waitgroup_done(&m->helpers);
}

static void market(size_t cap)
{
	Market m = { .stop = rt_chan_make(0, 0) };
	int64_t v;

	for (int i = 0; i < 4; i++)
		m.c[i] = numbers(cap);
	rt_waitgroup_add(&m.dealers, Crowd);
	rt_waitgroup_add(&m.helpers, 2);
	for (int i = 0; i < Crowd; i++)
		rt_go(deal, &m);
	rt_go(give_all, &m);
	rt_go(take_all, &m);
	rt_waitgroup_wait(&m.dealers);
	rt_chan_close(m.stop);
	rt_waitgroup_wait(&m.helpers);
	for (int i = 0; i < 4; i++) {
		while (rt_chan_recv(m.c[i], &v))
			has_received(&m, v);
		rt_chan_free(m.c[i]);
	}
	equal(m.nsent, m.nreceived);
	equal(m.sent, m.received);
	rt_chan_free(m.stop);
}

// ---- many channels ------------------------------------------------------------------

typedef struct {
	rt_chan **c;
	rt_chan *done;
} Block;

static void await_any(void *arg)
{
	Block *b = arg;
	rt_case *k = rt_calloc(Many + 2, sizeof *k);
	int64_t v = -1;

	for (int i = 0; i < Many; i++) // each twice in a row at the end
		k[i] = RT_RECV(b->c[i], &v);
	k[Many] = RT_RECV(b->c[0], &v);
	k[Many + 1] = RT_RECV(b->c[Many - 1], &v);
	for (int i = 0; i < Many; i++) {
		int got = rt_select(k, Many + 2);

		equal(k[got].chan == b->c[v], true);
	}
	rt_free(k);
	rt_chan_send(b->done, NULL);
}

static void many_channels(void)
{
	Block b = { .c = rt_calloc(Many, sizeof *b.c), .done = rt_chan_make(0, 0) };

	for (int i = 0; i < Many; i++)
		b.c[i] = numbers(0);
	rt_go(await_any, &b);
	for (int64_t i = 0; i < Many; i++) {
		int64_t at = i * 377 % Many;

		rt_chan_send(b.c[at], &at);
	}
	rt_chan_recv(b.done, NULL);
	for (int i = 0; i < Many; i++)
		rt_chan_free(b.c[i]); // nobody waits
	rt_chan_free(b.done);
	rt_free(b.c);
}

// ---- losers -------------------------------------------------------------------------

static void await_either(void *arg)
{
	Pair *p = arg;

	for (int64_t i = 0; i < rounds; i++) {
		rt_case k[] = { RT_RECV(p->a, NULL), RT_RECV(p->b, NULL) };

		equal(rt_select(k, 2), 1);
	}
	rt_chan_send(p->done, NULL);
}

// Thousands of goroutines wait on a while they get what they want from b. It takes long if
// a waiter in the middle of a's queue is not found at once.
static void losers(void)
{
	Pair p = { numbers(0), numbers(0), rt_chan_make(0, 0) };
	int64_t v = 1;

	for (int i = 0; i < Many; i++)
		rt_go(await_either, &p);
	for (int64_t i = 0; i < rounds * Many; i++)
		rt_chan_send(p.b, &v);
	for (int i = 0; i < Many; i++)
		rt_chan_recv(p.done, NULL);
	check(!rt_chan_try_send(p.a, &v));
	rt_chan_free(p.a);
	rt_chan_free(p.b);
	rt_chan_free(p.done);
}

// ---- close --------------------------------------------------------------------------

static void await_close(void *arg)
{
	Pair *p = arg;
	int64_t v = 9, w = 9;
	rt_case k[] = { RT_RECV(p->a, &v), RT_RECV(p->b, &w) };
	int i = rt_select(k, 2);

	check(!k[i].ok);
	equal(i == 0 ? v : w, 0);
	equal(i == 0 ? w : v, 9);
	rt_waitgroup_done(&all);
}

static void closes(void)
{
	for (int64_t i = 0; i < rounds / 10; i++) {
		Pair p = { numbers(0), numbers(0), NULL };

		rt_waitgroup_add(&all, Crowd);
		for (int j = 0; j < Crowd; j++)
			rt_go(await_close, &p);
		for (int j = 0; j < i % 3; j++)
			rt_gosched();
		rt_chan_close(p.a);
		rt_chan_close(p.b);
		rt_waitgroup_wait(&all);
		rt_chan_free(p.a);
		rt_chan_free(p.b);
	}
}

int rt_main(int argc, char **argv)
{
	rounds = argument(argc, argv, 3000);
	simple();
	always_ready();
	uniform();
	same_channel();
	market(0);
	market(3);
	many_channels();
	rounds = rounds / 100 + 1;
	losers();
	rounds *= 100;
	closes();
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
