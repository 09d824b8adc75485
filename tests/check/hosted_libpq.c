// hosted_libpq.c - for hosted_programs.py: many goroutines use the system's libpq by rt_cgocall.
// All change one row, in transactions that wait for each other in the kernel; notices of the server
// come to a function of ours, within rt_cgocall.
//
//	hosted_libpq PORT GOROUTINES TIMES
#include "../lib/test.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	PGconn *db;
	const char *text;
	char answer[32];
} Query;

static const char *port;
static int64_t times;
static rt_chan *notices;
static rt_waitgroup done;

static void notice(void *db, const char *text)
{
	const char *from = strstr(text, "from ");
	int64_t id = from ? atoll(from + 5) : 0;

	(void)db;
	if (from) // not "drop table"'s
		rt_chan_send(notices, &id);
}

static void connects(void *arg)
{
	PGconn **db = arg;
	char info[128];

	snprintf(info, sizeof info, "host=127.0.0.1 port=%s user=test dbname=postgres", port);
	*db = PQconnectdb(info);
	if (PQstatus(*db) != CONNECTION_OK) {
		fprintf(stderr, "connect: %s", PQerrorMessage(*db));
		exit(1);
	}
	PQsetNoticeProcessor(*db, notice, *db);
}

static void runs(void *arg)
{
	Query *q = arg;
	PGresult *result = PQexec(q->db, q->text);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		fprintf(stderr, "%s: %s", q->text, PQerrorMessage(q->db));
		exit(1);
	}
	if (status == PGRES_TUPLES_OK)
		snprintf(q->answer, sizeof q->answer, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
}

static int64_t query(PGconn *db, const char *text)
{
	Query q = { .db = db, .text = text };

	rt_cgocall(runs, &q);
	return atoll(q.answer);
}

static void finishes(void *db)
{
	PQfinish(db);
}

static void client(void *unused)
{
	PGconn *db;
	char text[80];

	(void)unused;
	rt_cgocall(connects, &db);
	snprintf(text, sizeof text, "do $$ begin raise notice 'from %ld'; end $$", (long)rt_goid());
	for (int64_t i = 0; i < times; i++) {
		query(db, "begin");
		query(db, "update counter set n = n + 1");
		rt_gosched(); // others wait for the row
		query(db, text);
		query(db, "commit");
	}
	rt_cgocall(finishes, db);
	rt_waitgroup_done(&done);
}

static void close_notices(void *unused)
{
	(void)unused;
	rt_waitgroup_wait(&done);
	rt_chan_close(notices);
}

int rt_main(int argc, char **argv)
{
	int64_t goroutines, n = 0, id;
	PGconn *db;

	check(argc == 4);
	port = argv[1];
	goroutines = number(argv[2]);
	times = number(argv[3]);
	notices = rt_chan_make(sizeof id, 0);
	rt_cgocall(connects, &db);
	query(db, "drop table if exists counter");
	query(db, "create table counter as select 0 as n");
	go_all(&done, (int)goroutines, client, NULL);
	rt_go(close_notices, NULL);
	while (rt_chan_recv(notices, &id))
		n += id > 1;
	equal(query(db, "select n from counter"), goroutines * times);
	rt_cgocall(finishes, db);
	rt_chan_free(notices);
	equal(n, goroutines * times);
	rt_printf("%ld transactions\n", (long)(goroutines * times));
	return 0;
}
