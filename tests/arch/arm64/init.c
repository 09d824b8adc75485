// init.c - the first process of the machine that tests/machine boots: makes what programs expect of
// a system, then runs the programs that it gets, one at a time, and returns what they did.
//
// It and tests/machine share memory: the second region of a PCI device that qemu makes (ivshmem).
// There is a Mailbox at the beginning, then the program, and behind that its output.
#include <rt.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define DEVICE "/sys/bus/pci/devices/0000:00:05.0/"

enum {
	Ready = 0x72743030, // answer, before the first request
	Data = 4096,        // where the program is; then the texts, then its input
	Out = 64 << 20,     // where its output is
	Room = 16 << 20,    // for standard output; then for standard error
	Size = 128 << 20,
	MaxStrings = 1000,
};

// tests/machine writes the first four lines, and request last; here the others are written, and
// answer last, which becomes what request is. Two requests in turn have different numbers.
typedef struct {
	uint32_t request, cancel; // cancel: the number of one that shall end now
	uint32_t program;         // bytes
	uint32_t args, envs;      // bytes; strings: two directories, the program, arguments; variables
	uint32_t input;           // bytes; at the end
	uint32_t answer;
	int32_t status; // as wait4 has it, or -errno
	uint32_t out, err;
} Mailbox;

static Mailbox *box;

static uint32_t look(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void power_off(void)
{
	rt_syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	           LINUX_REBOOT_CMD_POWER_OFF, 0);
}

// Ends the machine with a line on the console, if something has failed that should not.
static void must(int64_t r, const char *what)
{
	if (r >= 0)
		return;
	rt_eprintf("init: %s: %s\n", what, rt_strerror((int)-r));
	power_off();
}

static void mounted(const char *type, const char *where)
{
	int64_t r;

	rt_syscall(SYS_mkdirat, AT_FDCWD, where, 0755);
	r = rt_syscall(SYS_mount, type, where, type, 0, NULL);
	must(r == -EBUSY ? 0 : r, where);
}

static void loopback_up(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int64_t fd = rt_syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);

	must(fd, "socket");
	lo.ifr_flags = IFF_UP;
	must(rt_syscall(SYS_ioctl, fd, SIOCSIFFLAGS, &lo), "lo");
	rt_syscall(SYS_close, fd);
}

