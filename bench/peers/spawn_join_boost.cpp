// bench/peers/spawn_join_boost.cpp - bench/spawn_join.c with Boost.Fiber, on one
// thread however many processors there are: two that steal are much slower.
#include "fibers.h"

static void batches(const char *name, int64_t n, int batch)
{
	auto start = Clock::now();
	std::vector<fiber> fibers;

	fibers.reserve((size_t)batch);
	for (int64_t i = 0; i < n / batch; i++) {
		for (int j = 0; j < batch; j++)
			fibers.push_back(spawn(launch::post, [] {}));
		for (auto &f : fibers)
			f.join();
		fibers.clear();
	}
	metric(name, since(start) / (double)(n / batch * batch), "ns");
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 4000000);

	batches("batch1000", n, 1000);
	batches("batch1", n / 4, 1);
	return 0;
}
