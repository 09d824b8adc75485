#!/bin/sh
# tests/check/buildsystems.sh - a program and its library build with CC=rtcc in make, CMake,
# Meson and autotools, as docs/packaging.md says, and what these ask the compiler has true
# answers.
# needs: make cmake meson ninja autoreconf automake
# timeout: 900

. "$RT0_ROOT/tests/lib/expect.sh"
unset CC
mkdir bin && ln -s "$rtcc" bin/rtcc
PATH=$PWD/bin:$PATH

# begins FOLDER: a project without its build system's files.
begins() {
	name=$1
	mkdir "$RT0_TMP/$1" && cd "$RT0_TMP/$1" || exit 1
	cat >prog.c <<-'END'
	#include <rt.h>
	#include "part.h"
	static void say(void *arg)
	{
		rt_chan_send(arg, &(const char *){ part() });
	}
	int rt_main(int argc, char **argv)
	{
		rt_chan *c = rt_chan_make(sizeof(char *), 0);
		const char *text;

		(void)argc, (void)argv;
		rt_go(say, c);
		rt_chan_recv(c, &text);
		rt_printf("%s\n", text);
		return 0;
	}
	END
	printf '#include "part.h"\nconst char *part(void) { return "hello, world"; }\n' >part.c
	echo 'const char *part(void);' >part.h
}

# quietly COMMAND...: or it is a failure that shows what was said.
quietly() {
	"$@" >log 2>&1 || { fail "$name: $*"; tail -n 30 log; }
}

says_hello() {
	[ "$("$1")" = 'hello, world' ] || fail "$name: $1 says: $("$1" 2>&1)"
	readelf -lW "$1" | grep -q INTERP && fail "$name: it wants a dynamic linker"
}

begins make
cat >Makefile <<'END'
CFLAGS = -O2 -Wall -Wextra -Werror
prog: prog.o libpart.a
libpart.a: libpart.a(part.o)
prog.o part.o: part.h
clean:
	rm -f prog *.[oa]
END
unset MAKEFLAGS MAKELEVEL MFLAGS
quietly env CC=rtcc make
says_hello ./prog
quietly make clean
quietly make CC='rtcc --musl' prog
says_hello ./prog

begins cmake
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.20)
project(prog C)
include(CheckFunctionExists)
include(CheckIncludeFile)
include(CheckTypeSize)
check_include_file(rt.h HAVE_RT_H)
check_include_file(nosuch.h HAVE_NOSUCH_H)
check_function_exists(qsort HAVE_QSORT)
check_function_exists(rt_gosched HAVE_RT_GOSCHED)
check_type_size(long LONG)
message("answers: ${HAVE_RT_H} ${HAVE_NOSUCH_H} ${HAVE_QSORT} ${HAVE_RT_GOSCHED} ${LONG}.")
add_library(part STATIC part.c)
add_executable(prog prog.c)
target_link_libraries(prog part)
END
for options in '' '--musl '; do
	qsort=${options:+1}
	quietly env CC="rtcc ${options:---main }" cmake -S . -B "out$options"
	grep -qx "answers: 1  $qsort 1 8\\." log || { fail "cmake: $(grep answers log)"; }
	quietly cmake --build "out$options"
	says_hello "./out$options/prog"
done

# The package adds nothing to what rtcc gives.
if [ "$RT0_VARIANT" = release ]; then
	quietly make -C "$RT0_ROOT" install VARIANTS=release DESTDIR="$PWD/stage"
	echo 'find_package(rt0 REQUIRED)
	target_link_libraries(prog rt0::rt0)' >>CMakeLists.txt
	quietly env CC="rtcc --main" cmake -S . -B outfound -DCMAKE_PREFIX_PATH="$PWD/stage/usr/local"
	quietly cmake --build outfound
	cmp out/prog outfound/prog || fail 'cmake: find_package changes a program of rtcc'
fi

begins meson
cat >meson.build <<'END'
project('prog', 'c', default_options: ['warning_level=2', 'werror=true', 'buildtype=release'])
cc = meson.get_compiler('c')
message('answers:', cc.has_header('rt.h'), cc.has_header('nosuch.h'), cc.has_function('qsort'),
        cc.has_function('rt_gosched'), cc.sizeof('long'))
prog = executable('prog', 'prog.c', link_with: static_library('part', 'part.c'))
test('prog', prog)
END
quietly env CC='rtcc --main' meson setup out
grep -q 'answers: true false false true ' log || fail "meson: $(grep answers log)"
quietly env CC='rtcc --musl' meson setup outmusl
grep -q 'answers: true false true true 8$' log || fail "meson: $(grep answers log)"
for out in out outmusl; do
	quietly ninja -C $out test
	says_hello ./$out/prog
done

begins autotools
cat >configure.ac <<'END'
AC_INIT([prog], [1.0])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AC_PROG_CC
AC_PROG_RANLIB
AM_PROG_AR
AC_CHECK_HEADERS([rt.h nosuch.h])
AC_CHECK_FUNCS([qsort rt_gosched])
AC_CHECK_SIZEOF([long])
AC_CONFIG_FILES([Makefile])
AS_ECHO(["answers: $ac_cv_header_rt_h $ac_cv_header_nosuch_h $ac_cv_func_qsort dnl
$ac_cv_func_rt_gosched $ac_cv_sizeof_long."])
AC_OUTPUT
END
cat >Makefile.am <<'END'
noinst_LIBRARIES = libpart.a
libpart_a_SOURCES = part.c part.h
bin_PROGRAMS = prog
prog_SOURCES = prog.c
prog_LDADD = libpart.a
END
quietly autoreconf -i
for kind in plain musl; do
	mkdir "$RT0_TMP/autotools/$kind" && cd "$RT0_TMP/autotools/$kind" || exit 1
	case $kind in
	plain) set -- --host=x86_64-linux CC='rtcc --main' && qsort=no ;;
	musl) set -- CC='rtcc --musl' && qsort=yes ;;
	esac
	quietly ../configure "$@"
	grep -qx "answers: yes no $qsort yes 8\\." log || fail "autotools: $(grep answers log)"
	quietly make
	says_hello ./prog
	quietly make install DESTDIR="$PWD/stage"
	says_hello ./stage/usr/local/bin/prog
done
exit $status
