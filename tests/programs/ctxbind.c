// tests/programs/ctxbind.c - rt_ctx_bind: calls that wait for a descriptor end with its context.
//
// Promises: reads, writes, accepts, waits and those that wait for their turn return -ECANCELED,
// or -ETIMEDOUT if a deadline ended the context; so do calls that begin later, until the
// descriptor is bound to another context or to none. A parent's end counts. Binding again, a
// close and the context's end may come at once, and no earlier context disturbs the
// number's next use. Nothing leaks: neither contexts nor bonds.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 200
#include "../lib/waiting.h"

#include <asm-generic/errno.h>
#include <fcntl.h>

typedef struct {
	int fd, how;
	int64_t result;
	rt_waitgroup done;
} Waiter;

enum { Read, Write, Accept, Wait };

static void waits(void *arg)
{
	static char zeros[4 << 20];
	Waiter *w = arg;
	char c;

	if (w->how == Read)
		w->result = rt_read(w->fd, &c, 1);
	else if (w->how == Write)
		w->result = rt_write(w->fd, zeros, sizeof zeros);
	else if (w->how == Accept)
		w->result = rt_accept(w->fd);
	else
		w->result = rt_wait(w->fd, RT_READABLE, INT64_MAX);
	rt_waitgroup_done(&w->done);
}

static void begin(Waiter *w, int fd, int how)
{
	*w = (Waiter){ .fd = fd, .how = how };
	rt_waitgroup_add(&w->done, 1);
	rt_go(waits, w);
	for (int i = 0; i < 20; i++)
		rt_gosched();
}

static int64_t ended(Waiter *w)
{
	equal(rt_waitgroup_wait_until(&w->done, rt_nanotime() + 20 * RT_SECOND), 0);
	return w->result;
}

static rt_ctx *fresh(void)
{
	return rt_ctx_with_cancel(rt_ctx_background());
}

static void over(rt_ctx *c)
{
	rt_ctx_cancel(c);
	rt_ctx_free(c);
}

static void everycall(void)
{
	int p[2], q[2], l = rt_listen("tcp", "127.0.0.1:0");
	rt_ctx *c = fresh(), *child = rt_ctx_with_cancel(c);
	Waiter w[6];
	char b;

	equal(rt_pipe(p), 0);
	equal(rt_pipe(q), 0);
	equal(rt_ctx_bind(child, p[0]), 0);
	equal(rt_ctx_bind(child, q[1]), 0);
	equal(rt_ctx_bind(c, l), 0);
	begin(&w[0], p[0], Read);
	begin(&w[1], p[0], Read); // waits for its turn
	begin(&w[2], p[0], Wait);
	begin(&w[3], q[1], Write);
	begin(&w[4], l, Accept);
	begin(&w[5], l, Wait);
	await_in(5, "IO wait"); // all but the second
	over(c); // the parent
	for (int i = 0; i < 6; i++) {
		int64_t r = ended(&w[i]);

		if (i == 3)
			check(r > 0 && r < 4 << 20); // it says how much went out
		else
			equal(r, -ECANCELED);
	}
	equal(rt_write(p[1], "x", 1), 1); // not bound
	equal(rt_read(p[0], &b, 1), -ECANCELED);
	equal(rt_wait(p[0], RT_READABLE, 0), -ECANCELED);
	equal(rt_accept(l), -ECANCELED);
	equal(rt_write(q[1], "x", 1), -ECANCELED);

	equal(rt_ctx_bind(NULL, p[0]), 0); // none
	equal(rt_read(p[0], &b, 1), 1);
	equal(rt_ctx_bind(child, p[0]), 0); // over before
	equal(rt_read(p[0], &b, 1), -ECANCELED);
	equal(rt_ctx_bind(rt_ctx_background(), p[0]), 0); // never over
	equal(rt_write(p[1], "y", 1), 1);
	equal(rt_read(p[0], &b, 1), 1);
	rt_ctx_free(child);
	rt_close(p[0]);
	rt_close(p[1]);
	rt_close(q[0]);
	rt_close(q[1]);
	rt_close(l);
}

static void deadlines(void)
{
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), 20 * RT_MILLISECOND), *later = fresh();
	Waiter r, w;
	int p[2];
	char b;

	equal(rt_pipe(p), 0);
	equal(rt_ctx_bind(c, p[0]), 0);
	rt_ctx_free(c); // the bond has one of its own, and the deadline comes anyway
	begin(&r, p[0], Read);
	begin(&w, p[0], Wait);
	equal(ended(&r), -ETIMEDOUT);
	equal(ended(&w), -ETIMEDOUT);
	rt_set_deadline(p[0], 0, 0); // that is another matter
	equal(rt_read(p[0], &b, 1), -ETIMEDOUT);
	equal(rt_ctx_bind(later, p[0]), 0);
	begin(&r, p[0], Read);
	equal(rt_write(p[1], "z", 1), 1);
	equal(ended(&r), 1);
	begin(&r, p[0], Read); // bound to one that is over while it waits
	rt_ctx_cancel(later);
	equal(ended(&r), -ECANCELED);
	equal(rt_ctx_bind(NULL, p[0]), 0);
	begin(&r, p[0], Read);
	equal(rt_ctx_bind(later, p[0]), 0);
	equal(ended(&r), -ECANCELED);
	begin(&r, p[1], Wait);
	equal(rt_close(p[1]), 0);
	equal(ended(&r), -EBADF); // closing comes first
	rt_ctx_free(later);
	rt_close(p[0]);
}

