// tests/internal/cgroup.c - the limit of processor time that control groups set.
//
// Promises: the quota over the period, rounded up; the least of our group and those above
// it; "max" and what is not understood is no limit; so is a system without the files. Version 1
// where it has the controller cpu, in either order of the lines: wherever it is mounted, of
// whichever root, with blanks in the names.
#include "internal.h"

#include "runtime/base/str.h"

extern const char *cgroupSelf, *cgroupRoot, *cgroupMounts;

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
	equal(rt_syscall(SYS_mkdirat, AT_FDCWD, at(name), 0700), 0);
}

static void cpulimitfn(void *limit)
{
	*(int32_t *)limit = getcpulimit();
}

// As the start calls it: too deep for a goroutine's small stack.
static int32_t cpulimit(void)
{
	int32_t limit;

	systemstack(cpulimitfn, &limit);
	return limit;
}

static void limit(const char *text, int32_t wanted)
{
	put("cg/cpu.max", text);
	equal(cpulimit(), wanted);
}

// Returns tmp as mountinfo writes it.
static const char *escaped(void)
{
	static char text[4 * sizeof tmp + 1];
	char *to = text;

	for (const char *p = tmp; *p; p++) {
		if (*p == ' ')
			to += rt_snprintf(to, 5, "\\040");
		else
			*to++ = *p;
	}
	*to = '\0';
	return text;
}

// The hierarchy of version 1 in the folder "v1 cpu", with root, among other mounts.
static void mounted(const char *root_of_mount)
{
	static char text[6000];
	const char *in = escaped();

	rt_snprintf(text, sizeof text,
	            "22 27 0:21 / /proc rw,nosuid shared:12 - proc proc rw\n"
	            "30 27 0:26 / %s/cg rw shared:9 master:1 - cgroup2 cgroup2 rw,cpu\n"
	            "31 27 0:27 / %s/cg rw shared:9 - cgroup cgroup rw,xattr,name=cpu\n"
	            "32 27 0:28 / %s/cg rw - cgroup cgroup rw,cpuset,cpuacct\n"
	            "33 27 0:29 /else %s/cg ro - cgroup cgroup ro,cpu\n"
	            "34 27 0:29 %s %s/v1\\040cpu ro shared:7 - cgroup cgroup ro,cpu,cpuacct\n"
	            "nonsense\n\n",
	            in, in, in, in, root_of_mount, in);
	put("mounts", text);
}

// What the group at name, below "v1 cpu", may use.
static void quota(const char *name, const char *us, const char *period)
{
	char file[100];

	rt_snprintf(file, sizeof file, "v1 cpu%s/cpu.cfs_quota_us", name);
	put(file, us);
	rt_snprintf(file, sizeof file, "v1 cpu%s/cpu.cfs_period_us", name);
	put(file, period);
}

static void version1(void)
{
	static char mounts[220];

	rt_snprintf(mounts, sizeof mounts, "%s/mounts", tmp);
	cgroupMounts = mounts;
	put("self", "4:cpu,cpuacct:/a/b\n0::/a/b\n");
	equal(cpulimit(), INT32_MAX); // mounted nowhere
	mounted("/");
	equal(cpulimit(), INT32_MAX); // without files
	makedir("v1 cpu");
	makedir("v1 cpu/a");
	makedir("v1 cpu/a/b");
	quota("", "-1\n", "100000\n");
	quota("/a", "-1\n", "100000\n");
	quota("/a/b", "-1\n", "100000\n");
	equal(cpulimit(), INT32_MAX);
	quota("/a/b", "250000\n", "100000\n");
	equal(cpulimit(), 3);
	quota("/a", "20000\n", "10000\n");
	equal(cpulimit(), 2);
	quota("/a", "nonsense\n", "10000\n");
	equal(cpulimit(), 3);
	quota("/a/b", "250000\n", "0\n");
	equal(cpulimit(), INT32_MAX);
	quota("/a/b", "250000\n", "50000\n");
	put("self", "0::/a/b\n12:cpuset:/\n4:cpuacct,cpu:/a/b\n3:cpu:/\n");
	equal(cpulimit(), 5);

	quota("", "700000\n", "100000\n"); // a container's: its root is our group
	mounted("/a/b");
	equal(cpulimit(), 7);
	put("self", "4:cpu:/a/b/a\n");
	quota("/a", "600000\n", "100000\n");
	equal(cpulimit(), 6);
	put("self", "4:cpu:/a/bc\n"); // beginning with the root's name, but elsewhere
	equal(cpulimit(), INT32_MAX);
	mounted("/");
	put("self", "4:cpu:/../a/b\n"); // out of the namespace
	equal(cpulimit(), INT32_MAX);
	mounted("/..");
	equal(cpulimit(), 5);
	put("self", "4:cpu:/\n");
	mounted("/");
	equal(cpulimit(), 7);
}

int rt_main(int argc, char **argv)
{
	static char self[220];

	(void)argc;
	(void)argv;
	rt_snprintf(tmp, sizeof tmp, "%s", rt_getenv("RT0_TMP"));
	// A way to it as long as /sys/fs/cgroup.
	rt_snprintf(root, sizeof root, "/tmp/rt0cg%04d", (int)getpid() % 10000);
	equal(rt_syscall(SYS_symlinkat, at("cg"), AT_FDCWD, root), 0);
	rt_snprintf(self, sizeof self, "%s/self", tmp);
	cgroupRoot = root;
	cgroupSelf = self;
	equal(cpulimit(), INT32_MAX);
	put("self", "9:name=systemd:/x\n1:cpuset:/10::\n0::/\n");
	equal(cpulimit(), INT32_MAX);
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
	put("self", "1:cpuset:/a\n0::/a/b\n");
	limit("500000 100000\n", 5);
	put("cg/a/b/cpu.max", "350000 100000\n");
	equal(cpulimit(), 4);
	put("cg/a/cpu.max", "300000 100000\n");
	equal(cpulimit(), 3);
	put("cg/a/cpu.max", "max 100000\n");
	equal(cpulimit(), 4);
	put("self", "0::/a/gone/x\n");
	equal(cpulimit(), 5);
	put("self", "1:cpuset:/a\n");
	equal(cpulimit(), INT32_MAX);
	version1();
	rt_syscall(SYS_unlinkat, AT_FDCWD, root, 0);
	return 0;
}
