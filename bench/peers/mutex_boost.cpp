// bench/peers/mutex_boost.cpp - bench/mutex.c with Boost.Fiber.
#include "fibers.h"

constexpr int Crowd = 8;

static boost::fibers::mutex m;
static int64_t total;

static void add(int64_t times)
{
	for (int64_t i = 0; i < times; i++) {
		m.lock();
		total++;
		m.unlock();
	}
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 20000000);

	run([=] {
		auto start = Clock::now();
		std::vector<fiber> fibers;

		add(n);
		metric("uncontended", since(start) / (double)n, "ns");
		start = Clock::now();
		for (int i = 0; i < Crowd; i++)
			fibers.push_back(spawn(launch::post, add, n / Crowd));
		for (auto &f : fibers)
			f.join();
		metric("contended8", since(start) / (double)n, "ns");
	});
	return total != n + n / Crowd * Crowd;
}
