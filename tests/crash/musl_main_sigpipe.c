// tests/crash/musl_main_sigpipe.c - a C program's write to a broken pipe ends it by SIGPIPE,
// whatever the descriptor.
// cflags: --musl
// exit: signal 13
#include <unistd.h>

int main(void)
{
	int fds[2];

	if (pipe(fds) != 0 || close(fds[0]) != 0)
		return 1;
	return (int)write(fds[1], "x", 1);
}
