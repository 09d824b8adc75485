// tests/check/secure.c - a program that says what it sees of its surroundings, and ends as
// its argument says.
#include "../lib/test.h"

#include <fcntl.h>

static rt_mutex mutex;

// The word of the auxiliary vector, behind the environment.
static uint64_t auxiliary(char **argv, int argc, uint64_t tag)
{
	uint64_t *p = (uint64_t *)(argv + argc + 1);

	while (*p++)
		;
	while (p[0] && p[0] != tag)
		p += 2;
	return p[1];
}

// Waits for a signal with a secret in a register.
static RT_NORETURN void spin(void)
{
	uint64_t secret = 0x5ec2e75ec2e75ec2;

	rt_printf("ready\n");
	for (;;)
		__asm__ volatile("" : "+r"(secret));
}

static int deeper(volatile char *above)
{
	volatile char frame[4096];

	frame[0] = above[0];
	return deeper(frame) + frame[0];
}

// The traceback that a program asks for has all that there is, wherever it runs.
static void stack(void)
{
	char buf[1024];

	rt_stack(buf, sizeof buf, false);
	rt_printf("%s", buf);
}

int rt_main(int argc, char **argv)
{
	enum { AtSecure = 23 };
	const char *how = argc > 1 ? argv[1] : "panic";
	int fd = rt_open("/dev/zero", O_RDONLY, 0);

	rt_printf("secure %d, Ps %d, next descriptor %d\n",
	          (int)auxiliary(argv, argc, AtSecure), rt_gomaxprocs(0), fd);
	if (same(how, "spin"))
		spin();
	if (same(how, "stack"))
		stack();
	if (same(how, "trace"))
		return rt_trace_start(argv[2]) || rt_trace_stop();
	if (same(how, "fault"))
		*(volatile int *)0x5ec2e75ec2e0 = 1;
	if (same(how, "nil"))
		*(volatile int *)8 = 1;
	if (same(how, "fatal"))
		rt_mutex_unlock(&mutex);
	if (same(how, "free"))
		rt_free(&mutex);
	if (same(how, "overflow"))
		return deeper("");
	rt_panic("here");
}
