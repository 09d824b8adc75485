// bench/prime_sieve.c - the first N primes by a chain of filters.
#include "bench.h"

typedef struct {
	rt_chan *in, *out;
	int64_t prime;
} Filter;

static void generate(void *arg)
{
	for (int64_t i = 2;; i++)
		rt_chan_send(arg, &i);
}

static void filter(void *arg)
{
	const Filter *f = arg;
	int64_t v;

	for (;;) {
		rt_chan_recv(f->in, &v);
		if (v % f->prime != 0)
			rt_chan_send(f->out, &v);
	}
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 2000), start = rt_nanotime(), prime = 0;
	rt_chan *c = rt_chan_make(sizeof(int64_t), 0);

	rt_go(generate, c);
	for (int64_t i = 0; i < n; i++) {
		Filter f = { .in = c, .out = rt_chan_make(sizeof(int64_t), 0) };

		rt_chan_recv(c, &prime);
		f.prime = prime;
		rt_go_copy(filter, &f, sizeof f);
		c = f.out;
	}
	metric("total", (double)(rt_nanotime() - start) / 1e6, "ms");
	return prime < n;
}
