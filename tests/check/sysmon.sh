#!/bin/sh
# tests/check/sysmon.sh - sysmon's pauses while a program computes: 50 of 20 us and then
# twice as long each time, up to 10 ms. Preempting does not change that; a processor taken
# out of a system call starts it again.
# needs: strace

. "$RT0_ROOT/tests/lib/expect.sh"
cat >busy.c <<'END'
#include <rt.h>

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + 400 * RT_MILLISECOND;

	(void)argc, (void)argv;
	while (rt_nanotime() < end)
		;
	return 0;
}
END
"$rtcc" -O1 busy.c -o busy || exit 1
GOMAXPROCS=1 GODEBUG=asyncpreemptoff=1 strace -f -o trace ./busy || exit 1
# The first pauses belong to the start-up; from the last run of 20 us on it must fit.
grep -o 'nanosleep({tv_sec=0, tv_nsec=[0-9]*}' trace | grep -o '[0-9]*}' | tr -d '}' >pauses
awk '
	$1 == 20000 && !later { short++; next }
	!later { later = 1; wanted = 40000 }
	$1 != wanted { printf "pause %d is %d, not %d\n", NR, $1, wanted; bad = 1; exit }
	wanted == 10000000 { longest++ }
	{ wanted = wanted * 2 > 10000000 ? 10000000 : wanted * 2 }
	END {
		if (!bad && (short < 50 || short > 60)) {
			printf "%d pauses of 20 us\n", short
			bad = 1
		}
		if (!bad && longest < 5) {
			printf "%d pauses of 10 ms\n", longest
			bad = 1
		}
		exit bad
	}' pauses || {
	echo "FAILED: the pauses in order, with their number:"
	uniq -c pauses
	exit 1
}
