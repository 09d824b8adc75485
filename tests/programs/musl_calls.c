// tests/programs/musl_calls.c - with musl: 64 goroutines call the C library, directly and by
// rt_cgocall, while a thread sends SIGURG to all threads and the world is stopped all the
// time. Nothing goes wrong. The argument is the number of calls.
// env: RT0_PTHREADS=kernel
// cflags: --musl
// matrix: GOMAXPROCS=4
// stdout~: ^[0-9]+ calls\n\Z
// timeout: 120
#include "../lib/test.h"

#include <dirent.h>
#include <math.h>
#include <netdb.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { Goroutines = 64, Kinds = 11 };

static rt_waitgroup all;
static int64_t calls; // to be made by each goroutine
static FILE *sink;
static bool over;

// ---- calls, each checked ------------------------------------------------------------

static void print_and_read(uint64_t n)
{
	char text[128], *end;
	double f = (double)n / 7, g;

	equal(snprintf(text, sizeof text, "%.17g %020lu", f, n), strlen(text));
	g = strtod(text, &end);
	check(g == f);
	equal(strtoull(end, NULL, 10), n);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void sort(uint64_t seed)
{
	uint32_t v[40];

	for (int i = 0; i < 40; i++)
		v[i] = (uint32_t)next_random(&seed);
	qsort(v, 40, sizeof v[0], by_value);
	for (int i = 1; i < 40; i++)
		check(v[i - 1] <= v[i]);
	check(bsearch(&v[17], v, 40, sizeof v[0], by_value) != NULL);
}

static void match(uint64_t n)
{
	char text[64];
	regmatch_t where[3];
	regex_t re;

	equal(regcomp(&re, "([a-z]+)=([0-9]+);", REG_EXTENDED), 0);
	snprintf(text, sizeof text, "--- key=%lu; ", n);
	equal(regexec(&re, text, 3, where, 0), 0);
	equal(where[1].rm_so, 4);
	equal(strtoull(text + where[2].rm_so, NULL, 10), n);
	regfree(&re);
}

static void allocate(uint64_t n)
{
	char *p[8];

	for (int i = 0; i < 8; i++) {
		size_t size = 1 + (n >> i) % 3000;

		p[i] = malloc(size);
		memset(p[i], (int)(n + i), size);
	}
	for (int i = 0; i < 8; i++) {
		size_t size = 1 + (n >> i) % 3000;

		p[i] = realloc(p[i], 2 * size);
		for (size_t at = 0; at < size; at += 97)
			equal(p[i][at], (char)(n + i));
		free(p[i]);
	}
}

static void compute(uint64_t n)
{
	double x = 1 + (double)(n % 1000) / 1000;

	check(fabs(log(exp(x)) - x) < 1e-12);
	check(fabs(pow(x, 3) - x * x * x) < 1e-12);
	check(fabs(sin(x) * sin(x) + cos(x) * cos(x) - 1) < 1e-12);
}

static void tell_time(uint64_t n)
{
	time_t t = (time_t)(n % 4000000000);
	struct tm tm, back = { 0 };
	char text[64];

	check(gmtime_r(&t, &tm) != NULL);
	equal(strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm), 19);
	check(strptime(text, "%Y-%m-%d %H:%M:%S", &back) != NULL);
	equal(timegm(&back), t);
}

static void write_out(uint64_t n)
{
	equal(fprintf(sink, "%08lx\n", n & 0xffffffff), 9);
}

static void resolve(void *arg)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_flags = AI_NUMERICHOST }, *list;

	equal(getaddrinfo("127.0.0.1", "80", &hints, &list), 0);
	*(int *)arg = list->ai_family;
	freeaddrinfo(list);
}

static void look_up(uint64_t n)
{
	int family = 0;

	(void)n;
	rt_cgocall(resolve, &family);
	equal(family, AF_INET);
}

static void sort_there(void *arg)
{
	sort(*(uint64_t *)arg);
	print_and_read(*(uint64_t *)arg);
}

static void called(uint64_t n)
{
	rt_cgocall(sort_there, &n);
}

static void split(uint64_t n)
{
	char text[96], *rest = text, *word;
	int words = 0;

	snprintf(text, sizeof text, "a%lu b%lu c%lu", n, n + 1, n + 2);
	while ((word = strsep(&rest, " ")))
		equal(strtoull(word + 1, NULL, 10), n + (uint64_t)words++);
	equal(words, 3);
}

static void list(uint64_t n)
{
	DIR *dir;

	if (n % 16 != 0)
		return;
	dir = opendir("/proc/self");
	check(dir != NULL);
	check(readdir(dir) != NULL);
	closedir(dir);
}

static void (*const kinds[Kinds])(uint64_t n) = {
	print_and_read, sort, match, allocate, compute, tell_time, write_out, look_up, called,
	split, list,
};

static void run(void *arg)
{
	uint64_t seed = (uintptr_t)arg;

	for (int64_t i = 0; i < calls; i++)
		kinds[i % Kinds](next_random(&seed));
	rt_waitgroup_done(&all);
}

// ---- the storm ------------------------------------------------------------------------

// A thread of the program's own: sends to every thread but itself.
static void *storm(void *unused)
{
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		DIR *dir = opendir("/proc/self/task");
		struct dirent *e;

		while ((e = readdir(dir))) {
			long tid = strtol(e->d_name, NULL, 10);

			if (tid > 0 && tid != syscall(SYS_gettid))
				syscall(SYS_tgkill, getpid(), tid, SIGURG);
		}
		closedir(dir);
	}
	return unused;
}

// Each change stops the world, which takes every goroutine off that runs.
static void stop_and_go(void *procs)
{
	int n = (int)(intptr_t)procs;

	for (int i = 0; !__atomic_load_n(&over, __ATOMIC_RELAXED); i++) {
		rt_gomaxprocs(n + i % 2);
		rt_sleep(500 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	int64_t total = argument(argc, argv, 40000);
	pthread_t thread;
	long bytes;

	calls = total / Goroutines + 1;
	sink = tmpfile();
	check(sink != NULL);
	equal(pthread_create(&thread, NULL, storm, NULL), 0);
	rt_waitgroup_add(&all, Goroutines);
	for (intptr_t i = 1; i <= Goroutines; i++)
		rt_go(run, (void *)i);
	rt_waitgroup_add(&all, 1);
	rt_go(stop_and_go, (void *)(intptr_t)rt_gomaxprocs(0));
	rt_waitgroup_add(&all, -1);
	rt_waitgroup_wait(&all);
	rt_waitgroup_add(&all, 1);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	rt_waitgroup_wait(&all);
	equal(pthread_join(thread, NULL), 0);
	equal(fflush(sink), 0);
	bytes = ftell(sink);
	equal(bytes % 9, 0);
	equal(bytes / 9, Goroutines * ((calls + Kinds - 7) / Kinds));
	printf("%ld calls\n", (long)(calls * Goroutines));
	return 0;
}
