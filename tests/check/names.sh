#!/bin/sh
# tests/check/names.sh - names are single, what comments and pages name exists, and go-map.md
# has a row for what heads follow; a tree with one mistake of each kind is found out.
# stdout~: ^names: \d+ files and \d+ functions, no name twice; \d+ words.*\ngo-map: \d+ rows
# variants: release
# needs: python3

. "$RT0_ROOT/tests/lib/expect.sh"

"$RT0_ROOT/tools/names" || fail 'tools/names'
"$RT0_ROOT/tools/names" --help | grep -q '^ *tools/names \[DIR\]$' || fail 'tools/names --help'

"$RT0_ROOT/tools/gomap" || fail 'tools/gomap'

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

mkdir -p ../map/runtime/a ../map/docs
cd ../map || exit 1
cat >runtime/a/same.c <<END
// same.c - what there is.
//
// Follows Go's same.go (once, twice) and gone.go.
int once(int a) { return a; }
int thrice[3];
END
# shellcheck disable=SC2016 # no command
printf '%s\n' '## a' '' "| function | Go's file | here | differs |" '|---|---|---|---|' \
	'| `once`, `thrice` | same.go | other.c | |' '| `lost`, `once` | lost.go | | |' >docs/go-map.md
"$RT0_ROOT/tools/gomap" . >../found && fail 'the mistakes of the map are not found'
cat >../wanted <<END
docs/go-map.md: nothing is called lost
docs/go-map.md: the column "here" is out of date: tools/gomap --write
docs/go-map.md: once is in 2 rows
docs/go-map.md: twice of same.go has no row, and runtime/a/same.c follows it
docs/go-map.md: no row names gone.go, which runtime/a/same.c follows
END
diff ../wanted ../found || fail 'the mistakes of the map that are found'
"$RT0_ROOT/tools/gomap" --write . >../found
# shellcheck disable=SC2016
grep -qx '| `once`, `thrice` | same.go | same.c | |' docs/go-map.md || fail 'what is written'
grep -q 'out of date' ../found && fail 'what has been written is out of date'
exit $status
