// bench/peers/timers_boost.cpp - bench/timers.c with Boost.Fiber. Each thread has its share of
// the sleepers and the default scheduler: threads that steal do not sleep themselves.
#include <ctime>

#include "fibers.h"
#include "late.h"

struct Sleeper {
	int64_t when, late; // ns
};

static double cputime()
{
	timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void sleeper(Sleeper &s)
{
	auto start = Clock::now();

	boost::this_fiber::sleep_for(std::chrono::nanoseconds(s.when));
	s.late = (int64_t)since(start) - s.when;
}

static void share(Sleeper *s, int64_t n)
{
	std::vector<fiber> fibers;

	fibers.reserve((size_t)n);
	for (int64_t i = 0; i < n; i++)
		fibers.push_back(spawn(launch::post, sleeper, std::ref(s[i])));
	for (auto &f : fibers)
		f.join();
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100000), threads = procs();
	std::vector<Sleeper> sleepers((size_t)n);
	std::vector<int64_t> late;
	std::vector<std::thread> others;
	uint32_t lcg = 12345;

	for (auto &s : sleepers) {
		lcg = lcg * 1664525 + 1013904223;
		s.when = (1000 + (lcg >> 8) % 99000) * 1000;
	}
	auto start = Clock::now();
	double cpu = cputime();
	for (int64_t i = 1; i < threads; i++) {
		int64_t first = n * i / threads, end = n * (i + 1) / threads;

		others.emplace_back(share, &sleepers[(size_t)first], end - first);
	}
	share(sleepers.data(), n / threads);
	for (auto &thread : others)
		thread.join();
	metric("wall", since(start) / 1e6, "ms");
	metric("cpu", (cputime() - cpu) / 1e6, "ms");
	for (auto &s : sleepers)
		late.push_back(s.late);
	lateness(late.data(), n);
	return 0;
}
