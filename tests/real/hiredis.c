// tests/real/hiredis.c - many goroutines, each with a connection to Redis: SET, GET, compare.
//
//	hiredis PORT GOROUTINES TIMES
#include "../lib/test.h"

#include <hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int port, times;
static int64_t commands;

static void command(redisContext *redis, int type, const char *wanted, const char *form,
                    const char *key, const char *value)
{
	redisReply *reply = redisCommand(redis, form, key, value);

	if (!reply || reply->type != type || strcmp(reply->str, wanted) != 0) {
		fprintf(stderr, "%s is %s, not %s (%s)\n", key,
		        reply && reply->str ? reply->str : "nothing", wanted,
		        redis->errstr);
		exit(1);
	}
	freeReplyObject(reply);
	__atomic_fetch_add(&commands, 1, __ATOMIC_RELAXED);
}

static void client(void *done)
{
	redisContext *redis = redisConnect("127.0.0.1", port);

	if (!redis || redis->err) {
		fprintf(stderr, "connect: %s\n", redis ? redis->errstr : "no memory");
		exit(1);
	}
	for (int i = 0; i < times; i++) {
		char key[32], value[64];

		snprintf(key, sizeof key, "key:%lu", (unsigned long)rt_goid());
		snprintf(value, sizeof value, "%lu times %d", (unsigned long)rt_goid(), i);
		command(redis, REDIS_REPLY_STATUS, "OK", "SET %s %s", key, value);
		command(redis, REDIS_REPLY_STRING, value, "GET %s", key, "");
	}
	redisFree(redis);
	rt_waitgroup_done(done);
}

int rt_main(int argc, char **argv)
{
	static rt_waitgroup all;
	int n;

	check(argc == 4);
	port = (int)number(argv[1]);
	n = (int)number(argv[2]);
	times = (int)number(argv[3]);
	go_all(&all, n, client, &all);
	rt_waitgroup_wait(&all);
	equal(commands, 2L * n * times);
	printf("%ld commands by %d goroutines\n", (long)commands, n);
	return 0;
}
