#!/bin/sh
# tests/check/musl.sh - rtcc --musl: both compilers and linkers, what goes wrong and how it
# is said, where the parts of such a binary are, and what gdb sees.
# needs: gcc clang ld.lld ar nm readelf gdb
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC
unset RT0_MUSL

# refuses TEXT COMMAND...: it fails with 1 and one line on standard error, with TEXT in it.
refuses() {
	text=$1
	shift
	"$@" >out 2>err
	[ $? -eq 1 ] || fail "exit status 1 of: $*"
	[ "$(wc -l <err)" -eq 1 ] && grep -qF -e "$text" err || fail "'$text' from: $*; it said: $(cat err)"
}

cat >hello.c <<'END'
#include <rt.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>

__thread int mine = 1;
__thread char wide[64] __attribute__((aligned(64))) = "wide";

int rt_main(int argc, char **argv)
{
	printf("%s: %d %.3f %s %d\n", argv[1], argc + mine, cbrt(27.0 * argc), wide,
	       (int)((long)wide % 64));
	return 0;
}
END
says_hello() {
	[ "$("$1" hello)" = "hello: 3 3.780 wide 0" ]
}

works "it builds" "$rtcc" --musl -O2 -Wall -Wextra -Werror hello.c -o hello -lm -lpthread
works "it runs" says_hello ./hello
works "--musl behind" "$rtcc" hello.c -o behind --musl
works "--musl behind runs" says_hello ./behind
nm hello | grep -Eq ' (cancel_handler|pthread_detach)$' && fail "hello has functions that it does not call"
works "lld" "$rtcc" --musl -fuse-ld=lld hello.c -o lld
works "lld runs" says_hello ./lld
works "clang" env CC=clang "$rtcc" --musl -O2 hello.c -o clang
works "clang runs" says_hello ./clang
works "an object" "$rtcc" --musl -c hello.c -o hello.o
works "an object" "$rtcc" --musl hello.o -o object
works "an object runs" says_hello ./object
works "a stack protector" "$rtcc" --musl -fstack-protector-all hello.c -o protected
works "a stack protector runs" says_hello ./protected

# What both have, except the memory functions, has another name in the runtime (ALSOMUSLS).
names() {
	nm -g --defined-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' |
		grep -vE '^(mem(cpy|move|set|cmp)|__stack_chk_fail)$' | sort -u
}
names "$RT0_BUILD/$RT0_VARIANT/libc/runtime.o" >runtimes
[ "$(wc -l <runtimes)" -gt 500 ] || fail "the runtime has names"
names /usr/lib/x86_64-linux-musl/libc.a >musls
[ -z "$(comm -12 runtimes musls)" ] || fail "the runtime has musl's names: $(comm -12 runtimes musls)"

# A musl in a place of its own; the name of its archive's member differs between systems.
mkdir -p own/lib
ln -s /usr/include/x86_64-linux-musl own/include
cp /usr/lib/x86_64-linux-musl/lib*.a own/lib
works "--musl=DIR" "$rtcc" --musl="$PWD/own" hello.c -o own/hello
works "--musl=DIR runs" says_hello ./own/hello
works "RT0_MUSL" env RT0_MUSL="$PWD/own" "$rtcc" --musl hello.c -o own/hello2 -lm
works "RT0_MUSL runs" says_hello ./own/hello2
(cd own/lib && ar x libc.a version.lo && mv version.lo version.o && ar d libc.a version.lo &&
	ar r libc.a version.o)
works "a member called version.o" "$rtcc" --musl="$PWD/own" hello.c -o own/hello

# What a compiler of the system's C library finds, --musl does not.
"$rtcc" --musl -print-search-dirs >out
! grep -E '^libraries:.*/(lib|x86_64-linux-gnu)(:|$)' out || fail "-print-search-dirs names glibc's"
[ "$("$rtcc" --musl -print-file-name=libnsl.a)" = libnsl.a ] || fail "-print-file-name finds glibc's"
glibc=$(gcc -print-file-name=libm.a)
for compiler in gcc clang; do
	for linker in bfd lld; do
		! CC=$compiler "$rtcc" --musl -fuse-ld=$linker hello.c -lnsl -lBrokenLocale -o none 2>err ||
			fail "glibc's libraries are found by $compiler with $linker"
		refuses "rtcc: $glibc is not for musl" \
			env CC=$compiler "$rtcc" --musl -fuse-ld=$linker hello.c "$glibc" -o none
	done
