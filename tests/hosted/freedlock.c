// tests/hosted/freedlock.c - a mutex that is locked after its object was freed.
// sanitizer: thread
// stderr~: (?s)WARNING: ThreadSanitizer: heap-use-after-free.*?rt_mutex_lock.*? late .*?freedlock\.c:21
// stderr~: (?s)Previous write .*? rt_main .*?freedlock\.c:35
// stderr~: (?s)'goroutine [0-9]+, by goroutine 1' .*? rt_main .*?freedlock\.c:34
// exit: 66
#include <rt.h>

typedef struct {
	rt_mutex m;
	int n;
} Shared;

static rt_chan *go;

static void late(void *arg)
{
	Shared *s = arg;

	rt_chan_recv(go, NULL);
	rt_mutex_lock(&s->m);
	rt_mutex_unlock(&s->m);
	rt_chan_send(go, NULL);
}

int rt_main(int argc, char **argv)
{
	Shared *s = rt_calloc(1, sizeof *s);

	(void)argc, (void)argv;
	rt_mutex_lock(&s->m);
	rt_mutex_unlock(&s->m);
	go = rt_chan_make(0, 0);
	rt_go(late, s);
	rt_free(s);
	rt_chan_send(go, NULL);
	rt_chan_recv(go, NULL);
	return 0;
}
