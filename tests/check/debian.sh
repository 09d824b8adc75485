#!/bin/sh
# tests/check/debian.sh - dpkg-buildpackage makes a package of a copy of the tree; installed,
# it builds programs, by each variant; purged, it leaves nothing. Its version is the
# runtime's, and no folder of the build can be found in it. With RT0_WHOLE (make stress) the
# copy builds all variants from nothing; else it takes along the two that the tree has built,
# and the package has no others.
# compilers: gcc
# variants: release
# needs: dpkg-buildpackage dh dpkg-deb gcc tar
# timeout: 500

. "$RT0_ROOT/tests/lib/expect.sh"
build=$RT0_BUILD
unset CC RT0_BUILD RT0_VARIANT

# -d: this test says itself what it needs, and that may have come otherwise than by dpkg.
mkdir work work/rt0
tar -C "$RT0_ROOT" -c --exclude=./build --exclude=./.git . | tar -C work/rt0 -x
variants='release debug stress replay'
if [ -z "${RT0_WHOLE-}" ]; then
	variants='release replay'
	mkdir work/rt0/build
	tar -C "$build" -c --exclude=tests --exclude=examples --exclude=internal/librt0.a \
		release replay hosted | tar -C work/rt0/build -x
	export DPKG_DEB_COMPRESSOR_TYPE=none MAKEFLAGS="VARIANTS=release\\ replay"
fi
# -nc: not to begin with make clean.
(cd work/rt0 && DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -d -us -uc -b ${MAKEFLAGS+-nc}) >log 2>&1 ||
	{ tail -n 30 log; fail 'dpkg-buildpackage'; exit 1; }
grep -i 'warning' log && fail 'dpkg-buildpackage warns'
unset MAKEFLAGS DPKG_DEB_COMPRESSOR_TYPE
export RT0_BUILD=$build
version=$("$rtcc" --version | sed -n 's/^rtcc: for rt0 \([0-9.]*\), .*/\1/p')
package=work/rt0-dev_${version}_amd64.deb
[ -e "$package" ] || { ls work; fail "debian/changelog has version $version"; exit 1; }
dpkg-deb -c "$package" | awk '{ print $6 }' | grep -E 'librt\.|/rt\.pc|manifest' &&
	fail 'the package has what it must not have'

# Installed beside the machine's own packages: without gcc, hence by force.
root=$PWD/root
if [ "$(id -u)" = 0 ]; then
	mkdir -p root/var/lib/dpkg/updates
	touch root/var/lib/dpkg/status
	package_manager() {
		dpkg --root="$root" --log=/dev/null --force-depends "$@" >log 2>&1 || { cat log; fail "dpkg $*"; }
	}
	package_manager -i "$package"
else
	dpkg-deb -x "$package" root || fail 'dpkg-deb -x'
fi
grep -rlF -e "$RT0_TMP" -e "$RT0_ROOT" root/usr && fail 'folders of the build are in the package'
for file in usr/bin/rtcc usr/include/rt0/rt.h usr/lib/x86_64-linux-gnu/librt0.a \
	usr/lib/x86_64-linux-gnu/pkgconfig/rt0.pc usr/share/man/man1/rtcc.1.gz \
	usr/share/doc/rt0-dev/copyright usr/share/doc/rt0-dev/cplusplus.md; do
	[ -s "root/$file" ] || fail "/$file is in the package"
done
for variant in $variants; do
	RT0_VARIANT=$variant root/usr/bin/rtcc -O2 "$RT0_ROOT/examples/hello.c" -o hello &&
		[ "$(./hello)" = 'hello, world' ] || fail "a program by rtcc, $variant"
done
"$rtcc" -s -Wl,--build-id=none "$RT0_ROOT/examples/hello.c" -o own
root/usr/bin/rtcc -s -Wl,--build-id=none "$RT0_ROOT/examples/hello.c" -o hello
cmp own hello || fail 'the package and the tree make different programs'

if [ "$(id -u)" = 0 ]; then
	package_manager --purge rt0-dev
	find root ! -type d ! -path 'root/var/lib/dpkg/*' | grep . && fail 'the package leaves files'
	[ ! -e root/usr ] || { find root/usr; fail 'the package leaves folders'; }
fi
exit $status
