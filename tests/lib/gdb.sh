# tests/lib/gdb.sh - for the scripts that let gdb and others look at a program. They can be
# started by hand, too: with -v they say more.

name=${0##*/}
root=${RT0_ROOT:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}
here=$root/tests/check
build=${RT0_BUILD:-$root/build}
export PYTHONPATH="$root/tests/lib" PYTHONDONTWRITEBYTECODE=1

die() {
	echo "$name: $1" >&2
	exit 1
}

if [ "$1" = -v ]; then
	export RT0_VERBOSE=1
	shift
fi
gdb -nx -batch -ex 'python print("py")' 2>/dev/null | grep -q py ||
	die "needs a gdb that knows Python"
if [ "$RT0_TMP" ]; then
	tmp=$RT0_TMP
else
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
fi

# made VARIANT: made by the default compiler, whatever an outer make was asked for, for RT0_ARCH.
made() {
	mkdir -p "$build"
	flock "$build" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u CC make -s -C "$root" \
		BUILD="${build#"$root"/}" ${RT0_ARCH:+ARCH=$RT0_ARCH} "$(echo "$1" | tr a-z A-Z)=1" all >&2 ||
		die "the $1 variant does not build"
}

# observe NAME SECONDS COMMAND...: runs an observer, prints its report, and what is wrong if
# there is none.
observe() {
	observer=$1 seconds=$2
	shift 2
	RT0_REPORT=$tmp/$observer.report RT0_RESULTS=$tmp/$observer.results \
		timeout -k 5 "$seconds" "$@" </dev/null >"$tmp/$observer.log" 2>&1
	result=$?
	cat "$tmp/$observer.report" 2>/dev/null
	[ $result -ne 0 ] || return 0
	[ $result -eq 1 ] && [ -s "$tmp/$observer.report" ] && return 1 # it has said why
	echo "$name: $observer failed with $result (124: time is over); its last lines:"
	tail -n 12 "$tmp/$observer.log"
	return 1
}
