// tests/programs/process_many.c - a thousand processes at once are waited for by as many
// goroutines on few threads; and processes started one after the other leave nothing behind:
// no memory, no descriptors, no threads, no children. The argument says how many those are.
// matrix: GOMAXPROCS=2,64
// timeout: 120
// stdout: ok
// hosted: not address thread memory: what is freed stays for a while
// arch: not qemu: a child does not share its memory, so its error is not seen
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>

enum { Many = 1000, WNOHANG = 1, RLIMIT_NOFILE = 7 };

static rt_waitgroup waiting;

static rt_process *start(const char *program, char *const args[], const rt_process_options *o)
{
	rt_process *p;

	equal(rt_process_start(&p, program, args, o), 0);
	return p;
}

static void waiter(void *p)
{
	int status;

	equal(rt_process_wait(p, &status), 0);
	equal(status, 0);
	rt_waitgroup_done(&waiting);
}

// The number behind a name in /proc/self/status.
static int64_t status_of(const char *name)
{
	static char text[4096];
	int fd = rt_open("/proc/self/status", O_RDONLY, 0);
	int64_t n = rt_read(fd, text, sizeof text - 1), value = 0;
	size_t len = 0;
	const char *at;

	check(n > 0);
	text[n] = '\0';
	rt_close(fd);
	while (name[len])
		len++;
	for (at = text; __builtin_memcmp(at, name, len) != 0; at++)
		check(*at);
	for (at += len; *at == ':' || *at == ' ' || *at == '\t'; at++)
		;
	for (; *at >= '0' && *at <= '9'; at++)
		value = 10 * value + (*at - '0');
	return value;
}

static int fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 2000; fd++)
		n += rt_syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	return n;
}

// Each reads from a pipe until this process closes it, so that all are there at once.
static void at_once(void)
{
	char *args[] = { "cat", NULL };
	int p[2];

	equal(rt_pipe(p), 0);
	rt_waitgroup_add(&waiting, Many);
	for (int i = 0; i < Many; i++)
		rt_go(waiter, start("/bin/cat", args, &(rt_process_options){
			.fds = (int[]){ p[0], 1, 2 }, .nfds = 3 }));
	check(status_of("Threads") < rt_gomaxprocs(0) + 18);
	equal(rt_close(p[0]), 0);
	equal(rt_close(p[1]), 0);
	rt_waitgroup_wait(&waiting);
}

static void one(int64_t i)
{
	static char *args[] = { "true", NULL };

	if (i % 8 == 7) { // errors leave as little
		rt_process *p;

		equal(rt_process_start(&p, "/nonexistent", args, NULL), -ENOENT);
		return;
	}
	equal(rt_process_wait(start("/bin/true", args, NULL), NULL), 0);
}

int rt_main(int argc, char **argv)
{
	int64_t count = argument(argc, argv, 2000), rss, open;
	uint64_t limit[2] = { 4096, 4096 };
	struct rt_memstats before, after;

	equal(rt_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, limit), 0);
	at_once();
	for (int64_t i = 0; i < 200; i++)
		one(i);
	rt_memstats(&before);
	rss = status_of("VmRSS");
	open = fds();
	for (int64_t i = 0; i < count; i++)
		one(i);
	rt_memstats(&after);
	equal(fds(), open);
	check(after.objects <= before.objects + 10);
	check(after.heap <= before.heap && after.other <= before.other + (64 << 10));
	check(status_of("VmRSS") <= rss + 512); // KiB
	check(status_of("Threads") < rt_gomaxprocs(0) + 18);
	equal(rt_syscall(SYS_wait4, -1, NULL, WNOHANG, NULL), -ECHILD);
	if (argc > 1)
		rt_printf("VmRSS %d KiB, then %d\n", (int)rss, (int)status_of("VmRSS"));
	rt_printf("ok\n");
	return 0;
}
