#!/bin/sh
# tests/check/cplusplus.sh - rt.h and rtcc work for C++ without exceptions and type
# information, by each name of both compilers: static objects, locks of local ones, new and
# delete, channels of a type, rt_defer. What cannot work is refused, when it is compiled or linked.
# needs: gcc g++ clang clang++ nm
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC

cat >wanted <<'END'
+first
+second
100
+a
+b
49 5
-b
-a
-square
-shape
42 p
1
0
3 1
1
+7
0 1 0
+local
-local
deferred
deferred in a panic
1 a panic
1
-second
-first
destructor function
END
while read -r cc options; do
	# shellcheck disable=SC2086 # a list of words
	CC=$cc "$rtcc" $options -g -Wall -Wextra -Wcast-function-type -Werror \
		"$here/cplusplus.cc" -o program ||
		fail "$cc $options builds"
	timeout 60 ./program >got 2>&1 || fail "$cc $options ends well"
	diff wanted got || fail "$cc $options says so"
done <<'END'
gcc -O0 -std=c++14
gcc -O2 -Wold-style-cast
g++ -O2 -std=c++20 -Wpedantic
g++ -Os -std=c++11 -flto
clang -O2
clang++ -O0 -std=c++20 -Wpedantic
END

# With gcc, all of it checks for room on the stack: the runtime's part too.
"$rtcc" -v -O2 "$here/cplusplus.cc" -o program 2>&1 | grep -q '^rtcc: all code checks its stack' ||
	fail 'goroutines of C++ start on 2 KiB'

# One command for both languages, without a word of warning.
echo 'int two(void); int two(void) { return 2; }' >two.c
cat >three.cc <<'END'
#include <rt.h>
extern "C" int two(void);
struct Base { virtual int get() { return two(); } };
struct Three : Base { int get() override { return Base::get() + 1; } };
int rt_main(int, char **) { Base *b = new Three; rt_printf("%d\n", b->get()); return 0; }
END
for cc in gcc clang; do
	CC=$cc "$rtcc" -Wall -Wextra two.c three.cc -o both 2>log || fail "$cc: C and C++ together"
	[ ! -s log ] || { cat log; fail "$cc warns"; }
	[ "$(./both)" = 3 ] || fail "$cc: C and C++ together say 3"
done
"$rtcc" "$RT0_ROOT/examples/hello.c" -o hello && nm hello | grep -q '__cxa\|_Z' &&
	fail 'a program in C carries what is for C++'

# A program's own operator new is taken for all forms of it.
cat >own.cc <<'END'
#include <rt.h>
static int news, deletes;
void *operator new(size_t n) { news++; return rt_malloc(n); }
void operator delete(void *p) noexcept { deletes++; rt_free(p); }
int rt_main(int, char **)
{
	int *volatile one = new int(1), *volatile many = new int[5]();
	delete one;
	delete[] many;
	rt_printf("%d %d\n", news, deletes);
	return 0;
}
END
"$rtcc" -O2 own.cc -o own || fail 'own operators build'
[ "$(./own)" = '2 2' ] || fail 'own operators are called'

cat >pure.cc <<'END'
#include <rt.h>
struct Base { Base() { call(); } virtual ~Base() {} void call() { now(); } virtual void now() = 0; };
struct Derived : Base { void now() override {} };
int rt_main(int, char **) { Derived d; (void)d; return 0; }
END
"$rtcc" -O0 pure.cc -o pure || fail 'pure.cc builds'
./pure 2>err
[ $? -eq 2 ] || fail 'a pure virtual call ends with 2'
grep -q '^panic: pure virtual method called$' err || fail 'a pure virtual call is a panic'

# refuses TEXT CODE: a program with that does not compile, and the text is in what is said.
refuses() {
	cat >bad.cc <<-END
		#include <rt.h>
		#include <typeinfo>
		struct A { virtual ~A() {} };
		struct B : A {};
		struct Deep { Deep(const Deep &); int x; };
		void real(double d);
		void test(A *a, rt_chan_of(int) c, long *lp);
		void test(A *a, rt_chan_of(int) c, long *lp) { (void)a, (void)c, (void)lp; $2; }
	END
	for cc in g++ clang++; do
		LC_ALL=C CC=$cc "$rtcc" -c bad.cc -o bad.o 2>err && fail "$cc accepts: $2"
		grep -q -- "$1" err || { cat err; fail "$cc says nothing of $1: $2"; }
	done
}
refuses exception 'throw 1'
refuses exception 'try { test(a, c, lp); } catch (...) {}'
refuses rtti 'dynamic_cast<B *>(a)->~B()'
refuses rtti 'typeid(*a).name()'
refuses 'copied as bytes' 'rt_make_chan(Deep, 1)'
refuses 'invalid conversion\|cannot initialize' 'rt_send(c, "x")'
refuses 'cannot convert\|cannot initialize' 'rt_recv_ok(c, lp)'
refuses 'no matching' 'rt_chan_close(lp)'
refuses 'no matching' 'rt_defer(rt_mutex_unlock, lp)'
refuses 'no matching' 'rt_defer(rt_close, lp)'
refuses 'deleted' 'rt_defer(real, 1.0)'

for option in -fexceptions -frtti; do
	"$rtcc" $option own.cc -o none >out 2>err
	[ $? -eq 1 ] || fail "$option: exit status 1"
	[ "$(wc -l <err)" -eq 1 ] || fail "$option: one line"
	grep -q "^rtcc: $option is not available: " err || fail "$option: it said $(cat err)"
done

# unlinked TEXT: the program does not link, and the one line that says so has the text.
unlinked() {
	for cc in g++ clang++; do
		for linker in '' -fuse-ld=lld; do
			case $linker in ?*) command -v ld.lld >/dev/null || continue ;; esac
			CC=$cc "$rtcc" $linker -O1 bad.cc -o none >out 2>err
			[ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] || { cat err; fail "$cc $linker: one line"; }
			grep -q "^rtcc: .*$1" err || fail "$cc $linker: no \"$1\": $(cat err)"
		done
	done
}
echo 'int rt_main(int argc, char **argv) { return argc - 1 + !argv; }' >bad.cc
unlinked 'declare it extern "C"'
cat >bad.cc <<'END'
#include <rt.h>
#include <iostream>
#include <string>
int rt_main(int, char **argv) { std::string s = argv[0]; std::cout << s; return 0; }
END
unlinked 'with its library is not available'
cat >bad.cc <<'END'
#include <rt.h>
struct Ends { ~Ends(); int x; };
Ends::~Ends() { x = 1; }
thread_local Ends own;
int rt_main(int, char **) { return own.x; }
END
unlinked 'thread_local objects'
[ ! -e none ] || fail 'a refused program was made'
exit $status
