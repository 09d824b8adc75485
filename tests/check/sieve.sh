#!/bin/sh
# tests/check/sieve.sh - the sieve finds primes, and answers wrong use with one line.
# matrix: GOMAXPROCS=1,4

. "$RT0_ROOT/tests/lib/expect.sh"
"$rtcc" -O2 "$RT0_ROOT/examples/sieve.c" -o sieve || exit 1

# prints TEXT ARGUMENT...
prints() {
	text=$1
	shift
	[ "$(./sieve "$@")" = "$text" ] || fail "sieve $*, wanted: $text"
}

prints "100 primes, the last is 541"
prints "1 prime, the last is 2" 1
prints "2 primes, the last is 3" 2
prints "400 primes, the last is 2741" 400

for wrong in x 0 -1 "" " 7" 7x 1000001 99999999999999999999; do
	./sieve "$wrong" >out 2>err
	[ $? -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] || fail "sieve '$wrong'"
done
exit $status
