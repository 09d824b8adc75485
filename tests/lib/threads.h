// tests/lib/threads.h - every thread of the process, as the kernel shows it.
#ifndef THREADS_H
#define THREADS_H

#include "test.h"

#include <fcntl.h>

struct dirent64 {
	uint64_t ino, off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

// The file's text, cut off to fit; false: there is none.
static bool read_text(const char *path, char *buf, size_t size)
{
	int64_t fd = rt_syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0), n;

	if (fd < 0)
		return false;
	n = rt_syscall(SYS_read, fd, buf, size - 1);
	rt_syscall(SYS_close, fd);
	if (n < 0) // it has ended
		return false;
	buf[n] = '\0';
	return true;
}

// The thread's file has the text, now or soon: one that ends may be seen as it was for a moment.
static void check_thread(const char *tid, const char *file, const char *wanted)
{
	static char text[4096];
	int64_t start = rt_nanotime();
	char path[64];

	rt_snprintf(path, sizeof path, "/proc/self/task/%s/%s", tid, file);
	while (read_text(path, text, sizeof text) && !find(text, wanted)) {
		if (rt_nanotime() - start > 20 * RT_SECOND) {
			rt_eprintf("%s: FAILED: no %s in:\n%s\n", path, wanted, text);
			rt_exit(1);
		}
		rt_gosched();
	}
}

// Looks at all threads, from one goroutine at a time. Returns how many they are.
static int check_threads(const char *file, const char *wanted)
{
	static char buf[65536];
	int64_t fd = rt_syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY, 0), len;
	int threads = 0;

	check(fd >= 0);
	while ((len = rt_syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0) {
		for (int64_t at = 0; at < len;) {
			struct dirent64 *d = (struct dirent64 *)(buf + at);

			at += d->reclen;
			if (d->name[0] == '.')
				continue;
			check_thread(d->name, file, wanted);
			threads++;
		}
	}
	rt_syscall(SYS_close, fd);
	return threads;
}

#endif
