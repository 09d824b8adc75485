// cgroup.c - how much processor time the control groups give us.
//
// /proc/self/cgroup has a line for each hierarchy: "4:cpu,cpuacct:/docker/X" (version 1),
// "0::/X" (version 2). Where version 1 has the controller cpu, version 2 does not: so
// that line counts. Version 2 is looked for at /sys/fs/cgroup. In version 1 the
// hierarchy's mount point is in /proc/self/mountinfo, and what it shows of the hierarchy,
// its root, may be our group alone:
//
//	33 30 0:29 /docker/X /sys/fs/cgroup/cpu ro,nosuid - cgroup cgroup ro,cpu,cpuacct
//
// Runs on g0's stack, without checks. Follows Go's internal/runtime/cgroup, which looks
// at our own group alone; here each group above it counts, too.
//
// built: unchecked
#include <asm-generic/errno-base.h>

#include "runtime/base/str.h"
#include "runtime/os/os.h"

enum { MaxPath = 4096 };

// Not constants, so that a test can have its own.
const char *cgroupSelf = "/proc/self/cgroup", *cgroupRoot = "/sys/fs/cgroup";
const char *cgroupMounts = "/proc/self/mountinfo";

// ---- files ----------------------------------------------------------------------------

typedef struct {
	int32_t fd;
	uint32_t at, n;
	char buf[512];
} LineReader;

static int32_t readbyte(LineReader *r)
{
	int64_t n;

	if (r->at == r->n) {
		n = read(r->fd, r->buf, sizeof r->buf);
		if (n <= 0)
			return -1;
		r->at = 0;
		r->n = (uint32_t)n;
	}
	return (uint8_t)r->buf[r->at++];
}

// Puts the next line into line, cut to size. Returns whether there is one.
static bool readline(LineReader *r, char *line, uint32_t size)
{
	uint32_t n = 0;
	int32_t c = readbyte(r);

	if (c < 0)
		return false;
	for (; c >= 0 && c != '\n'; c = readbyte(r)) {
		if (n < size - 1)
			line[n++] = (char)c;
	}
	line[n] = '\0';
	return true;
}

// Returns the next field of a line, terminated; *rest is what is behind it.
static char *nextfield(char **rest, char end)
{
	char *field = *rest, *p = field;

	while (*p && *p != end)
		p++;
	if (*p)
		*p++ = '\0';
	*rest = p;
	return field;
}

static bool haslistitem(char *list, const char *item)
{
	while (*list) {
		if (streq(nextfield(&list, ','), item))
			return true;
	}
	return false;
}

// Reads a line of a small file. Returns whether it has anything.
static bool readsmall(const char *path, char *buf, uint32_t size)
{
	LineReader r = { .fd = (int32_t)open(path, O_RDONLY | O_CLOEXEC, 0) };
	bool some;

	if (r.fd < 0)
		return false;
	some = readline(&r, buf, size);
	closefd(r.fd);
	return some;
}

// ---- the limit of a group ---------------------------------------------------------------

// Returns how many processors quota in period is, rounded up.
static int32_t quotient(const char *quota, const char *period)
{
	uint64_t q, p;

	if (!atou64(quota, &q) || !atou64(period, &p) || p == 0) // "max", "-1": no limit
		return INT32_MAX;
	return (int32_t)min(q / p + (q % p != 0), (uint64_t)INT32_MAX);
}

static void append(char *end, const char *name)
{
	__builtin_memcpy(end, name, strlength(name) + 1);
}

// The group's name ends at end, with room behind it.
static int32_t limitof(char *path, char *end, bool v1)
{
	char quota[48], period[48], *rest = quota;

	append(end, v1 ? "/cpu.cfs_quota_us" : "/cpu.max");
	if (!readsmall(path, quota, sizeof quota))
		return INT32_MAX;
	if (!v1) {
		nextfield(&rest, ' ');
		return quotient(quota, rest);
	}
	append(end, "/cpu.cfs_period_us");
	return readsmall(path, period, sizeof period) ? quotient(quota, period) : INT32_MAX;
}

