// forward - passes TCP connections on to another address.
//
//	forward LISTEN TARGET        forward :8080 example.org:80
//
// Two goroutines for a connection, one for each direction. The end of one side is passed on, and
// the other can still answer. An error of either side ends both directions.
#include <rt.h>

static const char *target;

typedef struct {
	int in, out;
} Way;

static void *oneway(void *arg)
{
	Way *w = arg;
	int64_t n;

	while ((n = rt_copy(w->out, w->in, INT64_MAX)) > 0)
		; // the next call says whether it was the end or an error
	rt_shutdown(w->out, n == 0 ? 1 : 2);
	if (n < 0)
		rt_shutdown(w->in, 2);
	return NULL;
}

static void serve(void *arg)
{
	int client = (int)(intptr_t)arg, server = rt_dial("tcp", target);
	Way there = { client, server }, back = { server, client };
	rt_task *answers;

	if (server >= 0) {
		answers = rt_spawn(oneway, &back);
		oneway(&there);
		rt_join(answers);
		rt_close(server);
	} else {
		rt_eprintf("forward: %s: %s\n", target, rt_strerror(server));
	}
	rt_close(client);
}

int rt_main(int argc, char **argv)
{
	char name[128];
	int listener;

	if (argc != 3) {
		rt_eprintf("usage: forward LISTEN TARGET\n");
		return 2;
	}
	target = argv[2];
	listener = rt_listen("tcp", argv[1]);
	if (listener < 0) {
		rt_eprintf("forward: %s: %s\n", argv[1], rt_strerror(listener));
		return 1;
	}
	rt_local_address(listener, name, sizeof name);
	rt_printf("listening at %s\n", name);
	for (;;) {
		int client = rt_accept(listener);

		if (client >= 0)
			rt_go(serve, (void *)(intptr_t)client);
		else
			rt_eprintf("forward: accept: %s\n", rt_strerror(client));
	}
}
