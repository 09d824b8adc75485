#!/bin/sh
# tests/check/rtcc.sh - rtcc makes static binaries of ours, passes on what is the
# compiler's, and says plainly what it cannot do.
# needs: gcc clang ar nm readelf strip make
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC

# refuses TEXT COMMAND...: rtcc fails with 1 and one line on standard error, which is
# or begins with TEXT.
refuses() {
	text=$1
	shift
	"$@" >out 2>err
	[ $? -eq 1 ] || fail "exit status 1 of: $*"
	[ ! -s out ] || fail "no standard output of: $*"
	case $(cat err) in
	"$text"*) [ "$(wc -l <err)" -eq 1 ] || fail "one line from: $*" ;;
	*) fail "'$text' from: $*; it said: $(cat err)" ;;
	esac
}

# entry FILE: the name of the symbol at its ELF entry.
entry() {
	address=$(readelf -hW "$1" | sed -n 's/.*Entry point address: *0x//p')
	nm "$1" | sed -n "s/^0*$address [Tt] //p" | grep -x _rt0_amd64_linux
}

cat >answer.c <<'END'
#include <rt.h>
int answer(void);
int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rt_printf("%d\n", answer());
	return 0;
}
END
echo 'int answer(void) { return 42; }' >forty_two.c
says_42() {
	[ "$("$1")" = 42 ]
}

# The binary.
works "hello builds" "$rtcc" "$RT0_ROOT/examples/hello.c" -o hello
works "hello runs" test "$(./hello)" = "hello, world"
works "the entry is _rt0_amd64_linux" test "$(entry hello)" = _rt0_amd64_linux
readelf -lW hello >segments
! grep -Eq 'INTERP|DYNAMIC' segments || fail "hello asks for a dynamic linker"
grep -q 'GNU_STACK .* RW ' segments || fail "the stack of hello is executable"
! grep -E '^ *LOAD .* RWE ' segments || fail "hello has a writable text segment"
readelf -hW hello | grep -q 'Type: *EXEC' || fail "hello is not at a fixed address"
readelf -nW hello | grep -q 'Build ID' || fail "hello has no build-id"
[ -z "$(nm -u hello)" ] || fail "hello has undefined symbols"
cp hello stripped && strip stripped
size=$(wc -c <stripped)
[ "$RT0_VARIANT" != release ] || echo "stripped hello: $size of 86016 bytes"
[ "$size" -le 86016 ] || [ "$RT0_VARIANT" != release ] || fail "stripped hello has $size bytes"
works "stripped hello runs" test "$(./stripped)" = "hello, world"

# What the compiler takes, rtcc takes.
works "several sources" "$rtcc" answer.c forty_two.c -o several
works "several sources run" says_42 ./several
works "-c" "$rtcc" -c -O1 -g answer.c -o answer.o
works "-c without -o" "$rtcc" -c forty_two.c
works "objects" "$rtcc" answer.o forty_two.o -o objects
works "objects run" says_42 ./objects
works "without -o" "$rtcc" answer.o forty_two.o
works "a.out runs" says_42 ./a.out
works "a mixture" "$rtcc" answer.c forty_two.o -o mixture
works "a mixture runs" says_42 ./mixture
works "-S" "$rtcc" -S -O2 forty_two.c -o forty_two.s
works "assembly" "$rtcc" answer.o forty_two.s -o assembly
works "assembly runs" says_42 ./assembly
works "-E" "$rtcc" -E answer.c -o answer.i
grep -q 'rt_printf' answer.i || fail "-E finds rt.h"
works "-MD" "$rtcc" -MD -MF deps -c answer.c -o answer2.o
grep -q 'rt\.h' deps || fail "-MD names rt.h"
works "-fsyntax-only" "$rtcc" -fsyntax-only -Wall -Wextra -Wpedantic -Werror answer.c
for level in -O0 -O1 -O2 -O3 -Os; do
	works "$level" "$rtcc" $level -g answer.c forty_two.c -o level
	works "$level runs" says_42 ./level
done
readelf -SW level | grep -q '\.debug_info' || fail "-g gives debug information"

ar rcs libanswer.a forty_two.o
works "-L and -l" "$rtcc" answer.c -L. -lanswer -o library
works "-L and -l run" says_42 ./library
works "-L and -l, apart" "$rtcc" answer.c -L . -l answer -o library
works "an archive" "$rtcc" answer.c libanswer.a -o archive
works "an archive runs" says_42 ./archive
"$rtcc" -c answer.c -o answer_in.o && ar rcs libwhole.a answer_in.o forty_two.o
for linker in bfd lld; do
	works "rt_main in an archive" "$rtcc" -fuse-ld=$linker -L. -lwhole -o whole
	works "rt_main in an archive runs" says_42 ./whole
done

mkdir inc
echo 'enum { Answer = 42 };' >inc/answer.h
cat >defines.c <<'END'
#include <answer.h>
int answer(void) { return sizeof(TEXT) == sizeof "two words" ? VALUE : 0; }
END
works "-I and -D" "$rtcc" -Iinc -D VALUE=Answer '-DTEXT="two words"' \
	answer.c defines.c -o defines
