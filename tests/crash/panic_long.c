// tests/crash/panic_long.c - the text of a panic is cut off behind 1023 bytes.
// stderr~: \Apanic: x{1023}\n\ngoroutine 1 \[running\]:\n
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	static char text[5000];

	(void)argc, (void)argv;
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = 'x';
	rt_panic("%s", text);
}
