#!/bin/sh
# tests/check/samefile.sh - without /proc a traceback takes names from the file that the program
# was started from, unless that is another one by now, or it has no build-id to know it by.
# stdout~: ^(ok|not root: nothing was tried)$
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
[ "$(id -u)" -eq 0 ] || { echo 'not root: nothing was tried'; exit 0; }
cat >waits.c <<'C'
#include <rt.h>

void fails(const char *text);

__attribute__((noinline)) void fails(const char *text)
{
	rt_panic("%s", text);
}

int rt_main(int argc, char **argv)
{
	char c;

	(void)argc, (void)argv;
	rt_printf("ready\n");
	rt_read(0, &c, 1);
	fails(TEXT);
	return 0;
}
C
mkdir place && mkfifo go || exit 1

build() {
	out=$1
	shift
	"$rtcc" -O1 -g waits.c -o "$out" "$@" || exit 1
}

# names WHAT WANTED FILE: runs place/program without /proc, puts FILE in its place, lets it
# fail, and looks whether its traceback has names: yes or no.
names() {
	rm -f out
	chroot place /program <go >out 2>err &
	exec 3>go
	until grep -qs ready out; do
		kill -0 $! || { echo "FAILED: $1: not ready"; exit 1; }
		sleep 0.01
	done
	[ -z "$3" ] || mv -f "$3" place/program
	exec 3>&-
	wait $!
	got=no
	grep -q '^fails(...)$' err && got=yes
	grep -q '^panic: one$' err && [ "$got" = "$2" ] && return
	echo "FAILED: $1: names: $got"
	cat err
	status=1
}

for kind in -static -static-pie; do
	build one $kind -DTEXT='"one"'
	build two $kind -DTEXT='"two"'
	build bare $kind -DTEXT='"one"' -Wl,--build-id=none
	: >empty
	echo text >text

	cp --remove-destination one place/program
	names "its own file $kind" yes ''
	cp one copy
	names "a copy $kind" yes copy
	names "another program $kind" no two
	cp --remove-destination one place/program
	names "an empty file $kind" no empty
	cp --remove-destination one place/program
	names "a text $kind" no text
	cp --remove-destination bare place/program
	names "no build-id $kind" no ''
done
[ $status -ne 0 ] || echo ok
exit $status
