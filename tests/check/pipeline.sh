#!/bin/sh
# tests/check/pipeline.sh - the pipeline works until its deadline, and what arrived is what was
# squared.
# stdout~: ^connection timed out: \d+ counted, \d+ squared, \d+ arrived, the last is \d+$
# matrix: GOMAXPROCS=1,4

. "$RT0_ROOT/tests/lib/expect.sh"
"$rtcc" -O2 -Wall -Wextra -Werror "$RT0_ROOT/examples/pipeline.c" -o pipeline &&
	./pipeline 30