static void errors(void)
{
	int f = rt_open("/proc/self/stat", O_RDONLY, 0);
	rt_ctx *c = fresh();

	equal(rt_ctx_bind(c, -1), -EBADF);
	equal(rt_ctx_bind(NULL, 999), -EBADF);
	equal(rt_ctx_bind(c, f), -EOPNOTSUPP);
	rt_close(f);
	equal(rt_ctx_bind(c, f), -EBADF);
	over(c);
}

// ---- all at once --------------------------------------------------------------------

typedef struct {
	int fd;
	rt_ctx *c[3];
	rt_waitgroup *done;
} Race;

static void rebinds(void *arg)
{
	Race *r = arg;

	for (int i = 0; i < 6; i++) {
		int err = rt_ctx_bind(i % 4 == 3 ? NULL : r->c[i % 3], r->fd);

		check(err == 0 || err == -EBADF);
	}
	rt_waitgroup_done(r->done);
}

static void cancels(void *arg)
{
	Race *r = arg;

	for (int i = 0; i < 3; i++) {
		rt_ctx_cancel(r->c[i]);
		rt_gosched();
	}
	rt_waitgroup_done(r->done);
}

static void races(bool closes)
{
	rt_waitgroup done = { 0 };
	Race r = { .done = &done };
	Waiter w[3];
	int p[2];
	char b;

	equal(rt_pipe(p), 0);
	r.fd = p[0];
	for (int i = 0; i < 3; i++)
		r.c[i] = fresh();
	for (int i = 0; i < 3; i++)
		begin(&w[i], p[0], i == 2 ? Wait : Read);
	if (closes) { // what begins later might meet the number's next user
		await_in(2, "IO wait");
		await_in(1, "semacquire"); // for its turn
	}
	rt_waitgroup_add(&done, 3);
	rt_go(rebinds, &r);
	rt_go(cancels, &r);
	rt_go(rebinds, &r);
	rt_gosched();
	if (closes)
		equal(rt_close(p[0]), 0);
	rt_waitgroup_wait(&done);
	if (!closes) // all contexts are over: what counts is the last bind
		equal(rt_ctx_bind(r.c[0], p[0]), 0);
	for (int i = 0; i < 3; i++) {
		int64_t got = ended(&w[i]);

		check(got == -ECANCELED || (closes && got == -EBADF));
	}
	if (!closes) {
		equal(rt_read(p[0], &b, 1), -ECANCELED);
		equal(rt_ctx_bind(NULL, p[0]), 0);
		equal(rt_wait(p[0], RT_READABLE, 0), -ETIMEDOUT);
	}
	for (int i = 0; i < 3; i++)
		rt_ctx_free(r.c[i]);
	if (!closes)
		equal(rt_close(p[0]), 0);
	equal(rt_close(p[1]), 0);
}

// The number has another user when the context ends.
static void reuses(void)
{
	rt_ctx *c = fresh();
	Waiter w;
	int p[2], number;

	equal(rt_pipe(p), 0);
	number = p[0];
	equal(rt_ctx_bind(c, p[0]), 0);
	equal(rt_close(p[0]), 0);
	equal(rt_close(p[1]), 0);
	equal(rt_pipe(p), 0);
	equal(p[0], number);
	begin(&w, p[0], Wait);
	over(c);
	rt_gosched();
	equal(rt_write(p[1], "x", 1), 1);
	equal(ended(&w), RT_READABLE);
	equal(rt_close(p[0]), 0);
	equal(rt_close(p[1]), 0);
}

// Many descriptors of one context, as a server has them.
static void many(void)
{
	enum { Many = 200 };
	static Waiter w[Many];
	static int p[Many][2];
	rt_ctx *c = fresh();

	for (int i = 0; i < Many; i++) {
		equal(rt_pipe(p[i]), 0);
		equal(rt_ctx_bind(c, p[i][0]), 0);
		begin(&w[i], p[i][0], i % 2 ? Read : Wait);
	}
	for (int i = 0; i < Many; i += 3) { // some are closed before
		rt_close(p[i][0]);
		equal(ended(&w[i]), -EBADF);
	}
	over(c);
	for (int i = 0; i < Many; i++) {
		if (i % 3 != 0) {
			equal(ended(&w[i]), -ECANCELED);
			rt_close(p[i][0]);
		}
		rt_close(p[i][1]);
	}
}

int rt_main(int argc, char **argv)
{
	struct rt_memstats m0, m1;

	(void)argc, (void)argv;
	everycall();
	deadlines();
	errors();
	many();
	for (int i = 0; i < 20; i++)
		races(i % 2);
	rt_memstats(&m0);
	for (int i = 0; i < 300; i++) {
		races(i % 2);
		reuses();
	}
	rt_memstats(&m1);
	check(m1.objects <= m0.objects + 20);
	return 0;
}
