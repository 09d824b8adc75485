// examples/sieve.c - a prime sieve made of goroutines.
//
//	sieve [N]	finds the first N primes (default 100)
//
// One goroutine counts 2, 3, 4, ... into a channel.  The first number that arrives
// at the end of the chain is a prime; a new filter then joins the chain and lets
// through only what that prime does not divide:
//
//	generate --> filter 2 --> filter 3 --> filter 5 --> ... --> rt_main
//
// The channels have no buffer, so each number is handed over in person: this is as
// much a test of the scheduler as it is a way to find primes.

#include <rt.h>

typedef struct {
	rt_chan *in, *out;
	int64_t prime;
} Filter;

static void
generate(void *arg)
{
	rt_chan *out = arg;

	for (int64_t n = 2;; n++)
		rt_chan_send(out, &n);
}

static void
filter(void *arg)
{
	const Filter *f = arg;
	int64_t n;

	for (;;) {
		rt_chan_recv(f->in, &n);
		if (n % f->prime != 0)
			rt_chan_send(f->out, &n);
	}
}

// Returns the nth prime.  The goroutines wait forever afterwards, and that is fine:
// they end with the process.
static int64_t
nth_prime(int n)
{
	rt_chan *end = rt_chan_make(sizeof(int64_t), 0);
	int64_t prime;

	rt_go(generate, end);
	rt_chan_recv(end, &prime);
	while (--n > 0) {
		rt_chan *next = rt_chan_make(sizeof(int64_t), 0);
		Filter f = {.in = end, .out = next, .prime = prime};
		rt_go_copy(filter, &f, sizeof f);  // copies f, which the next round replaces
		end = next;
		rt_chan_recv(end, &prime);
	}
	return prime;
}

// Returns s as a number from 1 to 1,000,000, or 0 if it is not one.
static int
parse_count(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		n = n * 10 + (*s - '0');
		if (n > 1000000)
			return 0;
	}
	return n;
}

int
rt_main(int argc, char **argv)
{
	int n = 100;

	if (argc > 1)
		n = parse_count(argv[1]);
	if (n == 0 || argc > 2) {
		rt_eprintf("usage: sieve [N], with N from 1 to 1000000\n");
		return 2;
	}
	rt_printf("%d prime%s, the last is %lld\n", n, n == 1 ? "" : "s",
	          (long long)nth_prime(n));
	return 0;
}
