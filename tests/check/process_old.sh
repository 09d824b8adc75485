#!/bin/sh
# tests/check/process_old.sh - processes work on kernels without clone3, pidfds or close_range,
# and where a filter refuses these: the programs pass as elsewhere, with a thread for each wait.
# stdout: ok
# needs: gcc
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"
gcc -O1 -Wall "$here/refuse.c" -o refuse || exit 1
for program in process process_fds process_signals process_many; do
	"$rtcc" -O2 "$RT0_ROOT/tests/programs/$program.c" -o $program || exit 1
done
export GOMAXPROCS=2

# number NAME: of the system call.
number() {
	printf '#include <sys/syscall.h>\nSYS_%s\n' "$1" | gcc -E -xc - | tail -n 1
}

# refusing CALL[/BITS]=ERRNO...: all programs pass where these are refused.
refusing() {
	refuse= many='process_many 100'
	for call in "$@"; do
		name=${call%=*} bits=
		case $name in */*) bits=/${name#*/} name=${name%/*} ;; esac
		[ "$name" = pidfd_open ] && many= # a thread for each, which is too many
		refuse="$refuse ./refuse $(number "$name")$bits ${call#*=}"
	done
	for program in process process_fds process_signals ${many:+"$many"}; do
		rm -rf tmp
		mkdir tmp
		RT0_TMP=$PWD/tmp timeout -k 5 100 $refuse ./$program >out 2>err </dev/null
		got=$?
		[ $got -eq 0 ] && grep -qx ok out || fail "$program with $*: status $got" out err
	done
}

refusing clone3=38
refusing clone3=1 close_range=1
refusing clone3=38 clone/0x1000=22 # with CLONE_PIDFD: its own call makes the pidfd
refusing clone3=38 clone/0x1000=22 pidfd_open=38 pidfd_send_signal=38 close_range=38
refusing pidfd_send_signal=1 close_range=38 getdents64=38

[ $status -ne 0 ] || echo ok
exit $status