// Returns the least limit of the group at path and those above it, up to the first root
// bytes.
static int32_t leastlimit(char *path, uint32_t root, bool v1)
{
	char *end = path + strlength(path);
	int32_t limit = INT32_MAX, n;

	for (;;) {
		n = limitof(path, end, v1);
		limit = min(limit, n);
		if (end <= path + root)
			return limit;
		while (*--end != '/' && end > path + root)
			;
	}
}

// ---- where our group is -------------------------------------------------------------------

// Puts our group's name into group. Returns the version of the hierarchy, 0 if there is
// none.
static int32_t findgroup(char *group, char *line)
{
	LineReader r = { .fd = (int32_t)open(cgroupSelf, O_RDONLY | O_CLOEXEC, 0) };
	int32_t version = 0;

	if (r.fd < 0)
		return 0;
	// The kernel writes version 2's line last, so there is nothing to read after it.
	while ((version == 0 || (version == 2 && r.at < r.n)) &&
	       readline(&r, line, MaxPath)) {
		char *rest = line, *number = nextfield(&rest, ':');
		char *controllers = nextfield(&rest, ':');
		bool v2 = streq(number, "0") && *controllers == '\0';

		if (*rest != '/' || (!v2 && !haslistitem(controllers, "cpu")))
			continue;
		version = v2 ? 2 : 1;
		append(group, rest);
	}
	closefd(r.fd);
	return version;
}

// The kernel writes \040 and the like for blanks and backslashes.
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

// Returns what group has behind root, "/..." or nothing; NULL if group is not below it.
static const char *below(const char *group, const char *root)
{
	const char *rest = streq(root, "/") ? group : afterprefix(group, root);

	if (!rest || (*rest != '\0' && *rest != '/'))
		return NULL;
	// Outside the namespace of control groups: no path leads to the group.
	if (afterprefix(rest, "/..") && (rest[3] == '\0' || rest[3] == '/'))
		return NULL;
	return streq(rest, "/") ? rest + 1 : rest;
}

// Returns the path of the mount point of the line in mountinfo, if it shows the
// controller cpu and our group, and what of the group's name comes behind it.
static const char *mountpoint(char *line, const char *group, const char **rest)
{
	char *root, *path;

	for (int32_t i = 0; i < 3; i++)
		nextfield(&line, ' ');
	root = nextfield(&line, ' ');
	path = nextfield(&line, ' ');
	while (*line && !streq(nextfield(&line, ' '), "-"))
		;
	if (!streq(nextfield(&line, ' '), "cgroup"))
		return NULL;
	nextfield(&line, ' ');
	if (!haslistitem(line, "cpu"))
		return NULL;
	unescape(root);
	unescape(path);
	*rest = below(group, root);
	return *rest ? path : NULL;
}

// Writes the path of the group over line. Returns the length of its mount point, or 0.
static uint32_t findmount(const char *group, char *line)
{
	LineReader r = { .fd = (int32_t)open(cgroupMounts, O_RDONLY | O_CLOEXEC, 0) };
	const char *path = NULL, *rest = NULL;
	uint32_t n;

	if (r.fd < 0)
		return 0;
	while (!path && readline(&r, line, MaxPath))
		path = mountpoint(line, group, &rest);
	closefd(r.fd);
	if (!path)
		return 0;
	n = (uint32_t)strlength(path);
	__builtin_memmove(line, path, n);
	append(line + n, rest);
	return n;
}

int32_t getcpulimit(void)
{
	enum { Names = 32 }; // of the files in a group
	char group[MaxPath], path[2 * MaxPath + Names];
	int32_t version = findgroup(group, path);
	uint32_t root;

	if (version == 1) {
		root = findmount(group, path);
		return root > 0 ? leastlimit(path, root, true) : INT32_MAX;
	}
	if (version == 0)
		return INT32_MAX;
	root = (uint32_t)strlength(cgroupRoot);
	append(path, cgroupRoot);
	append(path + root, streq(group, "/") ? "" : group);
	return leastlimit(path, root, false);
}
