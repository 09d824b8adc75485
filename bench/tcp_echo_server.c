// bench/tcp_echo_server.c - echoes at port N of 127.0.0.1, a goroutine for each connection,
// until SIGTERM. bench/peers/tcp_client.c measures it.
#include "bench.h"

static void serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[512];
	int64_t n;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0) {
		if (rt_write(fd, buf, (size_t)n) < 0)
			break;
	}
	rt_close(fd);
}

int rt_main(int argc, char **argv)
{
	char address[32];
	int listener, fd;

	rt_snprintf(address, sizeof address, "127.0.0.1:%ld", (long)count(argc, argv, 7000));
	listener = rt_listen("tcp", address);
	if (listener < 0) {
		rt_eprintf("%s: %s\n", address, rt_strerror(listener));
		return 1;
	}
	while ((fd = rt_accept(listener)) >= 0)
		rt_go(serve, (void *)(intptr_t)fd);
	return 1;
}
