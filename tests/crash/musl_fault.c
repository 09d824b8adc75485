// tests/crash/musl_fault.c - with musl, a fault in the C library's code is no panic that
// could be recovered from: the library may hold a lock. The report names the caller.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// stderr: SIGSEGV: segmentation violation
// stderr~: ^PC=0x[0-9a-f]+ m=[0-9]+ sigcode=1 addr=0x0$
// stderr~: ^goroutine 1 \[running\]:\nstrlen\(\.\.\.\)\n\t.*\nmeasure\(\.\.\.\)\n\t/.*\/musl_fault\.c:[0-9]+ 
// exit: 2
#include <rt.h>

#include <string.h>

static void measure(void *s)
{
	size_t volatile n = strlen(s);

	(void)n;
}

int rt_main(int argc, char **argv)
{
	char text[64];

	return rt_recover(measure, argv[argc], text, sizeof text);
}
