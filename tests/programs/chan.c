// tests/programs/chan.c - channels of every capacity from 0 to 199.
//
//	chan [TIMES]	everything TIMES times (default 1)
//
// Promises: receive blocks on an empty channel and send on a full one, the try forms say
// so instead; elements come out in the order they went in, whole, whatever their size;
// a closed channel is drained, then gives zeros; a null channel is empty and full; with
// several senders and receivers nothing is lost or doubled.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum {
	Capacities = 200,
	Yields = 5,     // what a goroutine gets that should block, to go wrong
	Crowd = 4,      // senders and as many receivers
	Each = 250,     // elements of each sender
	Largest = 1024, // bytes of an element
	Margin = 16,    // around an element, watched
};

typedef struct {
	rt_chan *c, *done;
	_Atomic(int) passed; // the blocking call is over
	int64_t value;
} Blocked;

static void receive_one(void *arg)
{
	Blocked *b = arg;

	check(rt_chan_recv(b->c, &b->value));
	b->passed = 1;
	rt_chan_send(b->done, NULL);
}

static void send_one(void *arg)
{
	Blocked *b = arg;

	rt_chan_send(b->c, &b->value);
	b->passed = 1;
	rt_chan_send(b->done, NULL);
}

static void yield(void)
{
	for (int i = 0; i < Yields; i++)
		rt_gosched();
}

static void receive_blocks(size_t cap)
{
	Blocked b = { .c = rt_chan_make(8, cap), .done = rt_chan_make(0, 0) };
	int64_t seven = 7;

	rt_go(receive_one, &b);
	yield();
	equal(b.passed, 0);
	rt_chan_send(b.c, &seven);
	check(rt_chan_recv(b.done, NULL));
	equal(b.value, 7);
	rt_chan_free(b.c);
	rt_chan_free(b.done);
}

static void send_blocks(size_t cap)
{
	Blocked b = { .c = rt_chan_make(8, cap), .done = rt_chan_make(0, 0) };
	int64_t v;

	for (size_t i = 0; i < cap; i++) {
		v = (int64_t)i;
		rt_chan_send(b.c, &v);
	}
	b.value = (int64_t)cap;
	rt_go(send_one, &b);
	yield();
	equal(b.passed, 0);
	for (size_t i = 0; i <= cap; i++) {
		check(rt_chan_recv(b.c, &v));
		equal(v, i);
	}
	check(rt_chan_recv(b.done, NULL));
	rt_chan_free(b.c);
	rt_chan_free(b.done);
}

static void try_forms(size_t cap)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), cap);
	int64_t v = -1;
	bool ok = true;

	equal(rt_chan_cap(c), cap);
	check(!rt_chan_try_recv(c, &v, &ok));
	for (size_t i = 0; i < cap; i++) {
		equal(rt_chan_len(c), i);
		v = (int64_t)i;
		check(rt_chan_try_send(c, &v));
	}
	check(!rt_chan_try_send(c, &v));
	equal(rt_chan_len(c), cap);
	for (size_t i = 0; i < cap; i++) {
		ok = false;
		check(rt_chan_try_recv(c, &v, i % 2 ? &ok : NULL));
		check(ok || i % 2 == 0);
		equal(v, i);
	}
	check(!rt_chan_try_recv(c, &v, &ok));
	equal(rt_chan_len(c), 0);
	rt_chan_free(c);
}

static void closed_is_drained(size_t cap)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), cap);
	int64_t v;
	bool ok = true;

	for (size_t i = 0; i < cap; i++) {
		v = (int64_t)i + 1;
		rt_chan_send(c, &v);
	}
	rt_chan_close(c);
	equal(rt_chan_len(c), cap);
	for (size_t i = 0; i < cap; i++) {
		check(rt_chan_recv(c, &v));
		equal(v, i + 1);
	}
	for (int i = 0; i < 3; i++) {
		v = -1;
		check(!rt_chan_recv(c, &v));
		equal(v, 0);
		v = -1;
		check(rt_chan_try_recv(c, &v, &ok));
		check(!ok);
		equal(v, 0);
	}
	check(!rt_chan_recv(c, NULL));
	rt_chan_free(c);
}

// Receivers that wait when the channel is closed.
static void receive_end(void *arg)
{
	Blocked *b = arg;
	int64_t v = -1;

	check(!rt_chan_recv(b->c, &v));
	equal(v, 0);
	b->passed++;
	rt_chan_send(b->done, NULL);
}

static void close_wakes(size_t cap)
{
	Blocked b = { .c = rt_chan_make(8, cap), .done = rt_chan_make(0, 0) };

	for (int i = 0; i < Crowd; i++)
		rt_go(receive_end, &b);
	yield();
	equal(b.passed, 0);
	rt_chan_close(b.c);
	for (int i = 0; i < Crowd; i++)
		check(rt_chan_recv(b.done, NULL));
	rt_chan_free(b.c);
	rt_chan_free(b.done);
}

typedef struct {
	rt_chan *c;
	int64_t value;
} Waiter;

static void send_value(void *arg)
{
	Waiter *w = arg;

	rt_chan_send(w->c, &w->value);
}

