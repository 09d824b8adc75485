#!/bin/sh
# tests/check/version.sh - the version is in the file VERSION, and the same everywhere: the
# library, programs, rtcc, the manual, the changelogs. (install.sh: pkg-config and CMake.)
# needs: readelf strings

. "$RT0_ROOT/tests/lib/expect.sh"
cd "$RT0_ROOT" || exit 1

version=$(cat VERSION)
printf '%s\n' "$version" | grep -qx '[0-9][0-9]*\.[0-9][0-9]*\(\.[0-9][0-9]*\)*' || fail 'VERSION is a version'
strings -n 3 "$RT0_BUILD/$RT0_VARIANT/examples/hello" | grep -qx "rt0 $version" || fail 'a program has it'
readelf -sW "$RT0_BUILD/$RT0_VARIANT/librt0.a" 2>/dev/null | grep -q ' GLOBAL DEFAULT .* __rt0_version$' ||
	fail 'the library has __rt0_version'
tools/rtcc --version | grep -qxF "rtcc: for rt0 $version, $RT0_ROOT" || fail 'rtcc --version'
tools/man "$RT0_TMP/man" || fail 'tools/man'
grep -q "^\.TH .*\"rt0 $version\"" "$RT0_TMP/man/man7/rt0.7" || fail 'the manual page'
[ "$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)" = "$version" ] || fail 'CHANGELOG.md'
[ "$(sed -n '1s/^rt0 (\(.*\)) .*/\1/p' debian/changelog)" = "$version" ] || fail 'debian/changelog'
grep -rnF "\"$version\"" runtime include tools && fail 'the version is said once more'
exit $status
