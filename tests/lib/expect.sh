# tests/lib/expect.sh - what the scripts of tests/check begin with: they run in the run's own
# directory, say what fails, and end with exit $status.

cd "$RT0_TMP" || exit 1
here=$RT0_ROOT/tests/check
rtcc=$RT0_ROOT/tools/rtcc
status=0

# fail WHAT [FILE...]: the test has failed; shows how the files begin.
fail() {
	printf 'FAILED: %s\n' "$1"
	status=1
	shift
	[ $# -eq 0 ] || head -n 30 "$@"
}

# works WHAT COMMAND...: the command succeeds.
works() {
	what=$1
	shift
	"$@" || fail "$what"
}
