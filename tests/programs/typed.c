// tests/programs/typed.c - channels of a type: the values that go in come out, of scalars,
// pointers, structs and channels; arguments are evaluated once.
#include "../lib/test.h"

typedef struct {
	int x, y;
	char name[40];
} Place;

typedef rt_chan_of(Place) PlaceChan;

static void send_places(void *arg)
{
	PlaceChan c = arg;

	for (int i = 0; i < 10; i++)
		rt_send(c, ((Place){ .x = i, .y = -i, .name = "here" }));
	rt_chan_close(c);
}

static void structs(void)
{
	PlaceChan c = rt_make_chan(Place, 2);
	Place p;
	int i = 0;

	rt_go(send_places, (void *)c);
	while (rt_recv_ok(c, &p)) {
		equal(p.x, i);
		equal(p.y, -i++);
		check(same(p.name, "here"));
	}
	equal(i, 10);
	p = rt_recv(c);
	equal(p.name[0], 0); // closed: zeros
	rt_chan_free(c);
}

static int evaluated;

static rt_chan_of(int) once(rt_chan_of(int) c)
{
	evaluated++;
	return c;
}

static void scalars(void)
{
	rt_chan_of(int) c = rt_make_chan(int, 1);
	rt_chan_of(const char *) names = rt_make_chan(const char *, 1);
	rt_chan_of(double) d = rt_make_chan(double, 1);
	int v = 0, n = 5;
	bool ok = false;
	rt_case k[2];

	rt_send(once(c), n++);
	equal(n, 6);
	equal(rt_recv(once(c)), 5);
	equal(evaluated, 2);
	check(rt_try_send(c, 7));
	check(!rt_try_send(c, 8));
	check(rt_try_recv(c, &v, &ok) && ok);
	equal(v, 7);
	check(!rt_try_recv(c, &v, NULL));
	equal(rt_send_until(c, rt_recv(({ rt_send(c, 3); c; })) + 1, 1), 0);
	equal(rt_recv_until(c, &v, 1), 1);
	equal(v, 4);
	rt_send(names, "gopher");
	check(same(rt_recv(names), "gopher"));
	rt_send(d, 1); // converted, as in an assignment
	check(rt_recv(d) == 1.0);

	v = 9;
	k[0] = RT_SEND_OF(c, &v);
	k[1] = RT_RECV_OF(d, NULL);
	equal(rt_select(k, 2), 0);
	equal(rt_recv(c), 9);
	rt_chan_free(c);
	rt_chan_free(names);
	rt_chan_free(d);
}

static void answer(void *arg)
{
	rt_chan_of(rt_chan_of(long)) requests = arg;

	rt_send(rt_recv(requests), 42);
}

static void channels_of_channels(void)
{
	rt_chan_of(rt_chan_of(long)) requests = rt_make_chan(rt_chan_of(long), 0);
	rt_chan_of(long) reply = rt_make_chan(long, 0);

	rt_go(answer, (void *)requests);
	rt_send(requests, reply);
	equal(rt_recv(reply), 42);
	rt_chan_free(requests);
	rt_chan_free(reply);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	structs();
	scalars();
	channels_of_channels();
	return 0;
}
