// examples/sqlite/writers.c - forty goroutines write to one SQLite database: half of
// them each with a connection of its own, half by one that they share.
//
//	examples/sqlite/build DIR && DIR/writers FILE
//
// SQLite waits for the file's lock in usleep, and for a shared connection's in a recursive
// mutex of pthread. Both park the goroutine: this program needs as many threads as there
// are processors, and a few more.

#include <rt.h>

#include <stdio.h>
#include <stdlib.h>

#include "sqlite3.h"

enum { Writers = 40, Rows = 25, Patience = 60000 };

static const char *file;
static sqlite3 *shared;
static rt_waitgroup all;

static void
run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "writers: %s: %s\n", sql, sqlite3_errmsg(db));
		exit(1);
	}
}

static sqlite3 *
opened(void)
{
	sqlite3 *db;

	if (sqlite3_open(file, &db) != SQLITE_OK) {
		fprintf(stderr, "writers: %s: %s\n", file, sqlite3_errmsg(db));
		exit(1);
	}
	sqlite3_busy_timeout(db, Patience);
	return db;
}

static void
write_rows(sqlite3 *db)
{
	char sql[96];

	for (int i = 0; i < Rows; i++) {
		snprintf(sql, sizeof sql, "INSERT INTO rows VALUES (%lu, %d)",
		         (unsigned long)rt_goid(), i);
		run(db, sql);
	}
}

static void
writer(void *own)
{
	sqlite3 *db = own ? opened() : shared;

	write_rows(db);
	if (own)
		sqlite3_close(db);
	rt_waitgroup_done(&all);
}

static int
print(void *unused, int n, char **values, char **names)
{
	(void)unused;
	for (int i = 0; i < n; i++)
		printf("%s %s%s", values[i], names[i], i == n - 1 ? "\n" : ", ");
	return 0;
}

int
rt_main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: writers FILE\n");
		return 1;
	}
	file = argv[1];
	shared = opened();
	run(shared, "PRAGMA journal_mode = wal; PRAGMA synchronous = off;"
	            "DROP TABLE IF EXISTS rows; CREATE TABLE rows (writer, i)");
	rt_waitgroup_add(&all, Writers);
	for (int i = 0; i < Writers; i++)
		rt_go(writer, i % 2 ? &all : NULL);
	rt_waitgroup_wait(&all);
	sqlite3_exec(shared,
	             "SELECT count(*) rows, count(DISTINCT writer) writers, sum(i) sum"
	             " FROM rows",
	             print, NULL, NULL);
	sqlite3_close(shared);
	return 0;
}
