// tests/programs/spawn.c - goroutines come and go without leaving anything behind.
//
//	spawn [N]	N goroutines, one after the other (default 1,000,000)
//
// Promises: the count of goroutines is back at 1 and the resident memory has not grown
// after N of them; numbers are never used twice; on one processor the first is 5, after
// the main goroutine and the three of the runtime.
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not address thread memory: stacks have shadows
// arch: not qemu: the resident memory is the emulator's
#include "../lib/test.h"

#include <fcntl.h>

enum {
	Numbers = 2000,      // goroutines whose numbers are compared
	Highest = 1 << 20,   // no number of theirs is above
	Growth = 8 << 20,    // bytes that N goroutines may leave: caches that fill up
};

static rt_chan *done;

// Resident bytes of this process.
static int64_t resident(void)
{
	char text[128], *p = text;
	int fd = rt_open("/proc/self/statm", O_RDONLY, 0);
	int64_t n;

	check(fd >= 0);
	n = rt_read(fd, text, sizeof text - 1);
	check(n > 0);
	text[n] = 0;
	equal(rt_close(fd), 0);
	while (*p && *p != ' ')
		p++;
	for (n = 0, p++; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + *p - '0';
	return n * 4096;
}

static void report_number(void *arg)
{
	uint64_t id = rt_goid();

	(void)arg;
	rt_chan_send(done, &id);
}

static void say_done(void *arg)
{
	uint64_t nothing = 0;

	(void)arg;
	rt_chan_send(done, &nothing);
}

// A goroutine that has sent its last is still there for a moment.
static void wait_until_alone(void)
{
	while (rt_num_goroutine() != 1)
		rt_gosched();
}

static void numbers(void)
{
	static uint8_t seen[Highest];
	uint64_t id;

	equal(rt_goid(), 1);
	for (int i = 0; i < Numbers; i++) {
		rt_go(report_number, NULL);
		if (i % 2) // now one, now two at a time
			check(rt_chan_recv(done, &id) && id < Highest && !seen[id]++);
		if (i == 0 || i % 2 == 0)
			continue;
		check(rt_chan_recv(done, &id) && id < Highest && !seen[id]++);
		if (i == 1 && rt_gomaxprocs(0) == 1)
			check(seen[5] && seen[6]);
	}
	check(!seen[0] && !seen[1]);
	wait_until_alone();
}

static void one_after_the_other(int64_t n)
{
	uint64_t nothing;

	for (int64_t i = 0; i < n; i++) {
		rt_go(say_done, NULL);
		check(rt_chan_recv(done, &nothing));
	}
}

int rt_main(int argc, char **argv)
{
	int64_t n = argument(argc, argv, 1000000), before;

	done = rt_chan_make(sizeof(uint64_t), 0);
	equal(rt_num_goroutine(), 1);
	numbers();
	one_after_the_other(n / 10); // fills the caches
	before = resident();
	one_after_the_other(n);
	wait_until_alone();
	equal(rt_num_goroutine(), 1);
	if (resident() - before > Growth)
		equal(resident(), before);
	return 0;
}
