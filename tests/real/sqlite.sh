# tests/real/sqlite.sh - SQLite's shell: a large table with an index, the check of the file's
# integrity, and four processes that write to one file at once.
# source: sqlite3
# needs: tclsh
./configure --disable-shared --disable-tcl --disable-readline && make -j"$jobs" sqlite3 || exit

./sqlite3 t.db >out <<END
PRAGMA journal_mode=wal;
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
	INSERT INTO t SELECT i, printf('%08d', i * 7919 % 100003), i / 3.0 FROM n;
CREATE INDEX tb ON t(b);
PRAGMA integrity_check;
SELECT count(*), sum(a), max(b), round(sum(c), 3) FROM t;
SELECT a FROM t WHERE b = '00007919';
.shell echo from the shell
END
diff out - <<END || exit
wal
ok
100000|5000050000|00100002|1666683333.333
1
from the shell
END

# writer NUMBER: each row a transaction of its own.
writer() {
	seq 100 | sed "s/.*/INSERT INTO w VALUES($1, &);/" | ./sqlite3 -cmd '.timeout 60000' t.db
}
for mode in delete wal; do
	./sqlite3 t.db "PRAGMA journal_mode=$mode; CREATE TABLE w(p, i);" >/dev/null || exit
	for n in 1 2 3 4; do
		writer $n &
	done
	wait
	./sqlite3 t.db "SELECT p, count(*), sum(i) FROM w GROUP BY p; PRAGMA integrity_check; DROP TABLE w" >out
	diff out - <<-END || exit
	1|100|5050
	2|100|5050
	3|100|5050
	4|100|5050
	ok
	END
done
