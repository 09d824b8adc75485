// hosted_fuzz.c - a target that goes wrong at an input that begins with a letter: hosted_fuzz.sh.
#include <rt.h>

static rt_chan *c;
static int *volatile null;

static void sender(void *arg)
{
	rt_chan_send(c, arg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t first = n ? data[0] : 0, got;

	if (!c)
		c = rt_chan_make(1, 0);
	rt_go_copy(sender, &first, 1);
	rt_chan_recv(c, &got);
	switch (got) {
	case 'P':
		rt_panic("a panic");
	case 'N':
		*null = 1;
		break;
	case 'D':
		rt_chan_recv(c, &got);
		break;
	case 'O':
		((volatile uint8_t *)(uintptr_t)data)[n] = 1;
		break;
	case 'T':
		for (;;)
			rt_gosched();
	}
	return 0;
}
