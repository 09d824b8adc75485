#!/bin/sh
# tests/check/secure.sh - a set-group-ID program ignores GODEBUG and GOTRACEBACK, does not read
# its own file for names, obeys GOMAXPROCS, and finds descriptors 0 to 2 open.
# stdout~: ^(ok|not root: nothing was tried)$
# needs: setpriv

# Whoever runs the program must reach it, and its file system must allow the bit.
cd "$RT0_TMP" || exit 1
[ "$(id -u)" -eq 0 ] || { echo 'not root: nothing was tried'; exit 0; }
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$place"
status=0

fail() {
	echo "FAILED: $1"
	cat out err
	status=1
}

# run PROGRAM [REDIRECTION]: as nobody, with variables that a secure program must not believe.
run() {
	eval "setpriv --reuid 65534 --regid 65534 --clear-groups env GOMAXPROCS=3 \
		GODEBUG=inittrace=1 GOTRACEBACK=system '$place/$1' >out 2>err $2"
	[ $? -eq 2 ] || fail "$1: the exit status"
}

for kind in -static -static-pie; do
	"$RT0_ROOT/tools/rtcc" $kind -O2 -g "$RT0_ROOT/tests/check/secure.c" -o "$place/plain" || exit 1
	cp "$place/plain" "$place/secure"
	chgrp 0 "$place/secure" && chmod 2755 "$place/secure" || exit 1

	run plain
	grep -q '^secure 0, Ps 3, ' out || fail "plain $kind: what it sees"
	grep -q '^init mallocinit ' err || fail "plain $kind: GODEBUG"
	grep -q '^runtime_main(' err || fail "plain $kind: GOTRACEBACK"

	run secure
	grep -qx 'secure 1, Ps 3, next descriptor 3' out || fail "secure $kind: what it sees"
	! grep -q '^init ' err || fail "secure $kind: GODEBUG is obeyed"
	sed -e 's/0x[0-9a-f]*/N/g' err >got
	printf '%s\n' 'panic: here' '' 'goroutine 1 [running]:' 'N(...)' '	?:0 pc=N' |
		diff - got || fail "secure $kind: the traceback"

	run secure '<&-'
	grep -qx 'secure 1, Ps 3, next descriptor 3' out || fail "secure $kind: descriptor 0"
done
[ $status -ne 0 ] || echo ok
exit $status
