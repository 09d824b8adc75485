#!/bin/sh
# tests/check/morestack.sh - the morestack programs hold at every level of optimisation,
# with the stack protector and without, and with all that this processor has: every kind of
# call crosses at 300 depths and more (tests/lib/morestack.h), and from small frames too. The
# stack protector is at each level with RT0_WHOLE (make stress), else at two.
# timeout: 300
# compilers: gcc

. "$RT0_ROOT/tests/lib/expect.sh"

# one PROGRAM FLAG...
cat >one <<'END'
#!/bin/sh
program=$1
shift
name=$program$(echo "$*" | tr -d ' ')
source=$RT0_ROOT/tests/programs/$program.c
[ "$program" = morestack_vectors ] && { time=60 GODEBUG=asyncpreemptoff=1; export GODEBUG; }
"$RT0_ROOT/tools/rtcc" -g -Wno-psabi "$@" "$source" -o "$name" || exit 1
for procs in 1 4; do
	GOMAXPROCS=$procs timeout 60 "./$name" $time >"$name.out" 2>&1 </dev/null
	status=$?
	[ $status -eq 0 ] && ! grep -v '^1 2 3 4 5 6 7 8.0 nine$' "$name.out" && continue
	echo "FAILED: $program, $*, GOMAXPROCS=$procs: status $status"
	head -5 "$name.out"
	exit 1
done
rm -f "$name" "$name.out"
END
chmod +x one

for program in "$RT0_ROOT"/tests/programs/morestack_*.c; do
	program=$(basename "$program" .c)
	for level in -O0 -O1 -O2 -O3 -Os; do
		echo "$program $level"
		case ${RT0_WHOLE:+whole}$level in
		whole* | -O0 | -O2) echo "$program $level -fstack-protector-all" ;;
		esac
		case $program in
		morestack_args | morestack_frames) echo "$program $level -DROOM=0" ;;
		esac
	done
	echo "$program -O2 -march=native"
done | xargs -P 2 -I@ sh -c './one @'
