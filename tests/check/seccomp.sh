#!/bin/sh
# tests/check/seccomp.sh - a system call that the kernel refuses, with EPERM or with ENOSYS, costs
# what it is for and nothing else; one that nothing works without ends the program, and its
# first line says which.
# stdout: ok
# needs: gcc
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"
gcc -O1 -Wall "$here/refuse.c" -o refuse || exit 1
"$rtcc" -O2 "$here/refused.c" -o refused || exit 1
"$rtcc" -O2 "$RT0_ROOT/examples/hello.c" -o hello || exit 1
parts='channels timers memory signals preemption idleness file network'
export GOMAXPROCS=2

# number NAME: of the system call.
number() {
	printf '#include <sys/syscall.h>\nSYS_%s\n' "$1" | gcc -E -xc - | tail -n 1
}

# run PROGRAM: with what is refused; leaves its exit status in got.
run() {
	timeout -k 5 30 ./refuse "$nr" $errno "./$1" >out 2>err </dev/null
	got=$?
}

wrong() {
	fail "$call refused with $errno: $1: exit status $got" out err
}

# costs CALL [PARTS [ERRNO]]: these parts are refused, all others work, and hello does.
costs() {
	call=$1 lost=${2-}
	nr=$(number "$call")
	for part in $parts; do
		case " $lost " in *" $part "*) part="$part refused" ;; esac
		echo "$part"
	done >wanted
	for errno in ${3-1 38}; do
		run refused
		[ $got -eq 0 ] && cmp -s wanted out && [ ! -s err ] || wrong refused
		run hello
		[ $got -eq 0 ] && grep -qx 'hello, world' out && [ ! -s err ] || wrong hello
	done
}

# ends CALL PROGRAMS FIRST [TRIED]: the programs end, by a status that is not 0, and their first
# line begins with FIRST; hello works if it is not among them. TRIED: the programs to run.
ends() {
	call=$1
	nr=$(number "$call")
	for errno in 1 38; do
		for program in ${4-refused hello}; do
			run $program
			case " $2 " in
			*" $program "*)
				[ $got -ne 0 ] && [ $got -ne 124 ] && [ $got -ne 137 ] &&
					head -n 1 err | grep -q "^$3" || wrong $program ;;
			*) [ $got -eq 0 ] && grep -qx 'hello, world' out || wrong $program ;;
			esac
		done
	done
}

for call in nanosleep madvise setsockopt gettid getpid tgkill tkill sched_yield fcntl \
	sched_getaffinity sched_setaffinity getcpu prctl munmap lseek; do
	costs $call
done
# A unit of systemd's that is to have no rights over resources is killed for these.
for call in sched_setaffinity sched_setattr setpriority set_mempolicy mbind; do
	costs $call '' kill
done
costs openat file
costs close file
costs read 'file network'
for call in socket bind listen accept4 connect sendto getsockopt getsockname getpeername; do
	costs $call network
done

both='refused hello'
ends arch_prctl "$both" 'fatal error: arch_prctl failed$'
ends mmap "$both" 'fatal error: runtime: cannot reserve arena virtual address space$'
ends mprotect "$both" 'fatal error: runtime: cannot reserve arena virtual address space$'
ends rt_sigprocmask "$both" 'fatal error: rt_sigprocmask failed$'
ends sigaltstack "$both" 'fatal error: sigaltstack failed$'
ends rt_sigaction "$both" 'fatal error: sigaction failed$'
ends clone "$both" 'runtime: failed to create new OS thread (have 2 already; errno='
# hello may reach its end, with status 0, while another thread dies.
ends futex refused 'futexwakeup addr=0x[0-9a-f]* returned -' refused
ends exit_group "$both" 'SIGILL: illegal instruction$'
for call in epoll_create1 eventfd2 epoll_ctl; do
	ends $call refused 'runtime: netpollinit failed with '
done
ends epoll_pwait refused 'fatal error: runtime: netpoll failed$'

[ $status -ne 0 ] || echo ok
exit $status
