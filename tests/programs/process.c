// tests/programs/process.c - a program is started with its arguments, environment, directory,
// group, session and identity; its status comes back; what prevents its start is the call's
// own error, with nothing left over; and a handle that is gone reaches no other process.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// stdout: ok
// arch: not qemu: it executes no program for the processor that it emulates
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

enum { WNOHANG = 1 };

static char *self[] = { "child", NULL, NULL, NULL };

// ---- what children do ----------------------------------------------------------------

static int64_t number_of(const char *text)
{
	return text[0] == '-' ? -number(text + 1) : number(text);
}

static int child(int argc, char **argv)
{
	char cwd[256];

	if (same(argv[1], "exit"))
		return (int)number_of(argv[2]);
	if (same(argv[1], "sleep"))
		rt_sleep_until(INT64_MAX - 1);
	if (same(argv[1], "argc"))
		return argc;
	if (same(argv[1], "env")) // that and nothing else
		return !(same(rt_environ()[0], argv[2]) && !rt_environ()[1]);
	if (same(argv[1], "cwd"))
		return !(rt_syscall(SYS_getcwd, cwd, sizeof cwd) > 0 && same(cwd, argv[2]));
	if (same(argv[1], "group"))
		return rt_syscall(SYS_getpgid, 0) != rt_syscall(SYS_getpid);
	if (same(argv[1], "session"))
		return rt_syscall(SYS_getsid, 0) != rt_syscall(SYS_getpid);
	if (same(argv[1], "nobody"))
		return !(rt_syscall(SYS_getuid) == 65534 && rt_syscall(SYS_geteuid) == 65534 &&
		         rt_syscall(SYS_getgid) == 65533 && rt_syscall(SYS_getegid) == 65533 &&
		         rt_syscall(SYS_getgroups, 0, NULL) == 0);
	if (same(argv[1], "script"))
		return 7;
	return 99;
}

// ---- helpers --------------------------------------------------------------------------

static rt_process *start(const char *what, const char *value, const rt_process_options *o)
{
	rt_process *p = NULL;

	self[1] = (char *)(uintptr_t)what;
	self[2] = (char *)(uintptr_t)value;
	equal(rt_process_start(&p, "/proc/self/exe", self, o), 0);
	check(p);
	return p;
}

static int run(const char *what, const char *value, const rt_process_options *o)
{
	int status = -1;

	equal(rt_process_wait(start(what, value, o), &status), 0);
	return status;
}

// There is no child left, not even one that has ended.
static void childless(void)
{
	equal(rt_syscall(SYS_wait4, -1, NULL, WNOHANG, NULL), -ECHILD);
}

static int fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1000; fd++)
		n += rt_syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	return n;
}

static void fails(int error, const char *path, const rt_process_options *o)
{
	static rt_process *const untouched = (rt_process *)(uintptr_t)1;
	char *args[] = { "x", NULL };
	rt_process *p = untouched;

	equal(rt_process_start(&p, path, args, o), -error);
	check(p == untouched);
	childless();
}

// ---- the tests ------------------------------------------------------------------------

static void statuses(void)
{
	int status;
	rt_process *p;

	equal(run("exit", "0", NULL), 0);
	equal(run("exit", "41", NULL), 41 << 8);
	equal(run("argc", "x", NULL), 3 << 8);
	equal(rt_process_wait(start("exit", "3", NULL), NULL), 0);

	p = start("sleep", NULL, NULL);
	check(rt_process_pid(p) > 0);
	equal(rt_syscall(SYS_getpgid, rt_process_pid(p)), rt_syscall(SYS_getpgid, 0));
	status = 1234;
	equal(rt_process_wait_until(p, &status, 0), -ETIMEDOUT);
	equal(rt_process_wait_until(p, &status, INT64_MIN), -ETIMEDOUT);
	equal(rt_process_wait_until(p, &status, rt_nanotime() + RT_MILLISECOND), -ETIMEDOUT);
	equal(status, 1234);
	equal(rt_process_signal(p, 0), 0);
	equal(rt_process_signal(p, 65), -EINVAL);
	equal(rt_process_signal(p, -1), -EINVAL);
	equal(rt_process_signal(p, SIGKILL), 0);
	equal(rt_process_wait_until(p, &status, rt_nanotime() + 60 * RT_SECOND), 0);
	equal(status, SIGKILL);
	childless();
}

// It has ended; nobody has taken its status yet.
static void after_the_end(void)
{
	int status, n = fds();
	rt_process *p = start("exit", "5", NULL), *gone = p, *q;
	int64_t pid = rt_process_pid(p);

	while (rt_process_signal(p, 0) == 0)
		rt_gosched();
	equal(rt_process_signal(p, SIGTERM), -ESRCH);
	equal(rt_process_pid(p), pid);
	equal(rt_process_wait_until(p, &status, 0), 0); // past, but it need not wait
	equal(status, 5 << 8);
	equal(fds(), n);

	// The next one may have its descriptor again, but not its handle.
	q = start("sleep", NULL, NULL);
	check(q != gone);
	equal(rt_process_signal(gone, SIGKILL), -ESRCH);
	equal(rt_process_pid(gone), -ESRCH);
	equal(rt_process_signal(NULL, SIGKILL), -ESRCH);
	equal(rt_process_wait_until(q, NULL, rt_nanotime() + RT_MILLISECOND), -ETIMEDOUT);
	equal(rt_process_signal(q, SIGTERM), 0);
	equal(rt_process_wait(q, &status), 0);
	equal(status, SIGTERM);
}