// The longest waiter comes first. Only with one processor we know that all wait.
static bool waiters_are_in_order(size_t cap)
{
	rt_chan *c = rt_chan_make(8, cap);
	int64_t count = (int64_t)cap + Crowd, v;
	bool ordered = true;

	for (int64_t i = 0; i < count; i++) {
		Waiter w = { .c = c, .value = i };

		rt_go_copy(send_value, &w, sizeof w);
		// Twice: every 61st time the scheduler prefers those that yielded.
		rt_gosched();
		rt_gosched();
	}
	for (int64_t i = 0; i < count; i++) {
		check(rt_chan_recv(c, &v));
		if (v != i)
			ordered = false;
	}
	return ordered;
}

// A time slice may end before one of them waits, but not every time.
static void waiters_in_order(size_t cap)
{
	for (int attempt = 0; !waiters_are_in_order(cap); attempt++)
		check(attempt < 20);
}

// One sender, one receiver: the order holds.
static void send_numbers(void *arg)
{
	for (int64_t i = 0; i < Each; i++)
		rt_chan_send(arg, &i);
}

static void in_order(size_t cap)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), cap);
	int64_t v;

	rt_go(send_numbers, c);
	for (int64_t i = 0; i < Each; i++) {
		check(rt_chan_recv(c, &v));
		equal(v, i);
	}
	// The sender may not have come back from its last send yet: no rt_chan_free.
}

typedef struct {
	rt_chan *c, *done;
	_Atomic(int) seen[Each]; // how often each number came
} Market;

static void sell(void *arg)
{
	Market *m = arg;

	for (int64_t i = 0; i < Each; i++)
		rt_chan_send(m->c, &i);
	rt_chan_send(m->done, NULL);
}

static void buy(void *arg)
{
	Market *m = arg;
	int64_t v;

	while (rt_chan_recv(m->c, &v)) {
		check(v >= 0 && v < Each);
		m->seen[v]++;
	}
	rt_chan_send(m->done, NULL);
}

static void many_to_many(size_t cap)
{
	Market m = { .c = rt_chan_make(8, cap), .done = rt_chan_make(0, 0) };

	for (int i = 0; i < Crowd; i++) {
		rt_go(sell, &m);
		rt_go(buy, &m);
	}
	for (int i = 0; i < Crowd; i++)
		check(rt_chan_recv(m.done, NULL));
	rt_chan_close(m.c);
	for (int i = 0; i < Crowd; i++)
		check(rt_chan_recv(m.done, NULL));
	for (int i = 0; i < Each; i++)
		equal(m.seen[i], Crowd);
	rt_chan_free(m.c);
}

typedef struct {
	rt_chan *c;
	size_t size;
	int count;
} Parcels;

static uint8_t content(int parcel, size_t i)
{
	return (uint8_t)(parcel * 13 + i * 3 + (i >> 8) + 1);
}

// The elements are on the sender's and the receiver's stacks.
static void send_parcels(void *arg)
{
	Parcels *p = arg;
	uint8_t element[Largest];

	for (int n = 0; n < p->count; n++) {
		for (size_t i = 0; i < p->size; i++)
			element[i] = content(n, i);
		rt_chan_send(p->c, element);
	}
	rt_chan_close(p->c);
}

static void elements(size_t size, size_t cap)
{
	Parcels p = { .c = rt_chan_make(size, cap), .size = size, .count = 9 };
	uint8_t buffer[Margin + Largest + Margin];

	rt_go(send_parcels, &p);
	for (int n = 0; n <= p.count; n++) {
		bool last = n == p.count;

		for (size_t i = 0; i < sizeof buffer; i++)
			buffer[i] = 0xa5;
		check(rt_chan_recv(p.c, buffer + Margin) == !last);
		for (size_t i = 0; i < size; i++)
			equal(buffer[Margin + i], last ? 0 : content(n, i));
		for (size_t i = 0; i < Margin; i++) {
			equal(buffer[i], 0xa5);
			equal(buffer[Margin + size + i], 0xa5);
		}
	}
}

static void sizes(void)
{
	static const size_t caps[] = { 0, 1, 3 };

	for (size_t i = 0; i < 3; i++) {
		for (size_t size = 0; size <= 40; size++)
			elements(size, caps[i]);
		for (size_t size = 64; size <= Largest; size *= 2) {
			elements(size - 1, caps[i]);
			elements(size, caps[i]);
			if (size < Largest)
				elements(size + 1, caps[i]);
		}
	}
}

static void null_channel(void)
{
	int64_t v = 5;
	bool ok = true;

	check(!rt_chan_try_send(NULL, &v));
	check(!rt_chan_try_recv(NULL, &v, &ok));
	check(!rt_chan_try_recv(NULL, NULL, NULL));
	equal(rt_chan_len(NULL), 0);
	equal(rt_chan_cap(NULL), 0);
	rt_chan_free(NULL);
}

int rt_main(int argc, char **argv)
{
	int64_t times = argument(argc, argv, 1);

	null_channel();
	for (int64_t i = 0; i < times; i++) {
		for (size_t cap = 0; cap < Capacities; cap++) {
			receive_blocks(cap);
			send_blocks(cap);
			try_forms(cap);
			closed_is_drained(cap);
			close_wakes(cap);
			in_order(cap);
			if (rt_gomaxprocs(0) == 1 && !stressed())
				waiters_in_order(cap);
			many_to_many(cap);
		}
		sizes();
	}
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
