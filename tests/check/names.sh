#!/bin/sh
# tests/check/names.sh - names are single, and what comments and pages name exists: here, and
# a tree with one mistake of each kind is found out.
# stdout~: ^names: \d+ files and \d+ functions, no name twice; \d+ words
# variants: release
# needs: python3

. "$RT0_ROOT/tests/lib/expect.sh"

"$RT0_ROOT/tools/names" || fail 'tools/names'
"$RT0_ROOT/tools/names" --help | grep -q '^ *tools/names \[DIR\]$' || fail 'tools/names --help'

mkdir -p tree/runtime/a tree/runtime/b tree/docs
cd tree || exit 1
printf 'NEEDED = 1\n' >Makefile
cat >runtime/a/same.c <<END
// same.c - its head is right; see gone.c, the Makefile's NEEDLESS and no_such_name.
static int once(int a)
{
	return a; // likewise(), as in twice (other.c)
}
int (twice)(void) { return once(1); }
END
cat >runtime/b/same.c <<END
// wrong.c - the head's name is another. Like isGone: makes \$(NEEDED).
static __attribute__((noinline)) int once(int a) { return a; }
END
echo 'int unlike;' >runtime/b/other.c
# shellcheck disable=SC2016 # no command
printf '%s\n' 'Here is `gone`, `twice` in runtime/b/other.c, `Makefile`.' >docs/page.md
"$RT0_ROOT/tools/names" . >../found && fail 'the mistakes are not found'
cat >../wanted <<END
docs/page.md:1: nothing is called gone
docs/page.md:1: twice is not in runtime/b/other.c
runtime/a/same.c: same.c is also the name of runtime/b/same.c
runtime/a/same.c:1: make has no variable NEEDLESS
runtime/a/same.c:1: nothing is called no_such_name
runtime/a/same.c:1: there is no file gone.c
runtime/a/same.c:2: once() is defined again in runtime/b/same.c:2
runtime/a/same.c:4: nothing is called likewise
runtime/a/same.c:4: twice is not in other.c
runtime/b/same.c:1: calls itself wrong.c
runtime/b/same.c:1: nothing is called isGone
runtime/b/same.c:1: there is no file wrong.c
END
LC_ALL=C sort ../found | diff ../wanted - || fail 'the mistakes that are found'
exit $status
