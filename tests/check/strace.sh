#!/bin/sh
# tests/check/strace.sh - the first system calls of a program are those of the documented
# start-up: settls's arch_prctl, then getproccount's sched_getaffinity.
# variants: release debug stress
# needs: strace

. "$RT0_ROOT/tests/lib/expect.sh"
"$rtcc" "$RT0_ROOT/examples/hello.c" -o hello || exit 1
strace -f -o trace ./hello || exit 1

# call N PATTERN: the Nth system call, without its process number, is PATTERN.
call() {
	line=$(sed -n "$1s/^[0-9]* *//p" trace)
	case $line in
	$2*) ;;
	*)
		echo "system call $1 is not $2 but: $line"
		exit 1
		;;
	esac
}

call 1 execve
call 2 'arch_prctl(ARCH_SET_FS, 0x'
call 3 'sched_getaffinity(0, 8192, '
