// tests/programs/gc_within.c - functions of rt.h work on what is inside of collected objects, small and
// large ones, while these wait to be swept, too.
// hosted: not any: nothing is collected there
#include "../lib/test.h"

typedef struct {
	char before[16];
	rt_mutex lock;
	int element;
	char text[8];
	char behind[];
} Shared;

static rt_chan *c;

static void sends(void *arg)
{
	Shared *s = arg;

	rt_mutex_lock(&s->lock);
	s->element = 5;
	rt_mutex_unlock(&s->lock);
	rt_chan_send(c, &s->element);
}

static void within(size_t size)
{
	Shared *s = rt_gc_alloc(size), *other = rt_gc_alloc(size);
	int ends[2];

	rt_go(sends, s);
	rt_chan_recv(c, &other->element);
	equal(other->element, 5);
	equal(rt_pipe(ends), 0);
	equal(rt_write(ends[1], s->text, sizeof s->text), (int64_t)sizeof s->text);
	equal(rt_read(ends[0], other->text, sizeof other->text), (int64_t)sizeof s->text);
	rt_close(ends[0]);
	rt_close(ends[1]);
}

// Cycles leave what they have reached marked.
static void collects(void *ended)
{
	for (int i = 0; i < 20; i++)
		rt_gc();
	rt_chan_close(ended);
}

int rt_main(int argc, char **argv)
{
	rt_chan *ended = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	c = rt_chan_make(sizeof(int), 0);
	rt_go(collects, ended);
	do {
		within(sizeof(Shared));
		within(100000);
	} while (!rt_chan_try_recv(ended, NULL, NULL));
	rt_printf("ok\n");
	return 0;
}
