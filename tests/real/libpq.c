// tests/real/libpq.c - many goroutines, each with a connection to PostgreSQL, every other one
// by a socket in the file system: queries with parameters, which wait now and then, and
// transactions, each of which must have added its row at the end.
//
//	libpq PORT SOCKETS GOROUTINES TIMES
#include "../lib/test.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *port, *sockets;
static int times;
static int64_t queries;

static PGconn *connected(bool local)
{
	char info[256];
	PGconn *db;

	snprintf(info, sizeof info, "host=%s port=%s user=test dbname=postgres "
	         "options='-c client_min_messages=warning'",
	         local ? sockets : "127.0.0.1", port);
	db = PQconnectdb(info);
	if (PQstatus(db) != CONNECTION_OK) {
		fprintf(stderr, "connect: %s", PQerrorMessage(db));
		exit(1);
	}
	return db;
}

// Runs a query with two parameters, compares the first value of its answer, if it has one.
static void query(PGconn *db, const char *text, const char *a, const char *b,
                  const char *wanted)
{
	const char *values[] = { a, b };
	int n = b ? 2 : a ? 1 : 0;
	PGresult *result = PQexecParams(db, text, n, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != (wanted ? PGRES_TUPLES_OK : PGRES_COMMAND_OK)) {
		fprintf(stderr, "%s: %s", text, PQerrorMessage(db));
		exit(1);
	}
	if (wanted && strcmp(PQgetvalue(result, 0, 0), wanted) != 0) {
		fprintf(stderr, "%s: '%s', not '%s'\n", text, PQgetvalue(result, 0, 0),
		        wanted);
		exit(1);
	}
	PQclear(result);
	__atomic_fetch_add(&queries, 1, __ATOMIC_RELAXED);
}

static void client(void *done)
{
	uint64_t id = rt_goid();
	PGconn *db = connected(id % 2 == 0);

	for (int i = 0; i < times; i++) {
		char a[24], b[24], wanted[64];

		snprintf(a, sizeof a, "%lu", (unsigned long)id);
		snprintf(b, sizeof b, "%d", i);
		snprintf(wanted, sizeof wanted, "%lu and %d", (unsigned long)id, i);
		query(db, "select $1::text || ' and ' || $2::text", a, b, wanted);
		query(db, "select $1::text from pg_sleep(0.02)", a, NULL, a);
		query(db, "begin", NULL, NULL, NULL);
		query(db, "insert into rows values ($1::int, $2::int)", a, b, NULL);
		query(db, i % 4 ? "commit" : "rollback", NULL, NULL, NULL);
	}
	PQfinish(db);
	rt_waitgroup_done(done);
}

int rt_main(int argc, char **argv)
{
	static rt_waitgroup all;
	char wanted[24];
	PGconn *db;
	int n;

	check(argc == 5);
	port = argv[1];
	sockets = argv[2];
	n = (int)number(argv[3]);
	times = (int)number(argv[4]);
	db = connected(false);
	query(db, "drop table if exists rows", NULL, NULL, NULL);
	query(db, "create table rows (a int, b int)", NULL, NULL, NULL);
	go_all(&all, n, client, &all);
	rt_waitgroup_wait(&all);
	snprintf(wanted, sizeof wanted, "%d", n * (times - (times + 3) / 4));
	query(db, "select count(distinct (a, b)) from rows", NULL, NULL, wanted);
	query(db, "select count(*) from rows", NULL, NULL, wanted);
	PQfinish(db);
	printf("%ld queries by %d goroutines\n", (long)queries, n);
	return 0;
}
