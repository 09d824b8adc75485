#!/bin/sh
# tests/check/startup_pie.sh - the start-up takes its steps, and what is documented holds, in a
# program at an address that the kernel has chosen.
# stdout~: ^102 rows hold, 0 do not$
# needs: gdb strace python3 nm make
# timeout: 300

exec "$RT0_ROOT/tests/check/startup.sh" -static-pie
