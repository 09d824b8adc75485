# tests/real/libpq.sh - 200 goroutines, each with a connection to PostgreSQL, in libpq's
# blocking functions (clients.py says what is measured).
# source: postgresql-15
# needs: postgres initdb python3
./configure CC="$CC" --without-readline --without-zlib --without-icu &&
	make -j"$jobs" -C src/interfaces/libpq all-static-lib &&
	make -j"$jobs" -C src/port libpgport_shlib.a &&
	make -j"$jobs" -C src/common libpgcommon_shlib.a || exit
$CC -O2 -g -Wall -Isrc/interfaces/libpq -Isrc/include "$RT0_ROOT/tests/real/libpq.c" \
	src/interfaces/libpq/libpq.a src/common/libpgcommon_shlib.a src/port/libpgport_shlib.a \
	-o libpq && "$RT0_ROOT/tests/real/clients.py" ./libpq
