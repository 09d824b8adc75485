# tests/check/expect.sh - for the scripts that try what rtcc makes: in the run's own directory,
# with the default compiler. They end with exit $status.

cd "$RT0_TMP" || exit 1
unset CC
rtcc=$RT0_ROOT/tools/rtcc
status=0

fail() {
	printf 'FAILED: %s\n' "$1"
	status=1
}

# works WHAT COMMAND...: the command succeeds.
works() {
	what=$1
	shift
	"$@" || fail "$what"
}
