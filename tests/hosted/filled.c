// tests/hosted/filled.c - what the runtime and the kernel fill has been set: MemorySanitizer says
// nothing of it.
// sanitizer: memory/clang
// stdout: fine
#include <rt.h>

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static volatile int used;

// Depends on all of the bytes.
static void use(const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == 7)
			used++;
	}
}

static void *task(void *arg)
{
	return arg;
}

static void panics(void *arg)
{
	rt_panic("%d %s", 1, (char *)arg);
}

int rt_main(int argc, char **argv)
{
	char buf[32], more[32], names[2][64], text[200];
	rt_iovec v[2] = { { buf, 3 }, { more, 3 } };
	char *const args[] = { "true", NULL };
	rt_chan *c = rt_chan_make(sizeof(int), 1);
	struct rt_memstats stats;
	struct timespec now;
	struct utsname name;
	struct stat st;
	rt_message m = { .buf = buf, .n = sizeof buf };
	rt_address to, from;
	rt_process *p;
	void *result;
	int fd[2], status, sig, udp, n;

	(void)argc;
	rt_pipe(fd);
	use(fd, sizeof fd);
	rt_write(fd[1], "0123456789", 10);
	use(v, sizeof v);
	use(buf, (size_t)rt_read(fd[0], buf, 2));
	rt_readv(fd[0], v, 2);
	use(buf, 3);
	use(more, 3);

	udp = rt_listen("udp", "127.0.0.1:0");
	n = rt_local_address(udp, names[0], sizeof names[0]);
	use(names[0], (size_t)n + 1);
	rt_address_parse(&to, "udp", names[0]);
	use(&to, sizeof to);
	rt_send_to(udp, "abc", 3, &to);
	use(buf, (size_t)rt_recv_from(udp, buf, sizeof buf, &from));
	use(&from, to.size);
	n = rt_address_format(&from, names[1], sizeof names[1]);
	use(names[1], (size_t)n + 1);
	rt_send_to(udp, "abc", 3, &to);
	rt_recv_message(udp, &m);
	use(&m.from, m.from.size);
	use(m.buf, m.n);
	n = rt_lookup_host("127.0.0.1", &from, 1);
	use(&from, n > 0 ? from.size : 0);

	n = rt_snprintf(text, sizeof text, "%s:%d:%5.2f", names[0], n, 1.5);
	use(text, (size_t)n + 1);
	if (!rt_recover(panics, names[1], text, sizeof text))
		return 1;
	use(text, strlen(text) + 1);
	use(text, rt_stack(text, sizeof text, false) < sizeof text ? 1 : sizeof text);
	rt_memstats(&stats);
	use(&stats, sizeof stats);
	rt_join_until(rt_spawn(task, argv), INT64_MAX, &result);
	use(&result, sizeof result);

	rt_signal_notify(SIGUSR1, c);
	rt_syscall(SYS_kill, getpid(), SIGUSR1);
	rt_chan_recv(c, &sig);
	use(&sig, sizeof sig);
	if (rt_process_start(&p, "/bin/true", args, NULL) != 0 || rt_process_wait(p, &status) != 0)
		return 1;
	use(&status, sizeof status);

	rt_syscall(SYS_fstat, fd[0], &st);
	use(&st.st_mode, sizeof st.st_mode);
	rt_syscall(SYS_uname, &name);
	use(name.sysname, strlen(name.sysname));
	rt_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	use(&now, sizeof now);
	use(buf, (size_t)rt_syscall(SYS_read, fd[0], buf, 1));
	rt_printf("%s\n", "fine");
	return 0;
}
