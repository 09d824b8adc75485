// tests/programs/process_fds.c - a child has the descriptors it is given, in every order, in
// blocking mode, and no others; what this process does with its own stays as it was.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// stdout: ok
// arch: not qemu: it executes no program for the processor that it emulates
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>

enum { Most = 6, Slots = 4 };

// ---- the child: what are its descriptors? ----------------------------------------------

// Not open: the runtime opens /dev/null in place of 0 to 2 then.
static bool closed(int fd)
{
	char path[40], to[40] = { 0 };

	rt_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return rt_syscall(SYS_readlinkat, AT_FDCWD, path, to, sizeof to - 1) < 0 || same(to, "/dev/null");
}

// The letter that the file begins with; - is not open, ! does not block, ? is no file.
static char described(int fd)
{
	char text[8] = { 0 };
	int64_t flags = rt_syscall(SYS_fcntl, fd, F_GETFL);

	if (closed(fd))
		return '-';
	if (flags & O_NONBLOCK)
		return '!';
	if (rt_syscall(SYS_pread64, fd, text, 1, 0) != 1)
		return '?';
	return text[0];
}

static int describe(const char *wanted)
{
	for (int fd = 0; fd < 64; fd++) {
		char c = described(fd), w = *wanted ? *wanted++ : '-';

		if (c != w)
			return 1 + fd;
	}
	return 0;
}

// Copies descriptor 0 to 1, by calls that wait in the kernel.
static int copy(void)
{
	char buf[1000];
	int64_t n, r;

	while ((n = rt_syscall(SYS_read, 0, buf, sizeof buf)) > 0) {
		for (int64_t at = 0; at < n; at += r) {
			r = rt_syscall(SYS_write, 1, buf + at, n - at);
			if (r <= 0)
				return 50;
		}
	}
	return n < 0 ? 51 : 0;
}

// ---- permutations ------------------------------------------------------------------------

static int file[Most]; // descriptors of files that begin with their letter

static int64_t start(rt_process **p, const char *what, const char *arg, const int *fds, int n)
{
	char *args[] = { "child", (char *)(uintptr_t)what, (char *)(uintptr_t)arg, NULL };

	return rt_process_start(p, "/proc/self/exe", args,
	                        &(rt_process_options){ .fds = fds, .nfds = n });
}

static void end(rt_process *p, int wanted)
{
	int status;

	equal(rt_process_wait(p, &status), 0);
	equal(status, wanted << 8);
}

static void gives(const int *fds, int n, const char *wanted)
{
	rt_process *p;

	equal(start(&p, "describe", wanted, fds, n), 0);
	end(p, 0);
}

// Among the numbers are 0 to 3, which are overwritten.
static void swaps(void)
{
	gives((int[]){ file[1], file[0] }, 2, "ba");
	gives((int[]){ file[1], file[2], file[0] }, 3, "bca");
	gives((int[]){ file[3], file[2], file[1], file[0] }, 4, "dcba");
	gives((int[]){ file[1], file[1], file[1], file[0] }, 4, "bbba");
	gives((int[]){ file[0], file[0], file[5], file[0] }, 4, "aafa");
	gives((int[]){ -1, file[0], -1, file[1] }, 4, "-a-b");
}

// A third of all ways to fill four slots from the files 0 to 5, or nothing.
static void permutations(void)
{
	int count = 1;

	for (int i = 0; i < Slots; i++)
		count *= Most + 1;
	for (int k = 0; k < count; k += stressed() ? 11 : 3) {
		int fds[Slots];
		char wanted[Slots + 1] = { 0 };

		for (int i = 0, rest = k; i < Slots; i++, rest /= Most + 1) {
			int which = rest % (Most + 1) - 1;

			fds[i] = which < 0 ? -1 : file[which];
			wanted[i] = which < 0 ? '-' : (char)('a' + which);
		}
		gives(fds, Slots, wanted);
	}
}

// Descriptors 0 to 3 of this process become files, so that they can be given to others.
static void make_files(const char *dir)
{
	for (int i = 0; i < Most; i++) {
		char path[300], c = (char)('a' + i);
		int to = i < Slots ? i : 20 + i;
		int64_t fd;

		rt_snprintf(path, sizeof path, "%s/%c", dir, c);
		fd = rt_syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		equal(rt_syscall(SYS_write, fd, &c, 1), 1);
		if (fd != to) {
			equal(rt_syscall(SYS_dup3, fd, to, O_CLOEXEC), to);
			equal(rt_syscall(SYS_close, fd), 0);
		}
		file[i] = to;
	}
}

