// bench/peers/chan_buffered_boost.cpp - bench/chan_buffered.c with Boost.Fiber, on one
// thread however many processors there are: two that steal are much slower.
#include "fibers.h"

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 20000000), sum = 0;
	boost::fibers::buffered_channel<int64_t> c(128);
	auto producer = spawn(launch::post, [&] {
		for (int64_t i = 0; i < n; i++)
			c.push(i);
		c.close();
	});
	auto start = Clock::now();

	for (int64_t v : c)
		sum += v;
	metric("item", since(start) / (double)n, "ns");
	producer.join();
	return sum != n * (n - 1) / 2;
}
