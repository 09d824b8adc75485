#!/bin/sh
# tests/check/secure.sh - a set-user-ID program shows the user that started it no register, no
# address and no traceback, however it dies; it ignores GODEBUG and GOTRACEBACK, does not read
# its own file for names, makes no more Ps than there are processors, keeps its traces to
# itself, and finds descriptors 0 to 2 open.
# stdout~: ^(ok|not root: nothing was tried)$
# timeout: 180
# needs: setpriv

# The program's user must reach it, and its file system must allow the bit.
. "$RT0_ROOT/tests/lib/expect.sh"
[ "$(id -u)" -eq 0 ] || { echo 'not root: nothing was tried'; exit 0; }
place=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill -KILL $pid; rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$place"

wrong() {
	fail "$1" out err
}

nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

# run PROGRAM ARGUMENT [REDIRECTION]: as nobody, with variables that a secure program must not
# believe.
run() {
	eval "$nobody env GOMAXPROCS=1000 GODEBUG=inittrace=1,schedtrace=1,trace=$place/told \
		RT0_FAIL_MMAP=3 GOTRACEBACK=crash '$place/$1' $2 >out 2>err $3"
	got=$?
}

# dies ARGUMENT LINE...: the secure program prints these lines alone, and ends with status 2.
dies() {
	how=$1
	shift
	run secure "$how"
	[ $got -eq 2 ] || wrong "$how $kind: the exit status is $got"
	printf '%s\n' "$@" | diff - err || wrong "$how $kind: what it prints"
}

# signalled SIGNAL LINE: nobody sends it to the secure program.
signalled() {
	rm -f out # or its last line would do for the next program
	$nobody env GOTRACEBACK=system "$place/secure" spin >out 2>err &
	pid=$!
	while ! grep -qs '^ready$' out; do
		kill -0 $pid || { wrong "$1: not ready"; return; }
		sleep 0.01
	done
	$nobody sh -c "kill -$1 $pid" || { wrong "$1: not sent"; kill -KILL $pid; }
	wait $pid
	got=$?
	pid=
	[ $got -eq 2 ] || wrong "$1 $kind: the exit status is $got"
	echo "$2" | diff - err || wrong "$1 $kind: what it prints"
}

for kind in -static -static-pie; do
	"$rtcc" $kind -O2 -g "$here/secure.c" -o "$place/plain" || exit 1
	cp "$place/plain" "$place/secure"
	chmod 4755 "$place/secure" || exit 1

	$nobody env GOMAXPROCS=3 GODEBUG=inittrace=1 GOTRACEBACK=system "$place/plain" >out 2>err
	grep -q '^secure 0, Ps 3, ' out || wrong "plain $kind: what it sees"
	grep -q '^init mallocinit ' err || wrong "plain $kind: GODEBUG"
	grep -q '^runtime_main(' err || wrong "plain $kind: GOTRACEBACK"

	dies panic 'panic: here'
	grep -qx "secure 1, Ps $(nproc), next descriptor 3" out || wrong "secure $kind: what it sees"
	[ ! -e "$place/told" ] || wrong "secure $kind: GODEBUG's trace"
	dies fault 'unexpected fault address 0x?' 'fatal error: fault' \
		'[signal SIGSEGV: segmentation violation code=0x? addr=0x? pc=0x?]'
	dies nil 'panic: runtime error: invalid memory address or nil pointer dereference' \
		'[signal SIGSEGV: segmentation violation code=0x? addr=0x? pc=0x?]'
	dies fatal 'fatal error: sync: unlock of unlocked mutex'
	run secure overflow
	[ $got -eq 2 ] && grep -qx 'fatal error: stack overflow' err && ! grep '0x[0-9a-f]' err ||
		wrong "overflow $kind"
	run secure free
	[ $got -eq 2 ] && grep -q '^fatal error: free of ' err && ! grep '0x[0-9a-f]' err ||
		wrong "free $kind"

	signalled QUIT 'SIGQUIT: quit'
	signalled ABRT 'SIGABRT: abort'
	signalled ILL 'SIGILL: illegal instruction'
	signalled TRAP 'SIGTRAP: trace trap'
	signalled BUS 'SIGBUS: bus error'
	signalled SEGV 'SIGSEGV: segmentation violation'
	signalled FPE 'SIGFPE: floating-point exception'
	signalled SYS 'SIGSYS: bad system call'
	signalled 16 'SIGSTKFLT: stack fault'

	run secure stack
	[ $got -eq 2 ] && grep -q '^goroutine 1 \[running\]:$' out && grep -q '^0x[0-9a-f]*(...)$' out ||
		wrong "secure $kind: a traceback of its own"

	run secure "trace $place/trace$kind"
	[ $got -eq 0 ] && [ "$(stat -c %a "$place/trace$kind")" = 600 ] ||
		wrong "secure $kind: the mode of its trace"

	run secure panic '<&-'
	grep -qx "secure 1, Ps $(nproc), next descriptor 3" out || wrong "secure $kind: descriptor 0"
done
[ $status -ne 0 ] || echo ok
exit $status
