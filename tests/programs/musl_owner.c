// tests/programs/musl_owner.c - with musl: a lock that asks for its owner knows goroutines, on
// whatever threads they run: errorcheck and recursive mutexes, files.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { Many = 20, Rounds = 200, Lines = 50 };

static pthread_mutex_t errorcheck, recursive;
static rt_waitgroup all, writers;
static int inside, total;

static void make(pthread_mutex_t *m, int type)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	equal(pthread_mutexattr_settype(&attr, type), 0);
	equal(pthread_mutex_init(m, &attr), 0);
}

static void goroutine(void *unused)
{
	(void)unused;
	for (int i = 0; i < Rounds; i++) {
		equal(pthread_mutex_unlock(&errorcheck), EPERM);
		equal(pthread_mutex_lock(&errorcheck), 0);
		rt_gosched(); // and perhaps to another thread
		equal(pthread_mutex_lock(&errorcheck), EDEADLK);
		equal(pthread_mutex_unlock(&errorcheck), 0);

		equal(pthread_mutex_lock(&recursive), 0);
		equal(inside++, 0);
		rt_gosched();
		equal(pthread_mutex_lock(&recursive), 0);
		rt_gosched();
		equal(pthread_mutex_unlock(&recursive), 0);
		total++;
		equal(inside--, 1);
		equal(pthread_mutex_unlock(&recursive), 0);
	}
	rt_waitgroup_done(&all);
}

static void mutexes(void)
{
	make(&errorcheck, PTHREAD_MUTEX_ERRORCHECK);
	make(&recursive, PTHREAD_MUTEX_RECURSIVE);
	go_all(&all, Many, goroutine, NULL);
	rt_waitgroup_wait(&all);
	equal(total, Many * Rounds);
}

// ---- files ---------------------------------------------------------------------------

static FILE *in, *out;
static int seen[Many * Lines];

// Its lock is held while this parks in read.
static void reader(void *unused)
{
	char line[64];
	int n;

	(void)unused;
	while (fgets(line, sizeof line, in)) {
		equal(sscanf(line, "line %d of many\n", &n), 1);
		check(n >= 0 && n < Many * Lines);
		seen[n]++;
	}
	rt_waitgroup_done(&all);
}

static void by_bytes(void *unused)
{
	int c;

	(void)unused;
	while ((c = getc(in)) != EOF)
		check(__atomic_fetch_add(&total, c == 'x', __ATOMIC_SEQ_CST) >= 0);
	rt_waitgroup_done(&all);
}

static void put_bytes(void *unused)
{
	(void)unused;
	for (int i = 0; i < Rounds; i++) {
		flockfile(out);
		equal(putc('x', out), 'x'); // it is ours already
		rt_gosched();
		equal(putc_unlocked('y', out), 'y');
		funlockfile(out);
	}
	rt_waitgroup_done(&writers);
}

static void open_pipe(void)
{
	int fd[2];

	equal(pipe(fd), 0);
	in = fdopen(fd[0], "r");
	out = fdopen(fd[1], "w");
	check(in && out);
}

static void files(void)
{
	open_pipe();
	go_all(&all, 3, reader, NULL);
	for (int i = 0; i < Many * Lines; i++) {
		fprintf(out, "line %d of many\n", i);
		if (i % 7 == 0) {
			fflush(out);
			rt_gosched();
		}
	}
	fclose(out);
	rt_waitgroup_wait(&all);
	fclose(in);
	for (int i = 0; i < Many * Lines; i++)
		equal(seen[i], 1);

	open_pipe();
	total = 0;
	go_all(&all, 3, by_bytes, NULL);
	go_all(&writers, 4, put_bytes, NULL);
	rt_waitgroup_wait(&writers);
	fclose(out);
	rt_waitgroup_wait(&all);
	fclose(in);
	equal(total, 4 * Rounds);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	mutexes();
	files();
	return 0;
}
