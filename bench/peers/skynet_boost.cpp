// bench/peers/skynet_boost.cpp - bench/skynet.c with Boost.Fiber. A child runs at once, until
// it waits; the channels have room for what all the children send.
#include "fibers.h"

constexpr int Children = 10;

using Channel = boost::fibers::buffered_channel<int64_t>;

static void skynet(Channel &parent, int64_t first, int64_t size)
{
	if (size == 1) {
		parent.push(first);
		return;
	}
	Channel c(16); // a power of two, of which one place stays empty
	int64_t sum = 0;

	for (int64_t i = 0; i < Children; i++)
		spawn(launch::dispatch, skynet, std::ref(c), first + i * size / Children, size / Children).detach();
	for (int i = 0; i < Children; i++)
		sum += c.value_pop();
	parent.push(sum);
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 1000000), sum = 0;

	run([&] {
		auto start = Clock::now();
		Channel c(2);

		spawn(launch::dispatch, skynet, std::ref(c), 0, n).detach();
		sum = c.value_pop();
		metric("total", since(start) / 1e6, "ms");
		metric("peak_rss", status("VmHWM:") / (1 << 20), "MiB");
	});
	return sum != n * (n - 1) / 2;
}
