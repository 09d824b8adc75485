// tests/hosted/overrun.c - a goroutine that writes past the end of an object of rt_malloc's.
// sanitizer: address
// stderr~: ERROR: AddressSanitizer: heap-buffer-overflow
// stderr~: (?s)WRITE of size 1 .*#0 .* in worker .*overrun\.c:18
// stderr~: 0 bytes to the right of 16-byte region|0 bytes after 16-byte region
// stderr~: (?s)allocated by .* in rt_main .*overrun\.c:26
// exit: 1
#include <rt.h>

static rt_chan *done;

static void worker(void *arg)
{
	char *p = arg;
	volatile int n = 17;

	for (int i = 0; i < n; i++)
		p[i] = 'x';
	rt_chan_send(done, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	done = rt_chan_make(0, 0);
	rt_go(worker, rt_malloc(16));
	rt_chan_recv(done, NULL);
	return 0;
}