works "-I and -D run" says_42 ./defines
works "-x and standard input" "$rtcc" -x c - answer.c -o piped <forty_two.c
works "-x and standard input run" says_42 ./piped

works "-flto -c" "$rtcc" -flto -O2 -c answer.c -o lto1.o
works "-flto -c" "$rtcc" -flto -O2 -c forty_two.c -o lto2.o
works "-flto" "$rtcc" -flto -O2 lto1.o lto2.o -o lto
works "-flto runs" says_42 ./lto
works "LTO objects without -flto" "$rtcc" lto1.o forty_two.o -o lto_mixed
works "LTO objects without -flto run" says_42 ./lto_mixed

works "clang" env CC=clang "$rtcc" -O2 -Werror answer.c forty_two.c -o clang
works "clang runs" says_42 ./clang
works "RT0_CC" env RT0_CC=clang CC=gcc "$rtcc" -v answer.c forty_two.c -o clang 2>err
grep -q 'clang version' err || fail "RT0_CC goes before CC"
works "a CC of two words" env CC="gcc -std=gnu11" "$rtcc" answer.c forty_two.c -o two

# CC is rtcc where make and configure say so: then it is not the compiler below. If it hides
# in another command, that is said, and nothing runs away.
mkdir path && ln -s "$rtcc" path/rtcc && ln -s "$rtcc" path/another
for cc in rtcc "$rtcc" path/another "rtcc -static-pie" "env A=b rtcc"; do
	works "CC=$cc" env PATH="$PWD/path:$PATH" CC="$cc" timeout 60 "$rtcc" answer.c forty_two.c -o self
	works "CC=$cc runs" says_42 ./self
done
printf '#!/bin/sh\nexec rtcc "$@"\n' >path/hidden && chmod +x path/hidden
refuses "rtcc: CC=hidden calls rtcc again: name the compiler below by RT0_CC" \
	env PATH="$PWD/path:$PATH" CC=hidden timeout 60 hidden answer.c forty_two.c -o none
works "RT0_CC below a hidden rtcc" \
	env PATH="$PWD/path:$PATH" CC=hidden RT0_CC=gcc hidden answer.c forty_two.c -o self
refuses "rtcc: RT0_CC=rtcc is rtcc" env PATH="$PWD/path:$PATH" RT0_CC=rtcc "$rtcc" answer.c
cat answer.c forty_two.c >single.c
works "CC=rtcc make" env -u MAKEFLAGS PATH="$PWD/path:$PATH" CC=rtcc make -s single
works "CC=rtcc make: it runs" says_42 ./single
refuses "rtcc: RT0_VARIANT=nonsense is not there: there is " env RT0_VARIANT=nonsense "$rtcc" answer.c
grep -qw "${RT0_VARIANT%/*}" err || fail "RT0_VARIANT=nonsense does not say what there is"

works "-v" "$rtcc" -v 2>err
works "--version" "$rtcc" --version >out
grep -q '^rtcc:' out || fail "--version says whose it is"
works "--help" "$rtcc" --help >out
grep -q '^usage: rtcc' out || fail "--help begins with the usage"

# Options in files.
printf '%s\n' "-O2 'answer.c' forty_\\two.c" >words
printf '@words\n-o "from file"' >words2
works "@file" "$rtcc" @words2
works "@file runs" says_42 "./from file"
works "an argument that begins with @, and is no file" "$rtcc" -DAT=@nothing @words -o at

# Places with spaces, for the program and for the tree; a symbolic link to rtcc.
mkdir "my program"
cp answer.c forty_two.c "my program"
works "a path with spaces" \
	"$rtcc" "my program/answer.c" "my program/forty_two.c" -o "my program/a b"
works "a path with spaces runs" says_42 "./my program/a b"
tree="a tree" build=$RT0_BUILD
unset RT0_BUILD
mkdir -p "$tree/tools" "$tree/build/$RT0_VARIANT"
cp "$rtcc" "$RT0_ROOT/tools/rt0.specs" "$tree/tools"
cp -r "$RT0_ROOT/include" "$RT0_ROOT/linker.ld" "$tree"
cp "$build/$RT0_VARIANT/librt0.a" "$tree/build/$RT0_VARIANT"
works "a tree with spaces" "$tree/tools/rtcc" answer.c forty_two.c -o elsewhere
works "a tree with spaces runs" says_42 ./elsewhere
export RT0_BUILD=$build
ln -s "$rtcc" link
works "a symbolic link" ./link answer.c forty_two.c -o linked
works "a symbolic link runs" says_42 ./linked

# The runtime's own names are free for the program.
cat >names.c <<'END'
#include <rt.h>
#define EACH(X) X(schedule) X(lock) X(unlock) X(check) X(args) X(print) X(newproc) \
	X(mcall) X(gogo) X(exit) X(clone) X(mstart) X(execute) X(findrunnable) X(throw) \
	X(osinit) X(schedinit) X(settls) X(write) X(read) X(open) X(mmap) X(main)