static void errors(const char *dir)
{
	char *none[] = { "A=1", NULL }, *many[64], path[300];
	static char big[200000], garbage[] = "no program";
	int bad_fd[] = { 0, 1, 997 }, below[] = { -2 }, n = fds();
	uint32_t nobody = 65534;
	rt_process *p;

	fails(ENOENT, "/nonexistent/x", NULL);
	fails(ENOENT, "", NULL);
	fails(ENOENT, "", &(rt_process_options){ .flags = RT_PROCESS_SEARCH });
	fails(ENOTDIR, "/dev/null/x", NULL);
	fails(EACCES, "/etc", NULL);
	fails(EACCES, "/etc/passwd", NULL);
	fails(EFAULT, NULL, NULL);
	fails(EFAULT, NULL, &(rt_process_options){ .flags = RT_PROCESS_SEARCH });
	fails(ENOENT, "/bin/true", &(rt_process_options){ .dir = "/nonexistent" });
	fails(ENOTDIR, "/bin/true", &(rt_process_options){ .dir = "/etc/passwd" });
	fails(EBADF, "/bin/true", &(rt_process_options){ .fds = bad_fd, .nfds = 3 });
	fails(EBADF, "/bin/true", &(rt_process_options){ .fds = below, .nfds = 1 });
	fails(EINVAL, "/bin/true", &(rt_process_options){ .fds = below, .nfds = -1 });
	fails(EINVAL, "/bin/true", &(rt_process_options){ .fds = below, .nfds = INT32_MAX });
	fails(EINVAL, "/bin/true", &(rt_process_options){ .flags = 16 });
	fails(EINVAL, "/bin/true", &(rt_process_options){ .flags = 1u << 31 });
	for (size_t i = 0; i < sizeof big - 1; i++)
		big[i] = 'x';
	for (int i = 0; i < 63; i++)
		many[i] = big;
	many[63] = NULL;
	fails(E2BIG, "/bin/true", &(rt_process_options){ .env = many });

	rt_snprintf(path, sizeof path, "%s/garbage", dir);
	int fd = rt_open(path, O_WRONLY | O_CREAT, 0755);
	equal(rt_write(fd, garbage, sizeof garbage), sizeof garbage);
	fails(ETXTBSY, path, NULL);
	rt_close(fd);
	fails(ENOEXEC, path, NULL);
	if (rt_syscall(SYS_getuid) != 0) {
		fails(EPERM, "/bin/true", &(rt_process_options){ .uid = &nobody });
		fails(EPERM, "/bin/true", &(rt_process_options){ .gid = &nobody });
	}
	// An error leaves nothing behind that the next start would notice.
	equal(rt_process_start(&p, "/bin/true", (char *[]){ "true", NULL },
	                       &(rt_process_options){ .env = none }), 0);
	equal(rt_process_wait(p, NULL), 0);
	equal(fds(), n);
}

static void places(const char *dir)
{
	char *env[] = { "ONLY=this", NULL };
	uint32_t uid = 65534, gid = 65533;
	char here[256], there[256];
	rt_process_options nobody = { .uid = &uid, .gid = &gid };

	equal(run("env", "ONLY=this", &(rt_process_options){ .env = env }), 0);
	equal(run("env", "OTHER=this", &(rt_process_options){ .env = env }), 1 << 8);
	check(rt_syscall(SYS_getcwd, here, sizeof here) > 0);
	equal(run("cwd", here, NULL), 0);
	equal(run("cwd", dir, &(rt_process_options){ .dir = dir }), 0);
	check(rt_syscall(SYS_getcwd, there, sizeof there) > 0 && same(here, there));
	equal(run("group", NULL, NULL), 1 << 8);
	equal(run("group", NULL, &(rt_process_options){ .flags = RT_PROCESS_NEW_GROUP }), 0);
	equal(run("session", NULL, NULL), 1 << 8);
	equal(run("session", NULL, &(rt_process_options){ .flags = RT_PROCESS_NEW_SESSION }), 0);
	equal(run("session", NULL, &(rt_process_options){
		.flags = RT_PROCESS_NEW_SESSION | RT_PROCESS_NEW_GROUP }), 0);
	if (rt_syscall(SYS_getuid) != 0)
		return;
	check(rt_syscall(SYS_prctl, 3 /* PR_GET_DUMPABLE */) == 1);
	equal(run("nobody", NULL, &nobody), 0);
	check(rt_syscall(SYS_prctl, 3) == 1);
	equal(rt_syscall(SYS_getuid), 0);
}

