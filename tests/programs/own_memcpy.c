// tests/programs/own_memcpy.c - a program's own memcpy and memset, which take their time and
// are preempted in the middle: a channel moves each element once, and stays within its buffer.
//
//	own_memcpy [ELEMENTS]	(default 1500)
//
// matrix: GOMAXPROCS=1,2
#include "../lib/test.h"

typedef struct {
	int64_t a, b, c; // three of a kind
} Triple;

enum { Senders = 4, Receivers = 3 };

static int64_t elements;
static rt_chan *c;
static rt_waitgroup senders, receivers;
static _Atomic(int64_t) sum, count;

// Long enough that most of the time is spent here.
static void delay(void)
{
	for (volatile int i = 0; i < 20000; i++)
		;
}

void *memcpy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		((volatile char *)to)[i] = ((const char *)from)[i];
		if (n == sizeof(Triple) && i % 8 == 7)
			delay();
	}
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = (char)byte;
	if (n == sizeof(Triple))
		delay();
	return to;
}

static void send(void *arg)
{
	for (int64_t i = (intptr_t)arg; i < elements; i += Senders) {
		Triple t = { i, i, i };

		rt_chan_send(c, &t);
	}
	rt_waitgroup_done(&senders);
}

static void receive(void *unused)
{
	Triple t;

	(void)unused;
	while (rt_chan_recv(c, &t)) {
		check(t.a == t.b && t.b == t.c);
		sum += t.a;
		count++;
	}
	equal(t.a | t.b | t.c, 0);
	rt_waitgroup_done(&receivers);
}

static void through(uint64_t buffer)
{
	sum = count = 0;
	c = rt_chan_make(sizeof(Triple), buffer);
	rt_waitgroup_add(&senders, Senders);
	rt_waitgroup_add(&receivers, Receivers);
	for (intptr_t i = 0; i < Senders; i++)
		rt_go(send, (void *)i);
	for (int i = 0; i < Receivers; i++)
		rt_go(receive, NULL);
	rt_waitgroup_wait(&senders);
	check(rt_chan_len(c) <= buffer);
	rt_chan_close(c);
	rt_waitgroup_wait(&receivers);
	equal(count, elements);
	equal(sum, elements * (elements - 1) / 2);
	rt_chan_free(c);
}

int rt_main(int argc, char **argv)
{
	elements = argc > 1 ? number(argv[1]) : 1500;
	through(2);
	through(0);
	return 0;
}
