// bench/peers/yield_boost.cpp - bench/yield.c with Boost.Fiber.
#include "fibers.h"

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 10000000);
	auto yielder = [=] {
		for (int64_t i = 0; i < n; i++)
			boost::this_fiber::yield();
	};

	run([=] {
		auto start = Clock::now();
		auto a = spawn(launch::post, yielder), b = spawn(launch::post, yielder);

		a.join();
		b.join();
		metric("switch", since(start) / (2.0 * (double)n), "ns");
	});
	return 0;
}
