# tests/real/zlib.sh - zlib passes its own tests, and works from 16 goroutines at once
# (zlib_job.c).
# source: zlib
./configure --static && make -j"$jobs" || exit
make test >out 2>&1
cat out
[ "$(grep -c '\*\*\* zlib.* test OK \*\*\*' out)" = 2 ] || exit

$CC -O2 -g -I. "$RT0_ROOT/tests/real/zlib_job.c" libz.a -o job || exit
[ "$QUICK" ] && buffers=10 || buffers=400
for procs in 1 4; do
	GOMAXPROCS=$procs timeout 600 ./job "$buffers" || exit
done
