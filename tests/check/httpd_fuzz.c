// httpd_fuzz.c - sends an HTTP server requests with random bytes changed, cut off, or put
// together, and asks for a file now and then. Hosted C.
//
//	httpd_fuzz PORT N SEED
//
// Prints how often each status came. Fails when a good request is not answered by 200, or
// when any request is not done with in 10 seconds.
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char *const requests[] = {
	"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET /small.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=10-20\r\nConnection: close\r\n\r\n",
	"HEAD /sub/index.html HTTP/1.1\r\nHost: a\r\nUser-Agent: fuzz\r\nAccept: */*\r\n\r\n",
	"GET /sub HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	"GET /a%20b?x=y HTTP/1.1\r\nhost: a\r\nIf-None-Match: \"x\"\r\nRange: bytes=-5\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"GET http://a/sub/../index.html HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"a\", W/\"b,c\" , *\r\nIf-None-Match:,\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nIf-Match: *\r\n"
	"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: a, keep-alive,close\r\n\r\n",
	"GET /sub?a=%25 HTTP/1.1\r\nHost: a\r\nIf-Unmodified-Since: Sun Nov  6 08:49:37 2094\r\n"
	"If-Range: \"x\"\r\nRange: bytes=0-9999999999999999999\r\n\r\n",
};

static uint64_t seed;
static struct sockaddr_in server;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

// One connection: sends, says that it is all, and reads to the end. Returns the first
// status, 0 for none.
static int talk(const char *msg, size_t n)
{
	struct timeval limit = { .tv_sec = 10 };
	struct linger none = { .l_onoff = 1 };
	char buf[65536];
	int status = 0, fd = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t r;

	if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server))
		fail("connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none); // no port stays in use
	if (send(fd, msg, n, MSG_NOSIGNAL) >= 0)
		shutdown(fd, SHUT_WR);
	while ((r = recv(fd, buf, sizeof buf - 1, 0)) > 0) {
		buf[r] = '\0';
		if (status == 0 && r > 12 && memcmp(buf, "HTTP/1.1 ", 9) == 0)
			status = atoi(buf + 9);
	}
	if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		fail("no end"); // a reset is fine
	close(fd);
	return status;
}

static size_t mutated(char *msg)
{
	size_t n = 0, k;

	for (int parts = rnd() % 8 == 0 ? 3 : 1; parts > 0; parts--) {
		const char *one = requests[rnd() % (sizeof requests / sizeof requests[0])];

		memcpy(msg + n, one, strlen(one));
		n += strlen(one);
	}
	for (k = rnd() % 6; k > 0; k--)
		msg[rnd() % n] = (char)rnd();
	if (rnd() % 8 == 0)
		n = rnd() % n + 1;
	if (rnd() % 500 == 0) { // a very long line
		memset(msg + n / 2, 'a', 40000);
		n = n / 2 + 40000;
	}
	return n;
}

int main(int argc, char **argv)
{
	static char msg[65536];
	long count[600] = { 0 }, total = argc > 2 ? atol(argv[2]) : 1000;

	server.sin_family = AF_INET;
	server.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "8080"));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	seed = argc > 3 ? strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15 + 1 : 88172645463325252;
	for (long i = 0; i < total; i++) {
		int status = talk(msg, mutated(msg));

		count[status < 600 ? status : 599]++;
		if (i % 1000 == 0 && talk(requests[0], strlen(requests[0])) != 200) {
			printf("after %ld requests a good one is not answered\n", i);
			return 1;
		}
	}
	for (int i = 0; i < 600; i++) {
		if (count[i])
			printf("%d: %ld\n", i, count[i]);
	}
	return 0;
}
