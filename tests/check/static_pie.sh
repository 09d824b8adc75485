#!/bin/sh
# tests/check/static_pie.sh - a position-independent program is loaded anywhere, and there the
# tour, the debugger's commands and the lines of tracebacks are as in any other.
# stdout: ok
# compilers: gcc
# variants: release debug
# needs: gdb python3
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"

# The kernel chooses; nothing in the image is where it was linked for.
cat >where.c <<'END'
#include <rt.h>
static int variable;
static void function(void *arg) { (void)arg; }
static const void *const table[] = { &variable, &table, (void *)function, (void *)rt_main };
int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (table[0] != &variable || table[1] != &table || table[2] != (void *)function)
		return 1;
	rt_printf("%p\n", table[3]);
	return 0;
}
END
"$rtcc" -static-pie -O2 where.c -o where || fail 'rtcc -static-pie'
for i in 1 2 3 4 5 6 7 8; do
	./where || fail "exit status $?"
done >places
[ "$(sort -u places | wc -l)" -ge 7 ] || { fail 'it lies at the same place'; cat places; }
readelf -rW where | awk '/^[0-9a-f]/ && $3 != "R_X86_64_RELATIVE" { bad = 1; print }
	END { exit bad }' || fail 'relocations that nobody applies'

# The other tests, in a tree whose rtcc makes only such programs.
mkdir tree
ln -s "$RT0_ROOT"/* tree
rm tree/tools
mkdir tree/tools
ln -s "$RT0_ROOT"/tools/* tree/tools
rm tree/tools/rtcc
cat >tree/tools/rtcc <<END
#!/bin/sh
exec '$RT0_ROOT/tools/rtcc' -static-pie "\$@"
END
chmod +x tree/tools/rtcc
for test in tour traceback; do
	mkdir "$test"
	RT0_ROOT=$PWD/tree RT0_TMP=$PWD/$test "$here/$test.sh" >log 2>&1 ||
		{ fail "$test.sh"; tail -n 40 log; }
done

# What would need more than that is refused.
cat >ifunc.c <<'END'
#include <rt.h>
static int one(void) { return 1; }
static void *choose(void) { return (void *)one; }
int number(void) __attribute__((ifunc("choose")));
int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return number();
}
END
! "$rtcc" -static-pie ifunc.c -o ifunc 2>log || fail 'an ifunc is linked'
grep -q 'ifuncs are not supported' log || fail 'an ifunc: another error'

[ $status -ne 0 ] || echo ok
exit $status