// The usual three are there without being named, even if they are close-on-exec; those that
// are not open are not.
static void standard(void)
{
	int two;
	rt_process *p;
	char *args[] = { "child", "describe", "abc", NULL };

	equal(rt_process_start(&p, "/proc/self/exe", args, NULL), 0);
	end(p, 0);
	equal(rt_process_start(&p, "/proc/self/exe", args, &(rt_process_options){ .nfds = 99 }), 0);
	end(p, 0);
	two = (int)rt_syscall(SYS_fcntl, 1, F_DUPFD_CLOEXEC, 30);
	rt_syscall(SYS_close, 1);
	args[2] = "a-c";
	equal(rt_process_start(&p, "/proc/self/exe", args, NULL), 0);
	end(p, 0);
	equal(rt_syscall(SYS_dup3, two, 1, O_CLOEXEC), 1);
	rt_syscall(SYS_close, two);
	gives(NULL, 0, "abc");
	gives(file, 0, ""); // none at all
	gives(file, 1, "a");
}

// A descriptor far up is closed, and one far up can be given.
static void far(void)
{
	int64_t up = rt_syscall(SYS_fcntl, file[5], F_DUPFD, 900);
	int fds[] = { (int)up, -1, (int)up };

	check(up >= 900);
	gives(fds, 3, "f-f");
	gives(fds, 2, "f");
	rt_syscall(SYS_close, up);
}

// ---- blocking mode -----------------------------------------------------------------------

static bool blocks(int fd)
{
	return !(rt_syscall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK);
}

static bool over;

// Uses both ends, so that they are the runtime's and do not block.
static void use(const int *pipe)
{
	char c;

	equal(rt_write(pipe[1], "x", 1), 1);
	equal(rt_read(pipe[0], &c, 1), 1);
	check(!blocks(pipe[0]) && !blocks(pipe[1]));
}

static void write_text(int fd)
{
	static char text[300000];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i % 251);
	equal(rt_write(fd, text, sizeof text), sizeof text);
}

static void pipe_writer(void *arg)
{
	write_text((int)(intptr_t)arg);
	equal(rt_close((int)(intptr_t)arg), 0);
}

static void socket_writer(void *arg)
{
	write_text((int)(intptr_t)arg);
	equal(rt_shutdown((int)(intptr_t)arg, 1), 0);
}

static void check_text(int fd)
{
	char buf[777];
	int64_t n, at = 0;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0) {
		for (int64_t i = 0; i < n; i++, at++)
			equal((unsigned char)buf[i], at % 251);
	}
	equal(n, 0);
	equal(at, 300000);
}

// The child opens a pipe again, or copies a number that is in the way: that must not take the
// number of a source that is not open.
static void not_open(void)
{
	int pipe[2], none = (int)rt_syscall(SYS_dup, 2);
	rt_process *p;

	equal(rt_pipe(pipe), 0);
	use(pipe);
	equal(rt_syscall(SYS_close, none), 0); // the lowest that is free
	equal(start(&p, "describe", "", (int[]){ pipe[1], none, 2 }, 3), -EBADF);
	equal(start(&p, "describe", "", (int[]){ -1, 0, none }, 3), -EBADF);
	equal(rt_close(pipe[0]), 0);
	equal(rt_close(pipe[1]), 0);
}

// A standard descriptor that is not open stays closed in the child. The pipe gets the numbers 0 and 1.
static void not_open_standard(void)
{
	char *args[] = { "child", "describe", "-?c", NULL };
	int pipe[2], saved[2];
	rt_process *p;

	for (int i = 0; i < 2; i++) {
		saved[i] = (int)rt_syscall(SYS_fcntl, i, F_DUPFD_CLOEXEC, 30);
		equal(rt_syscall(SYS_close, i), 0);
	}
	equal(rt_pipe(pipe), 0);
	check(pipe[0] == 0 && pipe[1] == 1);
	use(pipe);
	equal(rt_close(0), 0);
	equal(rt_process_start(&p, "/proc/self/exe", args, NULL), 0);
	end(p, 0);
	equal(rt_close(1), 0);
	for (int i = 0; i < 2; i++) {
		equal(rt_syscall(SYS_dup3, saved[i], i, O_CLOEXEC), i);
		equal(rt_syscall(SYS_close, saved[i]), 0);
	}
}

