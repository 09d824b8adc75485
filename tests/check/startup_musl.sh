#!/bin/sh
# tests/check/startup_musl.sh - with musl linked in, the start-up takes its steps in their
# order, except for those of the library: rows 1 to 104 as startup_rows.py has them then.
# stdout~: ^102 rows hold, 0 do not$
# needs: gdb strace python3 nm make
# variants: release
# timeout: 300

cd "$RT0_ROOT" || exit 1
unset CC # the rows are gcc's
flock build env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s DEBUG=1 all >&2 || exit 1
cat >"$RT0_TMP/hello.c" <<'END'
#include <rt.h>

#include <stdio.h>

int rt_main(int argc, char **argv)
{
	return printf("%s has %d arguments\n", argv[0], argc) < 0;
}
END
RT0_VARIANT=debug tools/rtcc --musl -O2 -g "$RT0_TMP/hello.c" -o "$RT0_TMP/hello" || exit 1
tests/check/startup.sh "$RT0_TMP/hello"