#define DEFINE(name) int name(int n); int name(int n) { return n + 1; }
#define CALL(name) n = name(n);
#define COUNT(name) +1
EACH(DEFINE)
int sched = 7, allp = 7, g0 = 7, m0 = 7, ncpu = 7;
static void run(void *arg)
{
	int one = 1;
	rt_chan_send(arg, &one);
}
int rt_main(int argc, char **argv)
{
	(void)argv;
	int n = argc;
	rt_chan *c = rt_chan_make(sizeof n, 0);
	rt_go(run, c);
	rt_chan_recv(c, &n);
	EACH(CALL)
	return n == 1 EACH(COUNT) && sched + allp + g0 + m0 + ncpu == 35 ? 0 : 1;
}
END
works "a program may use the runtime's names" "$rtcc" -O1 -fno-builtin names.c -o names
works "a program with the runtime's names runs" ./names

# What goes wrong, and how it is said.
refuses "rtcc: the program has no rt_main(int, char **)" "$rtcc" forty_two.c -o none
! "$rtcc" nosuch.c -o none 2>err || fail "a missing file compiles"
grep -q 'nosuch\.c' err || fail "a missing file is not named"
! "$rtcc" -O2 -o none 2>err || fail "no files compile"
grep -q 'no input files' err || fail "no input files: it said $(cat err)"
refuses "usage: rtcc" "$rtcc"
echo 'int main(void) { return 0; }' >main.c
echo old >old
refuses "rtcc: rt0 programs define rt_main(int, char **)" "$rtcc" main.c -o old
[ ! -e old ] || fail "an old program is left where none was made"
"$rtcc" -c main.c -o main.o && ar rcs libmain.a main.o
for linker in bfd lld; do
	works "--main" "$rtcc" --main -fuse-ld=$linker main.c -o main
	works "--main runs" ./main
	works "--main with rt_main" "$rtcc" --main -fuse-ld=$linker answer.c forty_two.c main.c -o both
	works "--main with rt_main runs" says_42 ./both
	works "--main, main in an archive" "$rtcc" --main -fuse-ld=$linker -L. -lmain -o main
	works "--main, main in an archive, runs" ./main
	refuses "rtcc: the program has neither rt_main(int, char **) nor main" \
		"$rtcc" --main -fuse-ld=$linker forty_two.c -o none
done
echo 'int nosuch(void), strlen(void); int rt_main(void) { return nosuch() + strlen(); }' >unknown.c
! "$rtcc" -w unknown.c -o none 2>err || fail "an unknown name links"
grep -q "^rtcc: .*strlen is the C library's" err && grep -q 'nosuch' err ||
	fail "an unknown name beside a known one: it said $(cat err)"
for option in -shared -pie -fPIE; do
	refuses "rtcc: $option " "$rtcc" $option answer.c forty_two.c -o none
done
[ ! -e none ] || fail "a refused program was made"
refuses "rtcc: -shared " "$rtcc" -static-pie -shared answer.c forty_two.c -o none
for cc in gcc clang; do
	for linker in bfd lld; do
		works "-static-pie" env CC=$cc "$rtcc" -static-pie -fuse-ld=$linker answer.c forty_two.c \
			-o static_pie
		works "-static-pie runs" says_42 ./static_pie
		readelf -hW static_pie | grep -q 'Type: *DYN' || fail "-static-pie is at a fixed address"
		! readelf -lW static_pie | grep -q INTERP || fail "-static-pie wants a dynamic linker"
	done
done
works "-static-pie -c" "$rtcc" -static-pie -c answer.c -o pie.o
works "-fpie -c" "$rtcc" -fpie -c forty_two.c -o pie2.o
works "-static-pie of objects" "$rtcc" -static-pie pie.o pie2.o -o static_pie
works "-static-pie of objects runs" says_42 ./static_pie
works "-no-pie takes -static-pie back" "$rtcc" -static-pie -no-pie answer.c forty_two.c -o fixed
readelf -hW fixed | grep -q 'Type: *EXEC' || fail "-static-pie -no-pie lies anywhere"
"$rtcc" -c answer.c -o no_pie.o
! "$rtcc" -static-pie no_pie.o forty_two.c -o none 2>err || fail "-static-pie of other code"
grep -q 'recompile with -fPI' err || fail "-static-pie of other code: it said $(cat err)"
works "-fPIE -c" "$rtcc" -fPIE -c answer.c -o pie.o
works "-fPIE objects" "$rtcc" pie.o forty_two.o -o pie
works "-fPIE objects run" says_42 ./pie
rm "$tree/build/$RT0_VARIANT/librt0.a"
unset RT0_BUILD
refuses "rtcc: $PWD/$tree/build/$RT0_VARIANT/librt0.a is missing: run make all first" \
	"$tree/tools/rtcc" answer.c forty_two.c

exit $status