// The text goes through a child; used: the ends were used here before.
static void through_pipes(bool used)
{
	int in[2], out[2], fds[2];
	rt_process *p;

	equal(rt_pipe(in), 0);
	equal(rt_pipe(out), 0);
	if (used) {
		use(in);
		use(out);
	}
	fds[0] = in[0];
	fds[1] = out[1];
	equal(start(&p, "copy", NULL, fds, 2), 0);
	if (used) // the child has others, which block
		check(!blocks(in[0]) && !blocks(out[1]));
	else
		check(blocks(in[0]) && blocks(out[1]));
	equal(rt_close(in[0]), 0);
	equal(rt_close(out[1]), 0);
	rt_go(pipe_writer, (void *)(intptr_t)in[1]);
	check_text(out[0]);
	equal(rt_close(out[0]), 0);
	end(p, 0);
}

// A connection's description is the child's too: it blocks for both, but no P waits here.
static void through_socket(const char *network, const char *address)
{
	char name[200];
	int listener = rt_listen(network, address), near, remote, fds[2];
	rt_process *p;

	check(listener >= 0);
	check(rt_local_address(listener, name, sizeof name) > 0);
	near = rt_dial(network, name);
	remote = rt_accept(listener);
	check(near >= 0 && remote >= 0);
	fds[0] = fds[1] = remote;
	equal(start(&p, "copy", NULL, fds, 2), 0);
	check(blocks(remote));
	rt_close(remote);
	equal(rt_close(listener), 0);
	rt_go(socket_writer, (void *)(intptr_t)near);
	check_text(near);
	rt_close(near);
	end(p, 0);
}

static void ticker(void *arg)
{
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		__atomic_fetch_add((int *)arg, 1, __ATOMIC_RELAXED);
		rt_sleep(100 * RT_MICROSECOND);
	}
}

static int ticks;

static void reader(void *arg)
{
	char c;
	int fd = (int)(intptr_t)arg;

	equal(rt_read(fd, &c, 1), 1);
	equal(c, 'y');
	equal(rt_set_deadline(fd, rt_nanotime() + RT_MILLISECOND, 0), 0);
	equal(rt_read(fd, &c, 1), -ETIMEDOUT);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
}

// This process still reads a socket that a child has, too: neither Ps nor deadlines wait.
static void shared_socket(void)
{
	char name[200];
	int listener = rt_listen("tcp", "127.0.0.1:0"), near, remote, before;
	rt_process *p;

	check(rt_local_address(listener, name, sizeof name) > 0);
	near = rt_dial("tcp", name);
	remote = rt_accept(listener);
	equal(start(&p, "describe", "", &remote, 0), 0);
	end(p, 0);
	check(!blocks(remote)); // not given
	equal(start(&p, "describe", "?", &remote, 1), 0);
	end(p, 0);
	check(blocks(remote));
	rt_go(ticker, &ticks);
	rt_go(reader, (void *)(intptr_t)remote);
	before = __atomic_load_n(&ticks, __ATOMIC_RELAXED);
	while (__atomic_load_n(&ticks, __ATOMIC_RELAXED) < before + 20)
		rt_sleep(RT_MILLISECOND);
	equal(rt_write(near, "y", 1), 1);
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		rt_sleep(RT_MILLISECOND);
	rt_close(near);
	rt_close(remote);
	rt_close(listener);
}

// In a process of its own, whose standard error is a file that the children get.
static int permute(void)
{
	make_files(rt_getenv("RT0_TMP"));
	standard();
	swaps();
	permutations();
	far();
	not_open_standard();
	return 0;
}

static void run_permute(void)
{
	char *args[] = { "child", "permute", NULL }, path[300], text[1000];
	int status;
	rt_process *p;

	equal(rt_process_start(&p, "/proc/self/exe", args, NULL), 0);
	equal(rt_process_wait(p, &status), 0);
	if (status == 0)
		return;
	rt_snprintf(path, sizeof path, "%s/c", rt_getenv("RT0_TMP"));
	int64_t n = rt_read(rt_open(path, O_RDONLY, 0), text, sizeof text);
	rt_eprintf("%.*s", (int)n, text);
	rt_exit(1);
}

int rt_main(int argc, char **argv)
{
	char name[100];

	if (argc > 2 && same(argv[1], "describe"))
		return describe(argv[2]);
	if (argc > 1 && same(argv[1], "copy"))
		return copy();
	if (argc > 1 && same(argv[1], "permute"))
		return permute();
	check(rt_getenv("RT0_TMP"));
	through_pipes(false);
	through_pipes(true);
	through_socket("tcp", "127.0.0.1:0");
	rt_snprintf(name, sizeof name, "@rt0-process-fds-%d", (int)rt_syscall(SYS_getpid));
	through_socket("unix", name);
	shared_socket();
	not_open();
	run_permute();
	rt_printf("ok\n");
	return 0;
}
