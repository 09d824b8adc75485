#!/bin/sh
# tests/check/options.sh - what options of the compilers do: a program that works, or one
# line that helps. The table is options.txt. What is for both compilers is done by one of them in
# turn; with RT0_WHOLE (make stress) by both.
# needs: gcc clang ld.lld xargs
# timeout: 900

# One line of the table with one compiler, in a folder of its own. Says what is wrong.
#
#	options.sh COMPILER OPTIONS RESULT
if [ $# -eq 3 ]; then
	compiler=$1 options=$2 result=$3
	mkdir -p "$RT0_TMP/runs" && dir=$(mktemp -d "$RT0_TMP/runs/XXXXXX") && cd "$dir" || exit 1
	ln -s "$RT0_TMP"/sources/* .
	case $options in
	-o | -I) source=options.c output='' ;; # ends there
	*.c* | *@*) source='' output='-o program' ;;
	*' -o '* | -print*) source=options.c output='' ;;
	-E | -M | -MM | -fsyntax-only*) source=options.c output='' ;;
	*) source=options.c output='-o program' ;;
	esac
	case $options in *@*) output='' ;; -x\ c*) source="$options $source" options='' ;; esac

	fail() {
		printf 'FAILED: %s, %s: %s\n' "$compiler" "$options $source" "$1"
		head -n 20 err
		cd / && rm -rf "$dir"
		exit 1
	}
	# shellcheck disable=SC2086 # lists of words
	LC_ALL=C RT0_CC=$compiler "$RT0_ROOT/tools/rtcc" $source $options $output </dev/null >out 2>err
	got=$?
	case $result in
	works)
		[ $got -eq 0 ] || fail "status $got"
		[ ! -s err ] || fail 'it says something'
		./program >out 2>err || fail "the program's status is $?"
		[ "$(cat out)" = ok ] || fail 'the program does not say ok'
		;;
	makes*)
		[ $got -eq 0 ] && [ ! -s err ] || fail "status $got"
		[ -s "${result#makes }" ] || fail "no ${result#makes }"
		;;
	prints*)
		[ $got -eq 0 ] && [ ! -s err ] || fail "status $got"
		text=${result#prints}
		[ -z "$text" ] || grep -qF -e "${text# }" out || fail "no$text"
		;;
	fails*)
		[ $got -ne 0 ] || fail 'no error'
		grep -qF -e "${result#fails }" err || fail 'another error'
		;;
	*)
		[ $got -eq 1 ] || fail "status $got"
		[ "$(wc -l <err)" -eq 1 ] || fail 'more than a line'
		case $(cat err) in 'rtcc: '*"${result#rtcc: }"*) ;; *) fail 'another line' ;; esac
		[ ! -e program ] || fail 'it makes a program'
		;;
	esac
	cd / && rm -rf "$dir"
	exit 0
fi

unset CC RT0_CC
here=$RT0_ROOT/tests/check
mkdir "$RT0_TMP/sources" && cd "$RT0_TMP/sources" || exit 1
cp "$here/options.c" .
echo "-O2 -DTEXT='two words' 'options.c' -o program" >args
echo '--musl @args' >args.musl
echo '@args "-shared"' >args.shared
echo 'int main(void) { return 0; }' >main.c
echo 'int nothing(void); int nothing(void) { return 0; }' >nothing.c
cat >strlen.c <<'END'
#include <rt.h>
#include <string.h>
int rt_main(int argc, char **argv)
{
	return (int)strlen(argv[argc - 1]) < 0 || !rt_printf("ok\n");
}
END
cat >thread.c <<'END'
#include <rt.h>
#include <pthread.h>
static void *run(void *arg) { return arg; }
int rt_main(int argc, char **argv)
{
	pthread_t t;
	return pthread_create(&t, 0, run, argv[argc]) != 0 || rt_printf("ok\n") != 3;
}
END
cat >sqrt.c <<'END'
#include <rt.h>
int rt_main(int argc, char **argv)
{
	(void)argv;
	return __builtin_sqrt(argc * 4.0) != 2 || rt_printf("ok\n") != 3;
}
END
cat >sine.c <<'END'
#include <rt.h>
#include <math.h>
int rt_main(int argc, char **argv) { return (int)sin(argc) + !argv; }
END
cat >libraries.c <<'END'
#include <rt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
int rt_main(int argc, char **argv)
{
	for (int i = 0; i < 3; i++)
		printf("%s", argv[i]);
	return malloc(3) && sqrt(argc) == 2;
}
END
cat >trampoline.c <<'END'
#include <rt.h>
static void (*pointer)(void *arg);
int rt_main(int argc, char **argv)
{
	void nested(void *arg) { (void)arg, argc++; }
	pointer = nested;
	rt_go(pointer, argv);
	return argc;
}
END

# Three words for each run.
sed -n 's/^\([a-z]*\)  *| \(.*\) | \(.*\)$/\1|\2|\3/p' "$here/options.txt" >table
[ "$(wc -l <table)" -ge 75 ] || { echo 'where is the table?'; exit 1; }
if [ -n "${RT0_WHOLE-}" ]; then
	sed -i 's/^both|\(.*\)/gcc|\1\nclang|\1/' table
else
	awk '/^both/ { sub(/^both/, ++n % 2 ? "gcc" : "clang") } { print }' table >turns
	mv turns table
fi
sed 's/|/\n/g' table | tr '\n' '\0' |
	xargs -0 -n 3 -P "$(nproc)" "$0"
