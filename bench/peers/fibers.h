// fibers.h - what bench.h gives to workloads, for programs with Boost.Fiber; their threads,
// and their stacks.
#ifndef FIBERS_H
#define FIBERS_H

#include <boost/fiber/all.hpp>
#include <boost/fiber/algo/work_stealing.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "procstatus.h"

using boost::fibers::fiber;
using boost::fibers::launch;

using Clock = std::chrono::steady_clock;

// The first argument, or normally.
inline int64_t count(int argc, char **argv, int64_t normally)
{
	int64_t n = argc > 1 ? atoll(argv[1]) : 0;

	return n > 0 ? n : normally;
}

inline void metric(const char *name, double value, const char *unit)
{
	printf("%s %.2f %s\n", name, value, unit);
}

// The time since start in ns.
inline double since(Clock::time_point start)
{
	return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

inline unsigned procs()
{
	const char *value = getenv("GOMAXPROCS");
	int n = value ? atoi(value) : 0;

	return n > 0 ? (unsigned)n : 2;
}

inline bool stealing; // between threads

// Starts a fiber, at once or when this one waits, with a stack of four pages: the default is
// 32. The library's spin lock alone needs more than one, the dynamic linker's look-ups more than
// two (mk/bench.mk links with -z now). A thread's pool is for its own fibers.
template <typename... Work> fiber spawn(launch when, Work &&...work)
{
	using namespace boost::fibers;
	static const size_t size = 4 * fixedsize_stack::traits_type::page_size();
	thread_local pooled_fixedsize_stack pool(size);

	if (stealing)
		return fiber(when, std::allocator_arg, fixedsize_stack(size), std::forward<Work>(work)...);
	return fiber(when, std::allocator_arg, pool, std::forward<Work>(work)...);
}

// Calls work: with one processor under the default scheduler; with more on one of as many
// threads, which steal fibers from each other.
template <typename Work> void run(Work work)
{
	using namespace boost::fibers;
	unsigned n = procs();
	bool done = false;
	mutex m;
	condition_variable ended;
	std::vector<std::thread> others;

	if (n == 1) {
		work();
		return;
	}
	stealing = true;
	for (unsigned i = 1; i < n; i++) {
		others.emplace_back([&] {
			use_scheduling_algorithm<algo::work_stealing>(n);
			std::unique_lock<mutex> lock(m);
			ended.wait(lock, [&] { return done; });
		});
	}
	use_scheduling_algorithm<algo::work_stealing>(n); // waits until all have come here
	work();
	{
		std::unique_lock<mutex> lock(m);
		done = true;
	}
	ended.notify_all();
	for (auto &thread : others)
		thread.join();
}

#endif
