// bench/peers/prime_sieve_boost.cpp - bench/prime_sieve.c with Boost.Fiber, on one
// thread however many processors there are: two that steal are much slower.
#include "fibers.h"

using Channel = boost::fibers::unbuffered_channel<int64_t>;

static void generate(Channel &c)
{
	for (int64_t i = 2;; i++)
		c.push(i);
}

static void filter(Channel &in, Channel &out, int64_t prime)
{
	for (;;) {
		int64_t v = in.value_pop();

		if (v % prime != 0)
			out.push(v);
	}
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 2000);
	auto start = Clock::now();
	Channel *c = new Channel;

	spawn(launch::post, generate, std::ref(*c)).detach();
	for (int64_t i = 0; i < n; i++) {
		Channel *out = new Channel;

		spawn(launch::post, filter, std::ref(*c), std::ref(*out), c->value_pop()).detach();
		c = out;
	}
	metric("total", since(start) / 1e6, "ms");
	fflush(stdout);
	_Exit(0); // the filters have no end
}
