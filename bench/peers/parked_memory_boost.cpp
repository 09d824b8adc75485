// bench/peers/parked_memory_boost.cpp - bench/parked_memory.c with Boost.Fiber, and
// a tenth of the fibers: a million need 8 GiB.
#include <atomic>

#include "fibers.h"

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100000);
	boost::fibers::unbuffered_channel<char> gate;
	std::atomic<int64_t> parked(0);
	std::vector<fiber> fibers;

	run([&] {
		double rss = status("VmRSS:"), tables = status("VmPTE:"), create, wake;
		auto start = Clock::now();

		fibers.reserve((size_t)n);
		for (int64_t i = 0; i < n; i++) {
			fibers.push_back(spawn(launch::post, [&] {
				char c;

				parked++;
				gate.pop(c);
			}));
		}
		while (parked < n)
			boost::this_fiber::yield();
		create = since(start);
		for (int i = 0; i < 100; i++) // until every fiber waits
			boost::this_fiber::yield();
		rss = status("VmRSS:") - rss;
		tables = status("VmPTE:") - tables;
		start = Clock::now();
		gate.close();
		for (auto &f : fibers)
			f.join();
		wake = since(start);

		metric("rss_per_g", rss / (double)n, "B");
		metric("pagetable_per_g", tables / (double)n, "B");
		metric("create", create / (double)n, "ns");
		metric("wake_join", wake / (double)n, "ns");
	});
	return 0;
}
