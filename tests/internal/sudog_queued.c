// tests/internal/sudog_queued.c - releasing a Sudog that is still on a queue throws.
// matrix: QUEUE=0,1,2
// stderr: fatal error: runtime: release of a queued sudog
// exit: 2
#include "internal.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

int rt_main(int nargs, char **args)
{
	static SemaRoot root;
	static Waitq q;
	static uint32_t address;
	Sudog *s = newwaiter(getg(), false), *other = newwaiter(getg(), false);

	(void)nargs, (void)args;
	switch (number(rt_getenv("QUEUE"))) {
	case 0: // alone in a channel's
		enqueue(&q, s);
		break;
	case 1: // the second of a semaphore
		semqueue(&root, &address, other, false);
		semqueue(&root, &address, s, false);
		break;
	case 2: // its node
		semqueue(&root, &address, s, false);
		break;
	}
	endwaiter(s);
	return 0;
}
