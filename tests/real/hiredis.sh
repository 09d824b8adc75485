# tests/real/hiredis.sh - 1,000 goroutines, each with a connection to Redis, in hiredis's
# blocking functions (clients.py says what is measured).
# source: hiredis
# needs: redis-server python3
make -j"$jobs" static CC="$CC" || exit
$CC -O2 -g -Wall -I. "$RT0_ROOT/tests/real/hiredis.c" libhiredis.a -o hiredis &&
	"$RT0_ROOT/tests/real/clients.py" ./hiredis
