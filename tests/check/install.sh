#!/bin/sh
# tests/check/install.sh - make install puts everything below PREFIX and nothing elsewhere;
# programs outside of the tree build by rtcc, pkg-config and CMake, and are identical; the
# installed tree may be moved and reached by symbolic links; make uninstall leaves nothing.
# needs: make gcc g++ clang pkg-config cmake cmp man
# variants: release debug stress
# timeout: 180

variant=${RT0_VARIANT%-clang}
case $RT0_VARIANT in
*-clang) cc=clang ;;
*) cc=gcc ;;
esac
export CC=$cc
. "$RT0_ROOT/tests/lib/expect.sh"

# The variant under test alone, which is built already: nothing is made in the tree.
install() {
	make -s -C "$RT0_ROOT" BUILD="${RT0_BUILD#"$RT0_ROOT"/}" CC=$cc VARIANTS="$variant" "$@" >log 2>&1 || { cat log; fail "make $*"; }
	grep -v '^make\|^$' log
}

tree() {
	find "$1" -printf '%P %l %m %s\n' | LC_ALL=C sort
}

# Beside what others have there.
stage="$PWD/a stage"
mkdir -p "$stage/usr/local/lib/cmake" "$stage/usr/local/bin"
echo other >"$stage/usr/local/bin/other"
tree "$stage" >before
install install DESTDIR="$stage"
tree "$stage" >first
(cd "$stage/usr/local" && find . ! -type d ! -path './share/man/man3/*' | LC_ALL=C sort) >files
cat >wanted <<END
./bin/other
./bin/rt0-explore
./bin/rt0-trace
./bin/rtcc
./include/rt0/rt.h
./lib/cmake/rt0/rt0Config.cmake
./lib/cmake/rt0/rt0ConfigVersion.cmake
./lib/librt0.a
./lib/pkgconfig/rt0.pc
./lib/rt0/ld-rt0/explain
./lib/rt0/ld-rt0/ld
./lib/rt0/ld-rt0/ld.bfd
./lib/rt0/ld-rt0/ld.lld
./lib/rt0/fuzz.ld
./lib/rt0/hosted/rt0_hosted.o
./lib/rt0/linker.ld
./lib/rt0/manifest
./lib/rt0/numbers.ld
./lib/rt0/pie.ld
./lib/rt0/program.ld
./lib/rt0/$variant/librt0.a
./lib/rt0/$variant/pie/librt0.a
./lib/rt0/$variant/librt0_main.a
./lib/rt0/$variant/pie/librt0_main.a
./lib/rt0/$variant/rt0_musl.o
./lib/rt0/ld-rt0/folders
./lib/rt0/ld-rt0/threadlocal
./lib/rt0/rt0.specs
./share/man/man1/rt0-explore.1
./share/man/man1/rtcc.1
./share/man/man7/rt0.7
./share/rt0/explore
./share/rt0/gdb/arch.py
./share/rt0/gdb/printers.py
./share/rt0/gdb/rt0.py
./share/rt0/gdb/tour.py
./share/rt0/trace
./share/rt0/trace.html
END
[ "$variant" = release ] || sed -i '/lib\/librt0/d' wanted
LC_ALL=C sort -o wanted wanted
diff wanted files || fail 'what is installed'
MANPATH=$stage/usr/local/share/man man -w rt_chan_send >/dev/null || fail 'man rt_chan_send'
grep -rl "$RT0_ROOT\|$RT0_TMP" --exclude='*.[ao]' "$stage" && fail 'paths of this tree are installed'

# Once more, over an older version's file: that goes.
echo old >"$stage/usr/local/lib/rt0/old"
echo /usr/local/lib/rt0/old >>"$stage/usr/local/lib/rt0/manifest"
install install DESTDIR="$stage"
tree "$stage" >again
diff first again || fail 'twice is not once'
install uninstall DESTDIR="$stage"
tree "$stage" >after
diff before after || fail 'make uninstall leaves something'
make -s -C "$RT0_ROOT" uninstall DESTDIR="$stage" >log 2>&1 && fail 'nothing can be uninstalled'