done
mkdir lib && mv hello.o lib/part.o
works "objects in a folder called lib" "$rtcc" --musl lib/part.o -o object
echo 'int libutils(void) { return 1; }' >util.c
"$rtcc" --musl -c util.c -o util.o && ar rcs lib/libutil.a util.o
echo 'int libutils(void); int main(void) { return libutils() - 1; }' >utils.c
works "a libutil of the program" "$rtcc" --musl utils.c -Llib -lutil -o utils
works "a libutil of the program: it runs" ./utils
"$rtcc" -v --musl -pie hello.c -o fixed 2>err || fail "-pie: it said $(cat err)"
grep -q '^rtcc: -pie: ' err || fail "-v does not say what -pie became"
readelf -hW fixed | grep -q 'Type: *EXEC' || fail "-pie is not at a fixed address"

# Thread-local variables: found by the word at %fs:0, as rtcc --musl has compilers do it.
cat >local.c <<'END'
#include <stdio.h>
extern __thread int far;
__thread int far;
static __thread int near;
int count(void);
int count(void) { return ++near + far; }
END
cat >counts.c <<'END'
int count(void);
extern __thread int far;
int main(void) { return ++far + count() + count() - 6; }
END
for compiler in gcc clang; do
	export CC=$compiler
	for linker in bfd lld; do
		works "thread-local" "$rtcc" --musl -O2 -fuse-ld=$linker local.c counts.c -o local
		works "thread-local variables" ./local
		if [ $compiler$linker != gcclld ]; then # which does not know gcc's
			works "thread-local, -flto" \
				"$rtcc" --musl -O2 -flto -fuse-ld=$linker local.c counts.c -o local
			works "thread-local variables, -flto" ./local
		fi
		$compiler -O1 -fno-pic -c local.c -o local.o && rm -f liblocal.a && ar rcs liblocal.a local.o
		refuses "rtcc: local.o finds thread-local variables by the thread: compile it with rtcc --musl" \
			"$rtcc" --musl -fuse-ld=$linker counts.c local.o -o none
		refuses "liblocal.a(local.o) finds thread-local" \
			"$rtcc" --musl -fuse-ld=$linker counts.c -L. -llocal -o none
		$compiler -O1 -fPIE -c counts.c -o counts.o
		refuses "rtcc: counts.o finds thread-local" \
			"$rtcc" --musl -fuse-ld=$linker local.c counts.o -o none
		$compiler -O1 -fPIC -c counts.c -o counts.o
		works "thread-local, -fPIC" "$rtcc" --musl -fuse-ld=$linker local.c counts.o -o local
		[ ! -e none ] || fail "a refused program is there"
	done
done
unset CC

# What goes wrong.
refuses "rtcc: there is no musl in /nowhere: install musl-dev" "$rtcc" --musl=/nowhere hello.c
(cd own/lib && sed 's/1\.2\.[0-9]/1.1.9/' version.o >v.o && mv v.o version.o && ar r libc.a version.o)
refuses "is musl 1.1.9: --musl wants 1.2.3 or a later 1.2" "$rtcc" --musl="$PWD/own" hello.c
ar d own/lib/libc.a version.o
refuses "own/lib/libc.a is not musl's" "$rtcc" --musl="$PWD/own" hello.c
for option in -shared -static-pie; do
	refuses "$option" "$rtcc" --musl $option hello.c
done
works "--help" sh -c '"$0" --help | grep -q -e "--musl"' "$rtcc"
cat >ifunc.c <<'END'
#include <rt.h>
static int one(void) { return 1; }
static int (*pick(void))(void) { return one; }
int chosen(void) __attribute__((ifunc("pick")));
int rt_main(int argc, char **argv) { (void)argc, (void)argv; return chosen(); }
END
for linker in bfd lld; do
	! "$rtcc" --musl -fuse-ld=$linker ifunc.c 2>err || fail "an ifunc links with $linker"
	grep -q 'ifuncs are not supported' err || fail "$linker does not say what is wrong"
done

