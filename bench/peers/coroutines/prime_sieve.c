// bench/peers/coroutines/prime_sieve.c - bench/prime_sieve.c.
#include "coroutines.h"

typedef struct {
	Channel in, out;
	int64_t prime;
} Filter;

COROUTINE(generate, Channel, c)
{
	for (int64_t i = 2;; i++)
		chan_send(*c, i);
}

COROUTINE(filter, const Filter, f)
{
	int64_t v;

	for (;;) {
		chan_recv(f->in, &v);
		if (v % f->prime != 0)
			chan_send(f->out, v);
	}
}

int bench_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 2000), begun = nanotime();
	Filter *f = calloc((size_t)n, sizeof *f);
	Channel first = chan_make(), c = first;

	start(generate, &first);
	for (int64_t i = 0; i < n; i++) {
		f[i].in = c;
		f[i].out = chan_make();
		chan_recv(c, &f[i].prime);
		c = f[i].out;
		start(filter, &f[i]);
	}
	metric("total", (double)(nanotime() - begun) / 1e6, "ms");
	_Exit(f[n - 1].prime < n); // the filters have no end
}
