#!/bin/sh
# tests/check/sleepidle.sh - a program with nothing to do leaves the CPU alone: no ticks of
# sysmon, one wait in the kernel until the timer is due.
# matrix: GOMAXPROCS=1,4
# needs: strace

. "$RT0_ROOT/tests/lib/expect.sh"
cat >sleeps.c <<'END'
#include <rt.h>

#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	(void)argv;
	rt_sleep(20 * RT_MILLISECOND); // what has to be started is started then
	rt_syscall(SYS_getppid); // the mark in the trace
	rt_sleep(argc > 1 ? 5 * RT_SECOND : RT_SECOND);
	rt_syscall(SYS_getppid);
	return 0;
}
END
"$rtcc" sleeps.c -o sleeps || exit 1
strace -f -o trace ./sleeps || exit 1
sed -n '/getppid/,/getppid/p' trace >between
# count SYSCALL MOST: how often it was called.
count() {
	calls=$(grep -c "$1(" between)
	[ "$calls" -le "$2" ] || fail "$calls times $1 in an idle second"
}
[ "$(grep -c 'getppid(' between)" -eq 2 ] || fail "two marks in the trace"
# Going to sleep and waking up cost some pauses of sysmon's; ticks would be 100 and more. On a busy
# machine a thread may still begin here, and takes a dozen other calls.
count nanosleep 40
count epoll_pwait 6

# The poller waits for the next timer, in whole milliseconds: 4999 or 5000, and a little less
# on a loaded machine. The kernel tells what a sleeping thread is at: 281 is epoll_pwait, the
# fourth argument its timeout, here from 4900 to 5000.
./sleeps long &
until cat /proc/$!/task/*/syscall 2>/dev/null |
	grep -Eq '^281 (0x[0-9a-f]+ ){3}0x13(2[4-9a-f]|[3-7][0-9a-f]|8[0-8]) '; do
	kill -0 $! 2>/dev/null || {
		fail "epoll_pwait with a timeout of 4999 or 5000"
		exit 1
	}
	sleep 0.01
done
kill $!
exit $status
