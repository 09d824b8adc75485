#!/bin/sh
# tests/check/hosted_tools.sh - rtcc --hosted --coverage counts what goroutines run; valgrind has
# nothing to say of a program with three goroutines, and finds the read beyond an object that
# one of them makes, with its line.
# needs: gcov valgrind
# variants: release
# stdout: ok

. "$RT0_ROOT/tests/lib/expect.sh"

cat >prog.c <<'END2'
#include <rt.h>

#include <stdio.h>
#include <stdlib.h>

static rt_chan *c;
static volatile int sink;

static void work(void *arg)
{
	int *p = malloc(sizeof *p);

	*p = (int)(intptr_t)arg;
	rt_sleep(RT_MILLISECOND);
	rt_chan_send(c, p); // three times
	free(p);
}

static void overruns(void *arg)
{
	char *p = rt_malloc(10);

	sink = p[10]; // never, and the bug
	rt_free(p);
	rt_chan_send(c, arg);
}

int rt_main(int argc, char **argv)
{
	int sum = 0, v;

	(void)argv;
	c = rt_chan_make(sizeof(int), 0);
	if (argc > 1)
		rt_go(overruns, &sum);
	else
		rt_go(work, (void *)1);
	rt_go(work, (void *)2);
	rt_go(work, (void *)3);
	for (int i = 0; i < 3; i++) {
		rt_chan_recv(c, &v);
		sum += v;
	}
	rt_chan_free(c);
	printf("%d\n", sum);
	return 0;
}
END2

"$rtcc" --hosted -O1 -g --coverage prog.c -o counted || exit 1
[ "$(./counted)" = 6 ] || fail 'the counting program'
gcov counted-prog.gcda >log 2>&1 || fail 'gcov' log
grep -q '^ *3: .*// three times' prog.c.gcov || fail 'not three times' prog.c.gcov
grep -q '^ *#####: .*// never' prog.c.gcov || fail 'not never' prog.c.gcov

"$rtcc" --hosted -O1 -g prog.c -o prog || exit 1
valgrind --error-exitcode=3 ./prog >out 2>log || fail 'valgrind complains' log
[ "$(cat out)" = 6 ] || fail 'under valgrind' out log
valgrind --error-exitcode=3 ./prog overruns >out 2>log && fail 'valgrind finds nothing' log
line=$(grep -n 'the bug' prog.c | cut -d: -f1)
grep -A1 'Invalid read of size 1' log | grep -q "overruns (prog.c:$line)" || fail 'not the line' log

[ $status -ne 0 ] || echo ok
exit $status
