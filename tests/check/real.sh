#!/bin/sh
# tests/check/real.sh - zlib, Lua and hiredis, unchanged, build with CC="rtcc --musl" and pass
# their tests, if their sources are there (tests/real/fetch).
# stdout~: ^real: \d+ passed, 0 failed
# needs: make python3
# timeout: 600

exec "$RT0_ROOT/tests/real/run" --quick zlib lua hiredis
