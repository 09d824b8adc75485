// tests/programs/sendfile_deadline.c - a deadline in the middle of rt_sendfile.
//
// Promises: when nobody takes what is sent, rt_sendfile returns at the deadline how many bytes
// went out, and has added them to the offset; the next call says -ETIMEDOUT at once and moves
// nothing; with a new deadline the rest goes out, byte for byte.
// matrix: GOMAXPROCS=1,2
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>

enum { Big = 64 << 20 }; // more than the kernel keeps for a connection

static int file, from, to;
static char block[1 << 20];

static char expected(int64_t i)
{
	return (char)(i * 31 + i / 777);
}

static void take(void *done)
{
	for (int64_t at = 0, n; at < Big; at += n) {
		n = rt_read(from, block, sizeof block);
		check(n > 0);
		for (int64_t i = 0; i < n; i++)
			if (block[i] != expected(at + i))
				failed(__FILE__, __LINE__, "a byte");
	}
	rt_waitgroup_done(done);
}

static void connect_pair(void)
{
	int listener = rt_listen("tcp4", "127.0.0.1:0");
	char name[64];

	equal(rt_local_address(listener, name, sizeof name) > 0, true);
	to = rt_dial("tcp", name);
	from = rt_accept(listener);
	check(to >= 0 && from >= 0);
	rt_close(listener);
}

static void makefile(void)
{
	char path[200];

	rt_snprintf(path, sizeof path, "%s/big", rt_getenv("RT0_TMP"));
	file = rt_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(file >= 0);
	for (int64_t at = 0; at < Big; at += (int64_t)sizeof block) {
		for (int64_t i = 0; i < (int64_t)sizeof block; i++)
			block[i] = expected(at + i);
		equal(rt_write(file, block, sizeof block), sizeof block);
	}
}

int rt_main(int argc, char **argv)
{
	rt_waitgroup done = { 0 };
	int64_t at = 0, n, again;

	(void)argc, (void)argv;
	connect_pair();
	makefile();
	rt_set_deadline(to, 0, rt_nanotime() + 50 * RT_MILLISECOND);
	n = rt_sendfile(to, file, &at, Big);
	check(n > 0 && n < Big);
	equal(at, n);
	again = rt_sendfile(to, file, &at, Big);
	equal(again, -ETIMEDOUT);
	equal(at, n);
	rt_waitgroup_add(&done, 1);
	rt_go(take, &done);
	rt_set_deadline(to, 0, 0);
	equal(rt_sendfile(to, file, &at, Big), Big - n);
	equal(at, Big);
	rt_waitgroup_wait(&done);
	rt_close(to);
	rt_close(from);
	rt_close(file);
	return 0;
}
