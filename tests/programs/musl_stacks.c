// tests/programs/musl_stacks.c - with musl, goroutines start on dense stacks: at each distance
// from the guard the library has room for what it is called for, checked code continues on
// the segment, and so do the functions that the library calls back. longjmp leads back
// from there, any number of times.
// cflags: --musl -fno-inline
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// compilers: gcc
#include "../lib/test.h"

#include <ftw.h>
#include <glob.h>
#include <net/if.h>
#include <netdb.h>
#include <pwd.h>
#include <regex.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define NOINLINE __attribute__((noinline, noclone))

enum {
	Goroutines = 2,
	AboveGuard = 16 << 10, // of a dense stack,
	Slot = 64 << 10,       // which has so much address space
	Depth = 2 * AboveGuard / 64,
};

typedef struct {
	uintptr_t top;
	int dense; // calls made on the dense stack
	int segment;
} place;

static rt_waitgroup wg;

static bool ondense(const place *p, const void *sp)
{
	return (uintptr_t)sp <= p->top && p->top - (uintptr_t)sp < AboveGuard;
}

// 1 KiB a call; n of them.
static NOINLINE int deep(int n)
{
	volatile char frame[1000];

	frame[0] = (char)n;
	return n == 0 ? 0 : 1 + deep(n - 1) + frame[0] - (char)n;
}

// ---- the library ---------------------------------------------------------------------

static int by_value(const void *a, const void *b)
{
	check(deep(100) == 100);
	return *(const int *)a - *(const int *)b;
}

static int visited(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path, (void)st, (void)type, (void)f;
	return deep(20) == 20 ? 0 : -1;
}

static void cheap(void)
{
	char text[64], path[4096];
	int v[] = { 3, 1, 2 };
	wchar_t wide[64];
	long double x;

	snprintf(text, sizeof text, "%.20Lg %d", 0.1L, 42);
	check(strcmp(text, "0.1 42") == 0 || strncmp(text, "0.1000000000000000000", 21) == 0);
	check(swprintf(wide, 64, L"%.3f", 1.5) == 5);
	check(strtold("1.25e2", NULL) == 125);
	check(sscanf("2.5", "%Lf", &x) == 1 && x == 2.5L);
	qsort(v, 3, sizeof v[0], by_value);
	check(v[0] == 1 && v[1] == 2 && v[2] == 3);
	check(realpath("/proc/self/../../proc/./self", path) && path[0] == '/');
	check(getcwd(path, sizeof path));
}

static void costly(void)
{
	struct if_nameindex *names = if_nameindex();
	struct tm tm = { .tm_year = 100, .tm_mday = 1 };
	struct addrinfo *list;
	static char pattern[4001];
	regex_t re;
	glob_t g;

	if (names)
		if_freenameindex(names);
	check(mktime(&tm) != -1);
	check(getpwnam("root"));
	check(getaddrinfo("127.0.0.1", "80", NULL, &list) == 0);
	freeaddrinfo(list);
	memset(pattern, 'a', sizeof pattern - 1);
	equal(regcomp(&re, pattern, REG_EXTENDED), 0);
	equal(regexec(&re, pattern, 0, NULL, 0), 0);
	regfree(&re);
	equal(glob("/proc/self/t[a]sk/*/st[a]t", 0, NULL, &g), 0);
	globfree(&g);
	nftw("/proc/self/task", visited, 8, FTW_PHYS);
}

// ---- at each distance ----------------------------------------------------------------

// n frames of some 64 bytes; odd shifts the stack pointer by 16.
static NOINLINE void descend(place *p, int n, bool odd)
{
	volatile char frame[16];

	frame[0] = 0;
	if (n > 0) {
		descend(p, n - 1, odd);
		frame[0] = 1; // no tail call
		return;
	}
	if (ondense(p, (const void *)frame))
		p->dense++;
	else
		p->segment++;
	cheap();
	if (odd)
		costly();
	rt_gosched();
}

static NOINLINE void shifted(place *p, int n)
{
	volatile char frame[32];

	frame[0] = 0;
	descend(p, n, n % 64 == 0);
	frame[1] = 0;
}

static jmp_buf back;

static NOINLINE void jumper(place *p, int n)
{
	volatile char frame[1000];

	frame[0] = 0;
	if (n == 0) {
		check(!ondense(p, (const void *)frame));
		longjmp(back, 1);
	}
	jumper(p, n - 1);
	frame[1] = 0;
}

// From the segment to the dense stack, which must not overflow after that.
static void jumps(place *p)
{
	for (volatile int i = 0; i < 1000; i++) {
		if (setjmp(back) == 0)
			jumper(p, 40);
		check(deep(50) == 50);
	}
}

static void run(void *arg)
{
	place p = { .top = (uintptr_t)__builtin_frame_address(0) };

	check(deep(5000) == 5000);
	for (int n = 0; n < Depth; n++) {
		descend(&p, n, false);
		shifted(&p, n);
	}
	check(p.dense > Depth && p.segment > Depth / 4);
	if (arg)
		jumps(&p);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (intptr_t i = 0; i < Goroutines; i++) {
		rt_waitgroup_add(&wg, 1);
		rt_go(run, (void *)(i == 0));
	}
	rt_waitgroup_wait(&wg);
	return 0;
}
