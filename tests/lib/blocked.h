// tests/lib/blocked.h - which signals the process's threads have blocked, as the kernel shows it.
#ifndef BLOCKED_H
#define BLOCKED_H

#include "test.h"

#include <dirent.h>
#include <stdio.h>

#define ANY_SIGNAL (~0ull)

// Returns how many threads have signals of set blocked; bit 0 is signal 1's.
static inline int threads_blocking(unsigned long long set)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	int n = 0;

	check(d != NULL);
	while ((e = readdir(d))) {
		char path[300], line[200];
		unsigned long long of_thread = 0;
		FILE *f;

		snprintf(path, sizeof path, "/proc/self/task/%s/status", e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f && fgets(line, sizeof line, f))
			sscanf(line, "SigBlk: %llx", &of_thread);
		if (f)
			fclose(f);
		n += (of_thread & set) != 0;
	}
	closedir(d);
	return n;
}

// Returns when no thread has a signal blocked, which one that is about to end has.
static inline void await_none_blocked(void)
{
	int64_t end = rt_nanotime() + 10 * RT_SECOND;

	while (threads_blocking(ANY_SIGNAL) > 0 && rt_nanotime() < end)
		rt_gosched();
	equal(threads_blocking(ANY_SIGNAL), 0);
}

#endif
