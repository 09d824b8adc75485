// echo - sends back what it gets: a goroutine for each connection.
//
//	echo [ADDRESS]        127.0.0.1:7000 if none is given; "unix:PATH" for a local one
#include <rt.h>

// Small enough for a goroutine's small stack: a connection that is silent costs 2 KiB.
enum { Buffer = 512 };

// The rest of s behind prefix, or NULL.
static const char *after(const char *s, const char *prefix)
{
	while (*prefix) {
		if (*s++ != *prefix++)
			return NULL;
	}
	return s;
}

static void serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[Buffer];
	int64_t n;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0) {
		if (rt_write(fd, buf, (size_t)n) < 0)
			break;
	}
	rt_close(fd);
}

int rt_main(int argc, char **argv)
{
	const char *address = argc > 1 ? argv[1] : "127.0.0.1:7000", *network = "tcp";
	char name[128];
	int listener;

	if (after(address, "unix:")) {
		network = "unix";
		address = after(address, "unix:");
	}
	listener = rt_listen(network, address);
	if (listener < 0) {
		rt_eprintf("echo: %s: %s\n", address, rt_strerror(listener));
		return 1;
	}
	rt_local_address(listener, name, sizeof name);
	rt_printf("listening at %s\n", name);
	for (;;) {
		int fd = rt_accept(listener);

		if (fd >= 0)
			rt_go(serve, (void *)(intptr_t)fd);
		else
			rt_eprintf("echo: accept: %s\n", rt_strerror(fd));
	}
}
