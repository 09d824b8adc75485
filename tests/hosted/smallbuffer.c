// tests/hosted/smallbuffer.c - a buffer that is too small for what rt_read reads: the report has the
// call, though the runtime itself is not checked.
// sanitizer: address
// stderr~: (?s)ERROR: AddressSanitizer: heap-buffer-overflow.*WRITE of size 64
// stderr~: in rt_main .*smallbuffer\.c:18
// stderr~: (?s)allocated by .* in rt_main .*smallbuffer\.c:12
// exit: 1
#include <rt.h>

int rt_main(int argc, char **argv)
{
	char big[64] = "0123456789", *small = rt_malloc(8);
	int fd[2];

	(void)argc, (void)argv;
	rt_pipe(fd);
	rt_write(fd[1], big, sizeof big);
	return rt_read(fd[0], small, sizeof big) < 0;
}
