// tests/programs/ready_storm.c - whatever ends a wait, it ends: bytes, a close, a deadline, the
// end of a context, all at once, for several goroutines in rt_wait beside a reader.
//
// Promises: each wait returns one of the results that its causes allow; after a close -EBADF.
// Numbers are used again, and nothing of an earlier use disturbs a later one: a wait whose
// descriptor gets a byte and nothing else returns RT_READABLE. First for one descriptor made
// here, then for several from outside at once.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 300
// hosted: not thread: what it closes may be used later, which is a race there
#include "../lib/test.h"

#include <asm-generic/errno.h>
#include <fcntl.h>

enum { Workers = 8, Rounds = 150, Waiters = 4, FirstNumber = 500 };

typedef struct {
	int p[2];
	int results[Waiters];
	int64_t read, when;
	rt_waitgroup done;
	int begun;
	rt_ctx *ctx;
	uint64_t choice;
} Round;

typedef struct {
	Round *r;
	int i;
} Waiter;

typedef struct {
	int number; // of the descriptor waited for; 0: as the kernel gives it
	int rounds;
	rt_waitgroup done;
} Worker;

// A number that another worker may get while goroutines use it would be theirs, too. So several
// workers have numbers of their own.
static void openboth(Round *r, const Worker *w)
{
	equal(rt_pipe(r->p), 0);
	if (w->number == 0)
		return;
	equal(rt_syscall(SYS_dup3, r->p[0], w->number, O_CLOEXEC), w->number);
	equal(rt_close(r->p[0]), 0);
	r->p[0] = w->number;
}

static void waits(void *arg)
{
	Waiter *w = arg;
	Round *r = w->r;

	__atomic_fetch_add(&r->begun, 1, __ATOMIC_SEQ_CST);
	r->results[w->i] = rt_wait(r->p[0], w->i % 2 ? RT_READABLE : RT_READABLE | RT_WRITABLE,
	                           w->i == 3 ? r->when : INT64_MAX);
	rt_waitgroup_done(&r->done);
}

static void reads(void *arg)
{
	Round *r = arg;
	char c;

	__atomic_fetch_add(&r->begun, 1, __ATOMIC_SEQ_CST);
	r->read = rt_read(r->p[0], &c, 1);
	rt_waitgroup_done(&r->done);
}

static void cancels(void *arg)
{
	Round *r = arg;

	rt_ctx_cancel(r->ctx);
	rt_waitgroup_done(&r->done);
}

static void binds(void *arg)
{
	Round *r = arg;
	int err = rt_ctx_bind(r->ctx, r->p[0]);

	check(err == 0 || err == -EBADF);
	rt_waitgroup_done(&r->done);
}

static void deadlines(void *arg)
{
	Round *r = arg;
	int err = rt_set_deadline(r->p[0], rt_nanotime() + (int64_t)(r->choice >> 40) % 100000, 0);

	check(err == 0 || err == -EBADF);
	rt_waitgroup_done(&r->done);
}

static bool has(uint64_t choice, int bit)
{
	return choice >> bit & 1;
}

// What may happen, by the choice's bits: 0 a byte, 1 a context's end, 2 a deadline, 3 the
// wait's own instant is near. At last it is closed.
static void storm(const Worker *worker, uint64_t choice)
{
	Waiter w[Waiters];
	Round r = { .choice = choice };

	openboth(&r, worker);
	r.when = has(choice, 3) ? rt_nanotime() + (int64_t)(choice >> 20) % 200000 : INT64_MAX;
	r.ctx = rt_ctx_with_cancel(rt_ctx_background());
	rt_waitgroup_add(&r.done, Waiters + 1);
	for (int i = 0; i < Waiters; i++) {
		w[i] = (Waiter){ &r, i };
		rt_go(waits, &w[i]);
	}
	rt_go(reads, &r);
	while (__atomic_load_n(&r.begun, __ATOMIC_SEQ_CST) < Waiters + 1)
		rt_gosched(); // those that begin later might meet the number's next user
	if (has(choice, 4))
		rt_gosched();
	if (has(choice, 1)) {
		rt_waitgroup_add(&r.done, 2);
		rt_go(has(choice, 5) ? binds : cancels, &r);
		rt_go(has(choice, 5) ? cancels : binds, &r);
	}
	if (has(choice, 2)) {
		rt_waitgroup_add(&r.done, 1);
		rt_go(deadlines, &r);
	}
	if (has(choice, 0))
		equal(rt_write(r.p[1], "x", 1), 1);
	for (uint64_t n = choice >> 6 & 3; n > 0; n--)
		rt_gosched();
	equal(rt_close(r.p[0]), 0);
	rt_waitgroup_wait(&r.done);
	for (int i = 0; i < Waiters; i++) {
		int got = r.results[i];

		check(got == -EBADF || (got == RT_READABLE && has(choice, 0)) ||
		      (got == 3 && i % 2 == 0 && has(choice, 0)) ||
		      (got == -ECANCELED && has(choice, 1)) ||
		      (got == -ETIMEDOUT && (has(choice, 2) || (i == 3 && has(choice, 3)))));
	}
	check(r.read == -EBADF || (r.read == 1 && has(choice, 0)) ||
	      (r.read == -ECANCELED && has(choice, 1)) ||
	      (r.read == -ETIMEDOUT && has(choice, 2)));
	rt_close(r.p[1]);
	rt_ctx_free(r.ctx);
}

// Nothing but a byte.
static void calm(const Worker *worker)
{
	Waiter w[Waiters];
	Round r = { .when = INT64_MAX };

	openboth(&r, worker);
	rt_waitgroup_add(&r.done, Waiters);
	for (int i = 0; i < Waiters; i++) {
		w[i] = (Waiter){ &r, i };
		rt_go(waits, &w[i]);
	}
	equal(rt_write(r.p[1], "x", 1), 1);
	rt_waitgroup_wait(&r.done);
	for (int i = 0; i < Waiters; i++)
		equal(r.results[i], RT_READABLE);
	equal(rt_close(r.p[0]), 0);
	equal(rt_close(r.p[1]), 0);
}

static void works(void *arg)
{
	Worker *w = arg;
	uint64_t seed = (uint64_t)rt_nanotime() | 1;

	for (int i = 0; i < w->rounds; i++) {
		storm(w, next_random(&seed));
		calm(w);
	}
	rt_waitgroup_done(&w->done);
}

int rt_main(int argc, char **argv)
{
	static Worker one = { .rounds = 4 * Rounds }, all[Workers];

	(void)argc, (void)argv;
	rt_waitgroup_add(&one.done, 1);
	works(&one);
	for (int i = 0; i < Workers; i++) {
		all[i] = (Worker){ .number = FirstNumber + i, .rounds = Rounds };
		rt_waitgroup_add(&all[i].done, 1);
		rt_go(works, &all[i]);
	}
	for (int i = 0; i < Workers; i++)
		rt_waitgroup_wait(&all[i].done);
	return 0;
}