// Huge pages for programs that ask, as the tests' limits of memory assume: with Debian's "always" two
// touches of a stack can take 4 MiB.
static void few_huge_pages(void)
{
	int fd = rt_open("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY, 0);

	if (fd >= 0) {
		rt_write(fd, "madvise", 7);
		rt_close(fd);
	}
}

static void share(void)
{
	int64_t r;
	int fd = rt_open(DEVICE "enable", O_WRONLY, 0);

	must(fd, DEVICE "enable");
	must(rt_write(fd, "1", 1), "enable");
	rt_close(fd);
	fd = rt_open(DEVICE "resource2_wc", O_RDWR, 0);
	must(fd, DEVICE "resource2_wc");
	r = rt_syscall(SYS_mmap, NULL, Size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(r, "mmap");
	rt_close(fd);
	box = (Mailbox *)r;
}

// Makes the directories that path names before each slash.
static void directories(const char *path)
{
	char name[4096] = "/";

	for (size_t n = 1; n < sizeof name - 1 && path[n]; n++) {
		if (path[n] == '/')
			rt_syscall(SYS_mkdirat, AT_FDCWD, name, 0755);
		name[n] = path[n];
	}
}

// Splits n bytes of strings; the list ends in NULL.
static void strings(char **list, char *text, uint32_t n)
{
	int count = 0;

	for (uint32_t i = 0; i < n && count < MaxStrings; i++) {
		list[count++] = text + i;
		while (text[i])
			i++;
	}
	list[count] = NULL;
}

static int64_t install(const char *path, const char *bytes, uint32_t n)
{
	int64_t r = 0;
	int fd;

	directories(path);
	rt_syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	fd = rt_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	if (fd < 0)
		return fd;
	for (uint32_t done = 0; done < n && r >= 0; done += (uint32_t)r)
		r = rt_write(fd, bytes + done, n - done);
	rt_close(fd);
	return r < 0 ? r : 0;
}

// ---- one run ------------------------------------------------------------------------

typedef struct {
	int fd;
	char *bytes;
	uint32_t n;
	rt_waitgroup *done;
} Stream;

static void gather(void *arg)
{
	Stream *s = arg;
	int64_t r;

	while (s->n < Room && (r = rt_read(s->fd, s->bytes + s->n, Room - s->n)) > 0)
		s->n += (uint32_t)r;
	rt_close(s->fd);
	rt_waitgroup_done(s->done);
}

static void feed(void *arg)
{
	Stream *s = arg;
	int64_t r;

	for (uint32_t done = 0; done < s->n; done += (uint32_t)r) {
		r = rt_write(s->fd, s->bytes + done, s->n - done);
		if (r <= 0)
			break;
	}
	rt_close(s->fd);
	rt_waitgroup_done(s->done);
}

static volatile uint32_t running; // the request's number, or 0

// Ends everything when tests/machine asks for it: a program of rt0's says first where it is.
static void watch(void *arg)
{
	uint32_t number = (uint32_t)(uintptr_t)arg;
	int sig = SIGQUIT;

	while (running == number) {
		if (look(&box->cancel) == number) {
			rt_syscall(SYS_kill, -1, sig);
			sig = SIGKILL;
			rt_sleep(3 * RT_SECOND);
		}
		rt_sleep(20 * RT_MILLISECOND);
	}
}

static void ends(int pair[2])
{
	must(rt_pipe(pair), "pipe");
}

static int32_t run(char **args, char **envs, char *input)
{
	rt_waitgroup done = { 0 };
	int in[2], out[2], err[2], status = 0;
	char *base = (char *)box;
	rt_process_options options = {
		.dir = args[0], .env = envs, .nfds = 3,
		.flags = RT_PROCESS_NEW_SESSION | RT_PROCESS_CLEAR_SIGNALS,
	};
	rt_process *p;
	int64_t r;

	ends(in), ends(out), ends(err);
	if (box->input == 0) {
		rt_close(in[0]);
		in[0] = rt_open("/dev/null", O_RDONLY, 0);
	}
	options.fds = (int[]){ in[0], out[1], err[1] };
	r = rt_process_start(&p, args[2], args + 2, &options);
	rt_close(in[0]), rt_close(out[1]), rt_close(err[1]);
	Stream input_stream = { in[1], input, box->input, &done };
	Stream streams[2] = { { out[0], base + Out, 0, &done },
		              { err[0], base + Out + Room, 0, &done } };
	rt_waitgroup_add(&done, 3);
	rt_go(feed, &input_stream);
	rt_go(gather, &streams[0]);
	rt_go(gather, &streams[1]);
	if (r == 0)
		rt_process_wait(p, &status);
	rt_waitgroup_wait(&done);
	box->out = streams[0].n;
	box->err = streams[1].n;
	return r < 0 ? (int32_t)r : status;
}

static int32_t serve(uint32_t number)
{
	static char *args[MaxStrings + 1], *envs[MaxStrings + 1];
	char *program = (char *)box + Data, *text = program + box->program;
	int64_t r;

	box->out = box->err = 0;
	strings(args, text, box->args);
	strings(envs, text + box->args, box->envs);
	directories(args[0]);
	directories(args[1]);
	r = install(args[2], program, box->program);
	if (r == 0) {
		running = number;
		rt_go(watch, (void *)(uintptr_t)number);
		r = run(args, envs, text + box->args + box->envs);
		running = 0;
	}
	rt_syscall(SYS_kill, -1, SIGKILL); // what it has left
	while (rt_syscall(SYS_wait4, -1, NULL, WNOHANG, NULL) > 0)
		continue;
	rt_syscall(SYS_unlinkat, AT_FDCWD, args[2], 0);
	return (int32_t)r;
}

int rt_main(int argc, char **argv)
{
	struct rlimit files = { 1 << 16, 1 << 16 };

	(void)argc, (void)argv;
	mounted("proc", "/proc");
	mounted("sysfs", "/sys");
	mounted("devtmpfs", "/dev");
	mounted("devpts", "/dev/pts");
	mounted("tmpfs", "/tmp");
	must(rt_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &files, NULL), "RLIMIT_NOFILE");
	loopback_up();
	few_huge_pages();
	share();
	__atomic_store_n(&box->answer, Ready, __ATOMIC_RELEASE);
	for (uint32_t last = look(&box->request);;) {
		uint32_t number = look(&box->request);

		if (number == last) {
			rt_sleep(2 * RT_MILLISECOND);
			continue;
		}
		last = number;
		if (box->program == 0)
			power_off();
		box->status = serve(number);
		__atomic_store_n(&box->answer, number, __ATOMIC_RELEASE);
	}
}
