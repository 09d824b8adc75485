# tests/real/example_sqlite.sh - the example of SQLite: no row of 40 goroutines is lost.
# source: sqlite3
# needs: tclsh python3
"$RT0_ROOT/examples/sqlite/build" out || exit
for procs in 1 2 4; do
	GOMAXPROCS=$procs timeout 120 out/writers db >said || exit
	[ "$(cat said)" = '1000 rows, 40 writers, 12000 sum' ] || { cat said; exit 1; }
done
out/writers /none/db >said 2>&1
[ $? -eq 1 ] && [ "$(cat said)" = 'writers: /none/db: unable to open database file' ]
