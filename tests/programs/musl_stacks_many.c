// tests/programs/musl_stacks_many.c - with musl, a goroutine that is parked after calls of the
// library costs 4 KiB, its G, and a 32nd of a page of the page table: 100,000 at once, also
// where guards would need mappings of their own, of which there are 65,530. When they have
// ended, their memory goes back.
// cflags: --musl -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
// matrix: KERNEL=today,old
// matrix: GOMAXPROCS=1,4
// timeout: 120
// compilers: gcc
// variants: release debug
// arch: not arm64: goroutines start on segments there
#include "../lib/test.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { Each = 4096 + 1100, TableEach = 128 + 20, GuardInstall = 102 };

static rt_chan *ready, *end;

static long kib(const char *name)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long n = -1;

	check(f);
	while (fgets(line, sizeof line, f)) {
		if (strncmp(line, name, strlen(name)) == 0)
			n = atol(line + strlen(name));
	}
	fclose(f);
	check(n >= 0);
	return n;
}

static void parked(void *arg)
{
	char text[64];

	snprintf(text, sizeof text, "%.3f", (double)(intptr_t)arg);
	check(strtod(text, NULL) == (double)(intptr_t)arg);
	rt_chan_send(ready, NULL);
	rt_chan_recv(end, NULL);
	rt_chan_send(ready, NULL);
}

// Runs the program again on a kernel that knows no guards without mappings.
static void oldkernel(char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 32), // the third argument
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, GuardInstall, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	setenv("KERNEL", "made old", 1);
	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	execv("/proc/self/exe", argv);
	check(!"exec");
}

int rt_main(int argc, char **argv)
{
	int64_t n = argument(argc, argv, 100000);
	long rss, table, now;

	if (strcmp(getenv("KERNEL"), "old") == 0)
		oldkernel(argv);
	ready = rt_chan_make(0, 0);
	end = rt_chan_make(0, 0);
	rss = kib("VmRSS:");
	table = kib("VmPTE:");
	for (intptr_t i = 0; i < n; i++) {
		rt_go(parked, (void *)i);
		rt_chan_recv(ready, NULL);
	}
	now = kib("VmRSS:") - rss;
	if (now * 1024 > n * Each)
		differs(__FILE__, __LINE__, "memory", now * 1024 / n, Each);
	now = kib("VmPTE:") - table;
	if (now * 1024 > n * TableEach)
		differs(__FILE__, __LINE__, "page table", now * 1024 / n, TableEach);
	for (int64_t i = 0; i < n; i++) {
		rt_chan_send(end, NULL);
		rt_chan_recv(ready, NULL);
	}
	// The scavenger looks every few seconds.
	for (int i = 0; (kib("VmRSS:") - rss) * 1024 > n * 1500; i++) {
		check(i < 6000);
		rt_sleep(10 * RT_MILLISECOND);
	}
	return 0;
}
