#!/bin/sh
# tests/check/cgocalls.sh - every function of rt.h, called by a function that rt_cgocall runs,
# works if rt.h lists it as one that may be called there; every other one ends the process with a
# line that names it, whatever it would have had to do, stripped or not.
# needs: gcc nm strip
# timeout: 300

. "$RT0_ROOT/tests/check/expect.sh"
here=$RT0_ROOT/tests/check
works "cgocalls.c builds" "$rtcc" -O2 -Wall -Wextra "$here/cgocalls.c" -o calls || exit 1
strip calls
./calls >list

# The list has all that the library defines.
nm "$RT0_ROOT/build/$RT0_VARIANT/librt0.a" | sed -n 's/^.* T \(rt_.*\)/\1/p' | sort >defined
cut -d ' ' -f 1 list | sort | diff defined - || fail "the list is not complete"

# And rt.h's comment names those that may be called.
sed -n '/^\/\* What a function that rt_cgocall runs may call/,/\*\//p' "$RT0_ROOT/include/rt.h" |
	tr -cs 'a-z_0-9' '\n' | grep '^rt_.' | grep -v '^rt_cgocall$' | sort -u >documented
sed -n 's/ legal.*//p' list | grep -v '^rt_cgocall$' |
	sed 's/rt_deferproc/rt_defer/; /rt_deferreturn/d' | sort |
	diff - documented || fail "rt.h names others"

# outcome NAME STATUS LINE: what the run must come to.
outcome() {
	timeout -k 5 30 ./calls "$1" >out 2>err </dev/null
	got=$?
	[ $got -eq "$2" ] && grep -qxF -e "$3" err && return
	fail "GOMAXPROCS=$GOMAXPROCS $1: exit status $got, not $2 with '$3'"
	head -n 5 err
}

for GOMAXPROCS in 1 4; do
	export GOMAXPROCS
	while read -r name legal rest; do
		case $name-$legal in
		rt_exit-*) outcome_of="7" line='' ;;
		rt_panic-*) outcome_of=2 line='panic: called' ;;
		rt_raw_syscall-*) outcome_of=2 line='fatal error: rt_syscall called within rt_cgocall' ;;
		*-legal) outcome_of=0 line=fine ;;
		*) outcome_of=2 line="fatal error: $name called within rt_cgocall" ;;
		esac
		[ "$line" ] || { timeout -k 5 30 ./calls "$name"; [ $? -eq $outcome_of ] || fail "$name"; continue; }
		outcome "$name" $outcome_of "$line"
	done <list
done
exit $status
