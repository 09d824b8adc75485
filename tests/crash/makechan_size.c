// tests/crash/makechan_size.c - a channel larger than memory panics.
// env: SIZE=8 CAP=0x2000000000000000
// env: SIZE=1 CAP=0xffffffffffffffff
// env: SIZE=0x8000 CAP=0x8000000000000
// stderr: panic: makechan: size out of range
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

static size_t hex(const char *text)
{
	size_t n = 0;

	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	for (; *text; text++)
		n = n * 16 + (size_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return n;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_chan_make(hex(rt_getenv("SIZE")), hex(rt_getenv("CAP")));
	return 0;
}
