// tests/programs/musl_block.c - with musl: goroutines that block in the C library by
// rt_cgocall leave the processor to others: in read, in getaddrinfo, and many at once.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { Readers = 20, Rounds = 300 };

static rt_waitgroup all;
static int64_t steps;

typedef struct {
	int fd[2];
	char c;
} Pipe;

static void read_byte(void *arg)
{
	Pipe *p = arg;

	equal(read(p->fd[0], &p->c, 1), 1);
}

static void reader(void *arg)
{
	Pipe *p = arg;

	equal(rt_cgocall(read_byte, p), 0);
	equal(p->c, 'x');
	rt_waitgroup_done(&all);
}

static void count(void *arg)
{
	for (int64_t i = 0; i < Rounds; i++) {
		steps++;
		rt_chan_send(arg, &i);
	}
}

// While all the readers are blocked.
static void others_go_on(void)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), 0);
	int64_t v;

	rt_go(count, c);
	for (int64_t i = 0; i < Rounds; i++) {
		check(rt_chan_recv(c, &v));
		equal(v, i);
	}
}

static void readers_wait(void)
{
	static Pipe pipes[Readers];

	rt_waitgroup_add(&all, Readers);
	for (int i = 0; i < Readers; i++) {
		equal(pipe(pipes[i].fd), 0);
		rt_go(reader, &pipes[i]);
	}
	others_go_on();
	for (int i = 0; i < Readers; i++)
		equal(write(pipes[i].fd[1], "x", 1), 1);
	rt_waitgroup_wait(&all);
}

typedef struct {
	const char *host;
	int error, n;
	char text[64];
} Lookup;

static void look_up(void *arg)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	Lookup *l = arg;

	l->error = getaddrinfo(l->host, "80", &hints, &list);
	if (l->error)
		return;
	for (struct addrinfo *a = list; a; a = a->ai_next)
		l->n++;
	equal(getnameinfo(list->ai_addr, list->ai_addrlen, l->text, sizeof l->text, NULL, 0,
	                  NI_NUMERICHOST), 0);
	freeaddrinfo(list);
}

static void localhost(void *arg)
{
	Lookup l = { .host = arg };

	rt_cgocall(look_up, &l);
	equal(l.error, 0);
	check(l.n > 0);
	check(strcmp(l.text, "127.0.0.1") == 0 || strcmp(l.text, "::1") == 0);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	readers_wait();
	rt_waitgroup_add(&all, 10);
	for (int i = 0; i < 10; i++)
		rt_go(localhost, "localhost");
	others_go_on();
	rt_waitgroup_wait(&all);
	equal(steps, 2 * Rounds);
	return 0;
}