// The test has started itself with PATH=/nonexistent:relative::DIR/a:DIR/b, in DIR.
static int search(void)
{
	rt_process_options o = { .flags = RT_PROCESS_SEARCH };
	int status;
	rt_process *p;

	self[1] = "script";
	equal(rt_process_start(&p, "command", self, &o), 0); // b's: a's is not executable
	equal(rt_process_wait(p, &status), 0);
	equal(status, 7 << 8);
	fails(EACCES, "forbidden", &o);
	fails(ENOENT, "nowhere", &o);
	fails(ENOENT, "local", &o);      // only in the current directory
	fails(ENOENT, "inrelative", &o); // and in a place that is not absolute
	fails(ENOENT, "command", NULL);  // no search
	equal(rt_process_start(&p, "./local", self, &o), 0); // a slash: no search either
	equal(rt_process_wait(p, &status), 0);
	equal(status, 7 << 8);
	return 0;
}

static void file(const char *dir, const char *name, int mode)
{
	char path[300];

	rt_snprintf(path, sizeof path, "%s/%s", dir, name);
	equal(rt_close(rt_open(path, O_WRONLY | O_CREAT, mode)), 0);
}

static void link_self(const char *dir, const char *name)
{
	char path[300], exe[300] = { 0 };

	rt_snprintf(path, sizeof path, "%s/%s", dir, name);
	check(rt_syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", exe, sizeof exe - 1) > 0);
	equal(rt_syscall(SYS_symlinkat, exe, AT_FDCWD, path), 0);
}

static void directory(const char *dir, const char *name)
{
	char path[300];

	rt_snprintf(path, sizeof path, "%s/%s", dir, name);
	equal(rt_syscall(SYS_mkdirat, AT_FDCWD, path, 0755), 0);
}

static void searches(const char *dir)
{
	char path[700], *env[] = { path, NULL };

	directory(dir, "a");
	directory(dir, "b");
	directory(dir, "relative");
	file(dir, "a/command", 0644);
	file(dir, "a/forbidden", 0644);
	link_self(dir, "b/command");
	link_self(dir, "local");
	link_self(dir, "relative/inrelative");
	rt_snprintf(path, sizeof path, "PATH=/nonexistent:relative::%s/a:%s/b", dir, dir);
	equal(run("search", NULL, &(rt_process_options){ .env = env, .dir = dir }), 0);
	path[5] = '\0'; // empty
	equal(run("nopath", NULL, &(rt_process_options){ .env = env, .dir = dir }), 0);
	env[0] = "NOPATH=/bin";
	equal(run("nopath", NULL, &(rt_process_options){ .env = env, .dir = dir }), 0);
}

static int nopath(void)
{
	fails(ENOENT, "true", &(rt_process_options){ .flags = RT_PROCESS_SEARCH });
	return 0;
}

// A goroutine signals the process that another waits for.
static void killer(void *p)
{
	equal(rt_process_signal(p, SIGKILL), 0);
}

static void detached(void)
{
	int n = fds();

	for (int i = 0; i < 20; i++) {
		rt_process *p = start("sleep", NULL, NULL);
		int64_t pid = rt_process_pid(p);

		if (i % 2)
			equal(rt_process_signal(p, SIGKILL), 0);
		rt_process_detach(p);
		if (i % 2 == 0)
			equal(rt_syscall(SYS_kill, pid, SIGKILL), 0);
	}
	rt_process_detach(NULL);
	while (rt_syscall(SYS_wait4, -1, NULL, WNOHANG, NULL) != -ECHILD || fds() != n)
		rt_sleep(RT_MILLISECOND);
}

// Another wait takes the status: the handle is gone then, too.
static void stolen(void)
{
	int n = fds();
	rt_process *p = start("exit", "0", NULL);
	int64_t pid = rt_process_pid(p);

	equal(rt_syscall(SYS_wait4, pid, NULL, 0, NULL), pid);
	equal(rt_process_signal(p, SIGTERM), -ESRCH);
	equal(rt_process_wait(p, NULL), -ECHILD);
	equal(rt_process_signal(p, SIGTERM), -ESRCH);
	equal(fds(), n);
}

int rt_main(int argc, char **argv)
{
	const char *dir = rt_getenv("RT0_TMP");
	rt_process *p;

	if (argc > 1 && same(argv[1], "search"))
		return search();
	if (argc > 1 && same(argv[1], "nopath"))
		return nopath();
	if (argc > 1)
		return child(argc, argv);
	check(dir);
	statuses();
	after_the_end();
	errors(dir);
	places(dir);
	searches(dir);
	p = start("sleep", NULL, NULL);
	rt_go(killer, p);
	equal(rt_process_wait(p, NULL), 0);
	detached();
	stolen();
	childless();
	rt_printf("ok\n");
	return 0;
}
