// conffile.c - small text files of the system: reading them, and seeing that they have
// changed.
//
// A file is asked for its times and size each time that its content is wanted, and read
// again when they differ. (Go asks every 5 s.) The clock of a file's times ticks slowly:
// a file that was changed less than two seconds ago is read again anyway.
#include "runtime/base/str.h"
#include "runtime/io/fd.h"
#include "runtime/io/names.h"
#include "runtime/os/os.h"

// The kernel's struct statx; since Linux 4.11.
typedef struct {
	int64_t sec;
	uint32_t nsec;
	int32_t reserved;
} StatxTime;

typedef struct {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t inode, size, blocks, attributesmask;
	StatxTime accessed, born, changed, modified;
	uint32_t rdevmajor, rdevminor, devmajor, devminor;
	uint64_t spare[14];
} Statx;

Stamp stampof(const char *path)
{
	enum { STATX_BASIC_STATS = 0x7ff };
	Statx s = { 0 };
	Call c = { __NR_statx, { (uint64_t)AT_FDCWD, ptrarg(path), 0, STATX_BASIC_STATS,
	                         ptrarg(&s) } };
	Stamp stamp = { 0 };
	int64_t r = restarting(&c);

	stamp.good = r == -ENOENT;
	if (r < 0)
		return stamp;
	stamp.device = (uint64_t)s.devmajor << 32 | s.devminor;
	stamp.inode = s.inode;
	stamp.size = s.size;
	stamp.modified[0] = s.modified.sec;
	stamp.modified[1] = s.modified.nsec;
	stamp.changed[0] = s.changed.sec;
	stamp.changed[1] = s.changed.nsec;
	stamp.good = rt_walltime() / RT_SECOND - s.changed.sec > 1;
	return stamp;
}

bool samestamp(const Stamp *a, const Stamp *b)
{
	return a->good && b->good && __builtin_memcmp(a, b, sizeof *a) == 0;
}

char *readfile(const char *path)
{
	int fd = rt_open(path, O_RDONLY, 0);
	size_t n = 0, cap = 4096;
	char *buf;
	int64_t r;

	if (fd < 0)
		return NULL;
	buf = rt_malloc(cap);
	while ((r = rt_read(fd, buf + n, cap - n - 1)) > 0) {
		n += (size_t)r;
		if (n == cap - 1)
			buf = rt_realloc(buf, cap *= 2);
	}
	rt_close(fd);
	buf[n] = '\0';
	return buf;
}

char *nextline(char **text)
{
	char *line = *text, *p = line;

	if (*p == '\0')
		return NULL;
	while (*p && *p != '\n')
		p++;
	if (*p)
		*p++ = '\0';
	*text = p;
	return line;
}

static bool isblank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

char *nextword(char **line)
{
	char *p = *line, *word;

	while (isblank(*p))
		p++;
	if (*p == '\0' || *p == '#' || *p == ';')
		return NULL;
	for (word = p; *p && !isblank(*p) && *p != '#'; p++)
		;
	if (*p == '#')
		*p = '\0'; // and nothing behind it
	else if (*p)
		*p++ = '\0';
	*line = p;
	return word;
}

static char lowercase(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool samehost(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (lowercase(*a) != lowercase(*b))
			return false;
	}
	return (*a == '\0' || (a[0] == '.' && a[1] == '\0')) &&
	       (*b == '\0' || (b[0] == '.' && b[1] == '\0'));
}
