#!/bin/sh
# tests/check/args.sh - arguments and environment arrive as the kernel has them, also none
# or many; garbage in the runtime's own variables changes nothing.
# matrix: GOMAXPROCS=1,4
# needs: gcc seq

. "$RT0_ROOT/tests/lib/expect.sh"
"$rtcc" -O2 "$here/args.c" -o args || exit 1
gcc -O1 "$here/execve.c" -o execve || exit 1

# prints WHAT COMMAND...: the command succeeds, says nothing on standard error, and its
# output is the file wanted.
prints() {
	what=$1
	shift
	"$@" >out 2>err
	got=$?
	[ $got -eq 0 ] || fail "$what: exit status $got: $(head -n 3 err)"
	[ ! -s err ] || fail "$what: standard error: $(head -n 3 err)"
	cmp -s wanted out || fail "$what: $(diff wanted out | head -n 5)"
}

# wants FIRST EMPTY ARGUMENT...: what args prints for the arguments.
wants() {
	first=$1 empty=$2
	shift 2
	{
		echo $#
		[ $# -eq 0 ] || printf '[%s]\n' "$@"
		echo "FIRST=$first"
		echo "EMPTY=$empty"
	} >wanted
}

wants '(unset)' '(unset)' ./args
prints "no argument" ./args
wants '(unset)' '(unset)' ./args '' 'a b' -- 'ä' '*'
prints "odd arguments" ./args '' 'a b' -- 'ä' '*'
wants '(unset)' '(unset)' ./args $(seq 1000)
prints "1000 arguments" ./args $(seq 1000)
long=$(printf '%0100000d' 7)
wants '(unset)' '(unset)' ./args "$long"
prints "an argument of 100,000 characters" ./args "$long"

wants '(unset)' '(unset)' ./args x
prints "an empty environment" env -i ./args x
wants 'a=b c' '' ./args
prints "values" env FIRST='a=b c' EMPTY= ./args
wants 1 '' program
prints "a name that stands twice" ./execve ./args twice

# Linux puts an empty name where there is none since 5.18.
./execve ./args noargs >out 2>err
got=$?
case $(head -n 2 out | tr '\n' ' ') in
'0 FIRST=(unset) ' | '1 [] ') [ $got -eq 0 ] || fail "argc 0: exit status $got" ;;
*) fail "argc 0: status $got: $(cat out err)" ;;
esac

wants '(unset)' '(unset)' ./args
for value in garbage 0 -1 '' ' 2' 2x +2 0x2 1e3 99999999999999999999 2147483648 1.5; do
	prints "GOMAXPROCS='$value'" env GOMAXPROCS="$value" ./args
	prints "GOGC='$value'" env GOGC="$value" ./args
	prints "GOTRACEBACK='$value'" env GOTRACEBACK="$value" ./args
done
for value in garbage = , ,, a=b =1 schedtrace schedtrace= schedtrace=x scheddetail=y \
	asyncpreemptoff=99999999999 "$long" 'a=1,,b=2,=' 'gctrace=-5'; do
	prints "GODEBUG='$(printf %.30s "$value")'" env GODEBUG="$value" ./args
done
prints "GOMAXPROCS=1024" env GOMAXPROCS=1024 ./args

# The value of GOMAXPROCS counts only when it is a plain positive number.
cat >procs.c <<'END'
#include <rt.h>
int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_printf("%d %d\n", rt_gomaxprocs(0), rt_num_cpu());
	return 0;
}
END
"$rtcc" procs.c -o procs || exit 1
cpus=$(nproc)
for value in 1 2 3 64 1000; do
	[ "$(GOMAXPROCS=$value ./procs)" = "$value $cpus" ] || fail "GOMAXPROCS=$value counts"
done
for value in 0 -3 3x '' ' 3' +3 3.0 99999999999; do
	[ "$(GOMAXPROCS=$value ./procs)" = "$cpus $cpus" ] || fail "GOMAXPROCS='$value' does not"
done
[ "$(env -u GOMAXPROCS taskset -c 0 ./procs)" = "1 1" ] || fail "taskset -c 0"
exit $status
