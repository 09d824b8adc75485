// tests/hosted/freednotify.c - signals are asked for on a channel that has been freed.
// sanitizer: address
// stderr~: ERROR: AddressSanitizer: heap-use-after-free
// stderr~: (?s)in rt_signal_notify .*in rt_main .*freednotify\.c:18.*freed by
// stderr~: (?s)freed by.*in rt_chan_free .*in rt_main .*freednotify\.c:17
// exit: 1
#include <rt.h>

enum { Sigusr1 = 10 };

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 1);

	(void)argc, (void)argv;
	rt_signal_notify(Sigusr1, c);
	rt_chan_free(c);
	rt_signal_notify(Sigusr1, c);
	return 0;
}
