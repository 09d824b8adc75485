#!/bin/sh
# tests/check/cgocalls.sh - every function of rt.h, called by a function that rt_cgocall runs,
# works, except rt_goexit; rt.h lists those that leave the function what it was. In a signal handler
# that a program with musl has installed, some of these work; every other one ends the process
# with a line that names it, whatever its arguments, in stripped programs too. On a thread that
# the runtime did not make, all but rt_goexit work.
# needs: gcc nm strip
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC
works "cgocalls.c builds" "$rtcc" -O2 -Wall -Wextra "$here/cgocalls.c" -o calls || exit 1
works "with musl" "$rtcc" --musl -DMUSL -O2 -Wall -Wextra "$here/cgocalls.c" -o handler || exit 1
strip calls
./calls >list

# The list has all that the library defines.
nm "$RT0_ROOT/build/$RT0_VARIANT/librt0.a" | sed -n 's/^.* T \(rt_.*\)/\1/p' | sort >defined
cut -d ' ' -f 1 list | sort | diff defined - || fail "the list is not complete"

# And rt.h's comment names those that change nothing.
sed -n '/^\/\* These functions leave a function/,/\*\//p' "$RT0_ROOT/include/rt.h" |
	tr -cs 'a-z_0-9' '\n' | grep '^rt_.' | grep -v '^rt_cgocall$' | sort -u >documented
sed -n 's/ legal.*//p' list | grep -v '^rt_cgocall$' |
	sed 's/rt_deferproc/rt_defer/; /rt_deferreturn/d' | sort |
	diff - documented || fail "rt.h names others"

# outcome NAME MAY WHERE COMMAND...: it works if it may be called, else the last word tells.
outcome() {
	name=$1 may=$2 where=$3 wanted=2
	shift 3
	case $name-$may in
	rt_exit-*) wanted=7 line= ;;
	rt_panic-*) line='panic: called' ;;
	*-yes) wanted=0 line=fine ;;
	rt_raw_syscall_any-*) line="fatal error: rt_syscall called within $where" ;;
	rt_raw_*) line="fatal error: rt_${name#rt_raw_} called within $where" ;;
	rt_[cr]*alloc-*) line="fatal error: rt_malloc called within $where" ;;
	rt_chan_make-*) line="fatal error: rt_malloc called within $where" ;;
	rt_chan_free-*) line="fatal error: rt_free called within $where" ;;
	*) line="fatal error: $name called within $where" ;;
	esac
	timeout -k 5 30 "$@" >out 2>err </dev/null
	got=$?
	[ $got -eq $wanted ] && grep -qxF -e "$line" err || [ $got-$name = 7-rt_exit ] && return
	fail "GOMAXPROCS=$GOMAXPROCS $*: exit status $got, not $wanted with '$line'"
	head -n 5 err
}

for GOMAXPROCS in 1 4; do
	export GOMAXPROCS
	while read -r name legal insignal; do
		[ $name = rt_goexit ] && may=no || may=yes
		outcome $name $may rt_cgocall ./calls $name
		[ "$insignal" ] && may=yes || may=no
		outcome $name $may "a signal handler" ./handler $name signal
		[ $name = rt_goexit ] && continue
		RT0_PTHREADS=kernel outcome $name yes "a thread" ./handler $name thread
	done <list
done
exit $status
