// tests/programs/musl_aio.c - with musl: many goroutines use aio_read, aio_write, aio_suspend,
// lio_listio and aio_cancel at once, and close. The library locks with all signals
// blocked, and no thread keeps them blocked.
// cflags: --musl
// arch: not qemu: the signals that it shows as blocked are the emulator's
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/blocked.h"

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { Goroutines = 16, Rounds = 30, Piece = 64, Pieces = 4, PipesFrom = 500 };

static rt_waitgroup all;
static int shared;

static void completes(struct aiocb *cb, ssize_t n)
{
	const struct aiocb *list[] = { cb };

	while (aio_error(cb) == EINPROGRESS) {
		if (aio_suspend(list, 1, NULL) != 0)
			equal(errno, EINTR);
	}
	equal(aio_error(cb), 0);
	equal(aio_return(cb), n);
}

static void one_by_one(int fd, off_t at, char fill)
{
	char out[Piece], in[Piece] = { 0 };
	struct aiocb w = { .aio_fildes = fd, .aio_buf = out, .aio_nbytes = Piece, .aio_offset = at };
	struct aiocb r = { .aio_fildes = fd, .aio_buf = in, .aio_nbytes = Piece, .aio_offset = at };

	memset(out, fill, Piece);
	equal(aio_write(&w), 0);
	completes(&w, Piece);
	equal(aio_read(&r), 0);
	completes(&r, Piece);
	check(memcmp(in, out, Piece) == 0);
}

static void listed(int fd, off_t at)
{
	static const char out[Piece] = "listed";
	struct aiocb cb[Pieces], *list[Pieces];

	for (int i = 0; i < Pieces; i++) {
		cb[i] = (struct aiocb){ .aio_fildes = fd, .aio_buf = (char *)out,
			                .aio_nbytes = Piece, .aio_offset = at + i * Piece,
			                .aio_lio_opcode = LIO_WRITE };
		list[i] = &cb[i];
	}
	equal(lio_listio(at % 2 ? LIO_WAIT : LIO_NOWAIT, list, Pieces, NULL), 0);
	for (int i = 0; i < Pieces; i++)
		completes(&cb[i], Piece);
}

// The number is no file's: for a moment the library takes one that is used again for what it was.
static void cancelled(void)
{
	int pair[2];
	char c;
	struct aiocb r = { .aio_buf = &c, .aio_nbytes = 1 };

	equal(pipe(pair), 0);
	r.aio_fildes = fcntl(pair[0], F_DUPFD, PipesFrom);
	check(r.aio_fildes >= PipesFrom);
	equal(aio_read(&r), 0);
	equal(aio_cancel(r.aio_fildes, &r), AIO_CANCELED);
	while (aio_error(&r) == EINPROGRESS) // its thread is on the way out
		rt_gosched();
	equal(aio_error(&r), ECANCELED);
	equal(close(r.aio_fildes), 0);
	equal(close(pair[0]), 0);
	equal(close(pair[1]), 0);
}

static void work(void *arg)
{
	off_t at = (off_t)(intptr_t)arg * 2 * Piece * Pieces;
	char path[] = "/tmp/musl_aio.XXXXXX";
	int own;

	for (int i = 0; i < Rounds; i++) {
		own = mkstemp(path);
		check(own >= 0);
		unlink(path);
		strcpy(path + strlen(path) - 6, "XXXXXX");
		one_by_one(shared, at, (char)i);
		one_by_one(own, 0, (char)i);
		listed(own, i % 2);
		if (i % 4 == 0)
			cancelled();
		equal(close(own), 0);
	}
	rt_waitgroup_done(&all);
}

int main(void)
{
	char path[] = "/tmp/musl_aio.XXXXXX";

	shared = mkstemp(path);
	check(shared >= 0);
	unlink(path);
	rt_waitgroup_add(&all, Goroutines);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(work, (void *)i);
	rt_waitgroup_wait(&all);
	await_none_blocked();
	return 0;
}
