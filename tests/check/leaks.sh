#!/bin/sh
# tests/check/leaks.sh - what rt_leaks finds is lost: programs run as well while all of it is
# overwritten every 2 ms or so, and none of the goroutines that it calls leaked is woken.
# stdout~: ^[0-9]+ passed, 0 failed\n[0-9]+ searches have overwritten [0-9]+ objects$
# variants: debug release
# timeout: 600
#
# Examples and some of tests/programs are linked with leaks.c, and run as ever. --all: all of
# tests/programs, those with musl, too; -v shows what tests/run prints.

export RT0_ROOT="${RT0_ROOT:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}"
export RT0_TMP="${RT0_TMP:-$(mktemp -d)}"
. "$RT0_ROOT/tests/lib/expect.sh"
variant=${RT0_VARIANT:=release}
build=${RT0_BUILD:-$RT0_ROOT/build}

verbose='' all=''
for arg; do
	case $arg in
	--all) all=yes ;;
	-v) verbose=yes ;;
	*) echo "leaks.sh [--all] [-v]" && exit 2 ;;
	esac
done

# They count goroutines, leaks or descriptors, or want an order that the hook's goroutine changes or a
# heap that is not collected, or skip time in which it would search, or jump out of a signal handler
# that may run on its thread, or are about the only goroutine.
LEFT_OUT='musl_handler_alone musl_jump musl_jump_storm test_aside test_world gc_pace join spawn leaks leaks_memory leaks_cgocall process_fds stack_descriptor order fragment'
SOME='cgocallback chan daisy recover select timers waitgroup'

# A folder with what make has built, in which other programs of these names may be.
mkdir -p "$RT0_TMP/build/$variant"
for file in "$build/$variant"/*; do
	[ "${file##*/}" = tests ] || ln -s "$file" "$RT0_TMP/build/$variant/"
done
hook=$RT0_TMP/leaks.o log=$RT0_TMP/log
"$rtcc" -O2 -c "$here/leaks.c" -o "$hook" || exit 1
: >"$log"

# run_example NAME ARGUMENT...
run_example() {
	"$rtcc" -O2 -g "$hook" "$RT0_ROOT/examples/$1.c" -o "$RT0_TMP/$1" || exit 1
	name=$1
	shift
	LEAKS_LOG=$log timeout 100 "$RT0_TMP/$name" "$@" </dev/null >"$RT0_TMP/out" 2>&1 ||
		fail "examples/$name.c" "$RT0_TMP/out"
}
run_example hello
run_example sieve 500
run_example pipeline 50
run_example wordcount "$RT0_ROOT/README.md" "$RT0_ROOT/include/rt.h"

set --
for file in "$RT0_ROOT"/tests/programs/*.c; do
	name=${file##*/} name=${name%.c}
	case " $LEFT_OUT " in *" $name "*) continue ;; esac
	[ "$all" ] || case " $SOME " in *" $name "*) ;; *) continue ;; esac
	set -- "$@" "tests/programs/$name.c"
done
cd "$RT0_ROOT" || exit 1
LEAKS_LOG=$log timeout 1500 env RT0_BUILD="$RT0_TMP/build" RT0_FLAGS="${hook#"$RT0_ROOT"/}" tests/run --variant "$variant" "$@" \
	</dev/null >"$RT0_TMP/out" 2>&1
[ "$verbose" ] && cat "$RT0_TMP/out"
grep -v '^ok ' "$RT0_TMP/out"
awk '{ searches += $1; objects += $2 }
	END { printf "%d searches have overwritten %d objects\n", searches, objects }' "$log"
exit $status