# The library's code is apart from the program's, which alone may be preempted.
at() {
	nm hello | sed -n "s/^0*\([0-9a-f]*\) [^ ]* $1\$/\1/p" | head -n 1
}
between() {
	[ "$((0x$(at "$1")))" -le "$((0x$(at "$2")))" ] && [ "$((0x$(at "$2")))" -lt "$((0x$(at "$3")))" ] ||
		fail "$2 is not between $1 and $3"
}
between __user_text_start rt_main __user_text_end
between __libc_text_start printf __libc_text_end
between __libc_text_start cbrt __libc_text_end
between __runtime_text_start x_cgo_init __runtime_text_end
[ -z "$(nm -u hello | grep -v ' w ')" ] || fail "undefined symbols: $(nm -u hello)"
! readelf -lW hello | grep -Eq 'INTERP|DYNAMIC|RWE' || fail "the segments are not as they should be"

# A function that replaces one of musl's replaces the whole object, or a program that needs
# another function of that gets both. Weak names, ours or musl's, do no harm, nor does what
# only replaced objects refer to.
{
	nm -g "$RT0_BUILD/$RT0_VARIANT/rt0_musl.o" | sed -n 's/.* [TDBR] /=ours /p'
	nm -A -g /usr/lib/x86_64-linux-musl/libc.a 2>/dev/null
} | awk '
	$1 == "=ours" { ours[$2]; next }
	{ split($1, part, ":"); object = part[2] }
	$(NF - 1) == "U" { users[$NF] = users[$NF] " " object; next }
	$(NF - 1) !~ /^[TDBR]$/ { next }
	$NF in ours { replaced[object]; next }
	{ left[object] = left[object] " " $NF }
	function needed(name,    user, i, n) {
		n = split(users[name], user, " ")
		for (i = 1; i <= n; i++) if (!(user[i] in replaced)) return 1
		return name !~ /^__/
	}
	END {
		for (object in replaced) {
			n = split(left[object], name, " ")
			for (i = 1; i <= n; i++) if (needed(name[i])) print object ": " name[i]
		}
	}
' >halves
[ ! -s halves ] || fail "half an object of musl's is replaced" halves
cat >affinity.c <<'END'
#define _GNU_SOURCE
#include <sched.h>
int main(void)
{
	cpu_set_t set;
	return sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) < 1 ||
	       sched_setaffinity(0, sizeof set, &set) != 0;
}
END
works "sched_setaffinity" "$rtcc" --musl affinity.c -o affinity
works "sched_setaffinity runs" ./affinity

# gdb sees from the called function through asmcgocall into the goroutine.
cat >through.c <<'END'
#define _GNU_SOURCE
#include <rt.h>

#include <pthread.h>
#include <stdio.h>

static void inner(void *arg)
{
	puts(arg);
}

static __attribute__((noinline)) void outer(int depth)
{
	if (depth > 0)
		outer(depth - 1);
	else
		rt_cgocall(inner, "inner");
	__asm__ volatile("");
}

static void run(void *done)
{
	pthread_setname_np(pthread_self(), "a worker");
	outer(2);
	rt_chan_send(done, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	rt_go(run, done);
	rt_chan_recv(done, NULL);
	return 0;
}
END
works "through.c builds" "$rtcc" --musl -g -O2 through.c -o through
cat >commands <<'END'
set pagination off
break inner
run
bt
info goroutines
info ms
END
timeout -k 5 60 gdb -nx -batch -iex "set auto-load safe-path $PWD" \
	-iex 'set debuginfod enabled off' -x commands ./through </dev/null >log 2>&1
frames=$(sed -n 's/^#[0-9]* *\(0x[0-9a-f]* in \)*\([a-z_0-9]* (\|<sig\).*/\2/p' log | tr '\n' ' ')
[ "$frames" = "inner ( <sig callaway ( rt_cgocall ( outer ( outer ( outer ( run ( goexit ( " ] ||
	fail "gdb sees: $frames"
grep -Eq '^\*? +[0-9]+ +syscall +M[0-9]+, "a worker" +inner \(' log || fail "info goroutines: $(cat log)"
grep -Eq '^\*? +[0-9]+ +[0-9]+ +[0-9]+ +- +goroutine [0-9]+ in a system call +inner' log ||
	fail "info ms: $(cat log)"
grep -Eq ' sysmon ' log || fail "info ms does not know sysmon: $(cat log)"

exit $status
