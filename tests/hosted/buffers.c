// tests/hosted/buffers.c - memory that is too small, or is freed, given to each kind of function that
// fills it or reads it: the report names the caller.
// sanitizer: address
// stderr~: ERROR: AddressSanitizer: (heap-(buffer-overflow|use-after-free)|unknown-crash)
// stderr~: in (rt_main|call) .*buffers\.c
// exit: 1
// matrix: CALL=readv,writev,recvfrom,message,stack,snprintf,string,precision,format,printf,panic,lookup,parse,pipe,getenv,join,memstats,gocopy,process,open,recover,sendfile,select,iovec
#include <rt.h>

#include <fcntl.h>
#include <string.h>

static char text[64] = "0123456789012345678901234567890123456789";

static void panics(void *arg)
{
	rt_panic("%s", (char *)arg);
}

static void *task(void *arg)
{
	return arg;
}

static void nothing(void *arg)
{
	(void)arg;
}

// Returns a socket with a datagram in it.
static int received(void)
{
	int fd = rt_listen("udp", "127.0.0.1:0");
	char name[64];

	rt_local_address(fd, name, sizeof name);
	rt_write(rt_dial("udp", name), text, sizeof text);
	return fd;
}

static void call(const char *which)
{
	char *small = rt_malloc(8), *unterminated = memset(rt_malloc(8), 'x', 8);
	char *args[] = { unterminated, NULL };
	rt_iovec v = { small, sizeof text };
	rt_message m = { .buf = small, .n = sizeof text };
	rt_process *p;
	int fd[2];

	rt_pipe(fd);
	rt_write(fd[1], text, sizeof text);
	if (!strcmp(which, "readv"))
		rt_readv(fd[0], &v, 1);
	else if (!strcmp(which, "writev"))
		rt_writev(fd[1], &v, 1);
	else if (!strcmp(which, "iovec"))
		rt_readv(fd[0], (rt_iovec *)small, 1);
	else if (!strcmp(which, "recvfrom"))
		rt_recv_from(received(), small, 8, (rt_address *)(void *)small);
	else if (!strcmp(which, "message"))
		rt_send_message(rt_listen("udp", "127.0.0.1:0"), &m);
	else if (!strcmp(which, "stack"))
		rt_stack(small, 100, false);
	else if (!strcmp(which, "snprintf"))
		rt_snprintf(small, 20, "%d%d", 1234567, 1234567);
	else if (!strcmp(which, "string"))
		rt_snprintf(text, sizeof text, "%d %.1f %s", 1, 2.0, unterminated);
	else if (!strcmp(which, "precision"))
		rt_snprintf(text, sizeof text, "%*d %.*s", 3, 1, 9, unterminated);
	else if (!strcmp(which, "format"))
		rt_snprintf(text, sizeof text, unterminated, 1);
	else if (!strcmp(which, "printf"))
		rt_printf("%s", unterminated);
	else if (!strcmp(which, "panic"))
		rt_panic("%s", unterminated);
	else if (!strcmp(which, "lookup"))
		rt_lookup_host("127.0.0.1", (rt_address *)(void *)small, 1);
	else if (!strcmp(which, "parse"))
		rt_address_parse((rt_address *)(void *)small, "tcp", "1.2.3.4:5");
	else if (!strcmp(which, "pipe"))
		rt_pipe((int *)(void *)(small + 4));
	else if (!strcmp(which, "getenv"))
		rt_getenv(unterminated);
	else if (!strcmp(which, "join"))
		rt_join_until(rt_spawn(task, NULL), INT64_MAX, (void **)(void *)(small + 4));
	else if (!strcmp(which, "memstats"))
		rt_memstats((struct rt_memstats *)(void *)small);
	else if (!strcmp(which, "gocopy"))
		rt_go_copy(nothing, small, 100);
	else if (!strcmp(which, "process"))
		rt_process_start(&p, "/bin/true", args, NULL);
	else if (!strcmp(which, "open"))
		rt_open(unterminated, O_RDONLY, 0);
	else if (!strcmp(which, "recover"))
		rt_recover(panics, text, small, 20);
	else if (!strcmp(which, "sendfile"))
		rt_sendfile(1, 0, (int64_t *)(void *)(small + 4), 0);
	else if (!strcmp(which, "select")) {
		rt_free(small);
		rt_select((rt_case *)(void *)small, 1);
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	call(rt_getenv("CALL"));
	rt_printf("nothing found\n");
	return 0;
}
