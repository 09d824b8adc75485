// tests/internal/cgroup.c - the limit of processor time that control groups set.
//
// Promises: the quota over the period, rounded up; the least of our group and those above
// it; "max" and what is not understood is no limit; so is a system without the files.
#include "internal.h"

#include "runtime/base/str.h"

extern const char *cgroupSelf, *cgroupRoot;

static char tmp[200], root[220];

static const char *at(const char *name)
{
	static char path[400];

	rt_snprintf(path, sizeof path, "%s/%s", tmp, name);
	return path;
}

static void put(const char *name, const char *text)
{
	int fd = rt_open(at(name), 01 | 0100 | 01000, 0600); // to write; create, truncate

	check(fd >= 0);
	check(rt_write(fd, text, strlength(text)) >= 0);
	rt_close(fd);
}

static void makedir(const char *name)
{
	equal(rt_syscall(SYS_mkdir, at(name), 0700), 0);
}

static void limit(const char *text, int32_t wanted)
{
	put("cg/cpu.max", text);
	equal(getcpulimit(), wanted);
}

int rt_main(int argc, char **argv)
{
	static char self[220];

	(void)argc;
	(void)argv;
	rt_snprintf(tmp, sizeof tmp, "%s", rt_getenv("RT0_TMP"));
	// A way to it as long as /sys/fs/cgroup.
	rt_snprintf(root, sizeof root, "/tmp/rt0cg%04d", (int)getpid() % 10000);
	equal(rt_syscall(SYS_symlink, at("cg"), root), 0);
	rt_snprintf(self, sizeof self, "%s/self", tmp);
	cgroupRoot = root;
	cgroupSelf = self;
	equal(getcpulimit(), INT32_MAX);
	put("self", "9:name=systemd:/x\n1:cpu:/10::\n0::/\n");
	equal(getcpulimit(), INT32_MAX);
	makedir("cg");
	limit("max 100000\n", INT32_MAX);
	limit("100000 100000\n", 1);
	limit("150000 100000\n", 2);
	limit("1 100000\n", 1);
	limit("640000 10000\n", 64);
	limit("100000 0\n", INT32_MAX);
	limit("nonsense\n", INT32_MAX);
	limit("18446744073709551615 1\n", INT32_MAX);
	limit("\n", INT32_MAX);

	makedir("cg/a");
	makedir("cg/a/b");
	put("self", "1:cpu:/a\n0::/a/b\n");
	limit("500000 100000\n", 5);
	put("cg/a/b/cpu.max", "350000 100000\n");
	equal(getcpulimit(), 4);
	put("cg/a/cpu.max", "300000 100000\n");
	equal(getcpulimit(), 3);
	put("cg/a/cpu.max", "max 100000\n");
	equal(getcpulimit(), 4);
	put("self", "0::/a/gone/x\n");
	equal(getcpulimit(), 5);
	put("self", "1:cpu:/a\n");
	equal(getcpulimit(), INT32_MAX);
	rt_syscall(SYS_unlink, root);
	return 0;
}
