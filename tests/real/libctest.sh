# tests/real/libctest.sh - musl's own tests pass in programs that rtcc --musl builds, and
# within a goroutine, if musl-gcc's builds of them pass.
# source: libc-test
# needs: musl-gcc python3
"$RT0_ROOT/tests/real/libctest" -j"$jobs" .
