#!/bin/sh
# tests/check/clone_again.sh - a thread that the kernel refuses by EAGAIN is asked for again: each
# of the first four refused once costs nothing. After twenty times the program ends and says how
# many threads it has.
# stdout: ok
# needs: gcc
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
gcc -O1 -Wall "$here/refuse_nth.c" -o refuse_nth || exit 1
"$rtcc" -O2 "$here/clone_again.c" -o plain || exit 1
"$rtcc" --musl -O2 "$here/clone_again.c" -o musl || exit 1
clone=$(printf '#include <sys/syscall.h>\nSYS_clone\n' | gcc -E -xc - | tail -n 1)

# run N PROGRAM: the Nth clone refused; leaves its exit status in got.
run() {
	timeout -k 5 30 ./refuse_nth "$clone" "$1" "./$2" >out 2>err </dev/null
	got=$?
}

wrong() {
	fail "$1: exit status $got, $(cat calls) clones" out err
}

for program in plain musl; do
	for procs in 1 4; do
		export GOMAXPROCS=$procs
		for n in 1 2 3 4; do
			run $n $program
			[ $got -eq 0 ] && grep -qx done out && [ ! -s err ] && [ "$(cat calls)" -ge 5 ] ||
				wrong "$program, GOMAXPROCS=$procs, the ${n}th refused"
		done
	done
	run 0 $program
	[ $got -eq 2 ] && [ "$(cat calls)" -eq 20 ] &&
		[ "$(head -n 1 err)" = "runtime: failed to create new OS thread (have 2 already; errno=11)" ] &&
		grep -qx 'runtime: may need to increase max user processes (ulimit -u)' err &&
		grep -qx 'fatal error: newosproc' err ||
		wrong "$program, all refused"
done

[ $status -ne 0 ] || echo ok
exit $status