# Used where it was installed, and with other places.
prefix="$PWD/an opt"
install install PREFIX="$prefix" LIBDIR="$prefix/lib/x86_64-linux-gnu"
lib=$prefix/lib/x86_64-linux-gnu
export PKG_CONFIG_PATH="$lib/pkgconfig" RT0_VARIANT=$variant
mkdir project && cd project || exit 1
cp "$RT0_ROOT/examples/hello.c" prog.c
"$prefix/bin/rtcc" -O2 prog.c -o by_rtcc || fail 'rtcc'
[ "$(./by_rtcc)" = 'hello, world' ] || fail 'a program by rtcc runs'
"$prefix/bin/rtcc" --musl -O2 prog.c -o with_musl || fail 'rtcc --musl'
[ "$(./with_musl)" = 'hello, world' ] || fail 'a program by rtcc --musl runs'
"$prefix/bin/rtcc" --hosted -O2 prog.c -o hosted || fail 'rtcc --hosted'
[ "$(./hosted)" = 'hello, world' ] || fail 'a program by rtcc --hosted runs'
echo 'int main(int argc, char **argv) { return !argv[argc - 1]; }' >main.c
"$prefix/bin/rtcc" --musl main.c -o main || fail 'rtcc --musl of main'
./main || fail 'a program by rtcc --musl starts in main'
version=$("$rtcc" --version | sed -n 's/^rtcc: for rt0 \([0-9.]*\), .*/\1/p')
"$prefix/bin/rtcc" --version | grep -qx "rtcc: for rt0 $version, $prefix" || fail 'rtcc --version'
mv "$lib/rt0/$variant" away
"$prefix/bin/rtcc" prog.c -o none 2>err && fail 'rtcc finds the library of the source tree'
mv away "$lib/rt0/$variant"

# -xc, since what is behind it must not be taken for C.
pkg="pkg-config --define-variable=variant=$variant"
[ "$($pkg --modversion rt0)" = "$version" ] || fail "pkg-config knows version $version"
eval "$cc $($pkg --cflags rt0) -O2 -xc prog.c -o by_pkg $($pkg --libs rt0)" || fail 'pkg-config'
cmp by_rtcc by_pkg || fail 'rtcc and pkg-config differ'
echo "by_make: ; $cc \$(shell $pkg --cflags rt0) -O2 -xc prog.c -o \$@ \$(shell $pkg --libs rt0)" |
	make -s -f - by_make || fail 'pkg-config in a Makefile'
cmp by_rtcc by_make || fail 'rtcc and pkg-config in a Makefile differ'

cat >CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.20)
project(prog C CXX)
find_package(rt0 $version REQUIRED)
add_executable(by_cmake prog.c)
add_library(part STATIC part.cc)
target_link_libraries(part rt0::rt0)
add_executable(cxx prog.cc)
target_link_libraries(by_cmake rt0::rt0)
target_link_libraries(cxx part)
END
cat >prog.cc <<'END'
#include <rt.h>
int *part();
int rt_main(int, char **)
{
	rt_printf("%d\n", *part());
	return 0;
}
END
echo 'int *part(); int *part() { return new int(7); }' >part.cc
[ $cc = clang ] && cxx=clang++ || cxx=g++
CXX=$cxx cmake -S . -B out -DCMAKE_PREFIX_PATH="$prefix" -DRT0_VARIANT="$variant" \
	-DCMAKE_C_FLAGS=-O2 >log 2>&1 && cmake --build out >>log 2>&1 || { cat log; fail CMake; }
cmp by_rtcc out/by_cmake || fail 'rtcc and CMake differ'
[ "$(out/cxx)" = 7 ] || fail 'C++ by CMake runs'
echo 'find_package(rt0 999 REQUIRED)' >future.cmake
cmake -Drt0_DIR="$lib/cmake/rt0" -P future.cmake >log 2>&1 && fail 'CMake takes any version'
grep -q "version: $version" log || { cat log; fail 'CMake says which version there is'; }

# Moved, and by symbolic links.
mv "$prefix" "$RT0_TMP/moved here"
ln -s "$RT0_TMP/moved here/bin/rtcc" link
./link -O2 prog.c -o by_link || fail 'rtcc, moved and linked to'
cmp by_rtcc by_link || fail 'rtcc differs when it was moved'
RT0_CC=clang ./link --hosted -fsanitize=fuzzer "$RT0_ROOT/tests/check/hosted_fuzz.c" -o fuzz && ./fuzz -runs=0 >log 2>&1 || fail 'rtcc --hosted -fsanitize=fuzzer'
./link --hosted -fsanitize=address prog.c -o hosted && ./hosted >said || fail 'rtcc --hosted, moved'
rm -rf out
sed -i 's/C CXX/C/; /cxx/d; /part/d' CMakeLists.txt
cmake -S . -B out -DCMAKE_PREFIX_PATH="$RT0_TMP/moved here" -DRT0_VARIANT="$variant" \
	-DCMAKE_C_FLAGS=-O2 >log 2>&1 && cmake --build out >>log 2>&1 || { cat log; fail 'CMake, moved'; }
cmp by_rtcc out/by_cmake || fail 'CMake differs when rt0 was moved'
mv "$RT0_TMP/moved here" "$prefix"
cd ..
install uninstall PREFIX="$prefix" LIBDIR="$lib"
[ ! -e "$prefix" ] || { find "$prefix"; fail 'the prefix is still there'; }
exit $status
