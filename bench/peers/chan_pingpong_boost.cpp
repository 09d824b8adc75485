// bench/peers/chan_pingpong_boost.cpp - bench/chan_pingpong.c with Boost.Fiber, on one
// thread however many processors there are: only one fiber can run at a time.
#include "fibers.h"

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 3000000), v = 0;
	boost::fibers::unbuffered_channel<int64_t> ping, pong;

	auto echo = spawn(launch::post, [&] {
		for (int64_t i = 0; i < n; i++)
			pong.push(ping.value_pop());
	});
	auto start = Clock::now();

	for (int64_t i = 0; i < n; i++) {
		ping.push(i);
		v = pong.value_pop();
	}
	metric("roundtrip", since(start) / (double)n, "ns");
	echo.join();
	return v != n - 1;
}
