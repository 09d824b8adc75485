// bench/peers/tcp_client.c - asks an echo server: C connections, each with one message of
// 64 bytes under way, for S seconds after half a second of warming up. Hosted C.
//
//	tcp_client PORT [S [C [PID]]]
//
// With the server's process number it prints the server's CPU time per request too.
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { Message = 64, MaxSamples = 16 << 20 };

typedef struct {
	int fd, got;
	int64_t sent;
} Conn;

static uint32_t *samples; // ns
static long nsamples;

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void ask(Conn *c)
{
	char msg[Message];

	memset(msg, 'x', sizeof msg);
	c->got = 0;
	c->sent = now();
	if (write(c->fd, msg, sizeof msg) != sizeof msg)
		fail("write");
}

static void answer(Conn *c)
{
	char buf[Message];
	ssize_t n = read(c->fd, buf, sizeof buf);

	if (n <= 0)
		fail("read");
	c->got += (int)n;
	if (c->got < Message)
		return;
	if (nsamples < MaxSamples)
		samples[nsamples++] = (uint32_t)(now() - c->sent);
	ask(c);
}

static int dial(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; connect(fd, (struct sockaddr *)&a, sizeof a); i++) {
		if (i == 100)
			fail("connect");
		usleep(20000); // the server is just starting
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

// What the threads of a process have used of the processors, in ns.
static int64_t cpuof(const char *pid)
{
	char path[320];
	int64_t sum = 0;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%s/task", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		long long ns = 0;
		FILE *f;

		snprintf(path, sizeof path, "/proc/%s/task/%s/schedstat", pid, e->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%lld", &ns) == 1)
			sum += ns;
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return sum;
}

static void run(int ep, int64_t until)
{
	struct epoll_event ev[128];

	while (now() < until) {
		int n = epoll_wait(ep, ev, 128, 100);

		for (int i = 0; i < n; i++)
			answer(ev[i].data.ptr);
	}
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 7000, nconn = argc > 3 ? atoi(argv[3]) : 100;
	double secs = argc > 2 ? atof(argv[2]) : 3;
	const char *pid = argc > 4 ? argv[4] : NULL;
	Conn *conns = calloc((size_t)nconn, sizeof *conns);
	int ep = epoll_create1(0);
	int64_t start;
	double took;
	int64_t cpu;

	samples = malloc(MaxSamples * sizeof *samples);
	for (int i = 0; i < nconn; i++) {
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &conns[i] };

		conns[i].fd = dial(port);
		epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &ev);
	}
	for (int i = 0; i < nconn; i++)
		ask(&conns[i]);
	run(ep, now() + 500000000);
	nsamples = 0;
	cpu = pid ? cpuof(pid) : 0;
	start = now();
	run(ep, start + (int64_t)(secs * 1e9));
	took = (double)(now() - start) / 1e9;
	if (pid)
		cpu = cpuof(pid) - cpu;
	if (nsamples == 0)
		return 1;
	qsort(samples, (size_t)nsamples, sizeof *samples, ascending);
	printf("requests %.0f req/s\n", (double)nsamples / took);
	printf("p50 %.1f us\n", samples[nsamples / 2] / 1e3);
	printf("p99 %.1f us\n", samples[nsamples / 100 * 99] / 1e3);
	if (pid)
		printf("server_cpu %.2f us\n", (double)cpu / 1e3 / (double)nsamples);
	return 0;
}
