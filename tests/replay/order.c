// tests/replay/order.c NAME - two accesses of one variable: the functions of rt.h between them make
// an order, or do not. tests/check/races.py says which do.
#include <rt.h>
#include <string.h>
#include <sys/syscall.h>

static int shared;
static rt_chan *c, *d;
static rt_mutex m;
static rt_rwmutex rw;
static rt_waitgroup wg;
static rt_sem sem;
static rt_once once;
static rt_cond cond = { .l = &m };
static bool ready;
static int pipes[2];
static rt_ctx *ctx;
static int flag;

static void use(void)
{
	shared++;
}

// Waits until others have nothing left to do, without an order.
static void let_others(void)
{
	for (int i = 0; i < 100; i++)
		rt_gosched();
}

static void sender(void *n)
{
	use();
	for (intptr_t i = 0; i < (intptr_t)n; i++)
		rt_chan_send(c, NULL);
}

static void sent(size_t cap)
{
	c = rt_chan_make(0, cap);
	rt_go(sender, (void *)1);
	rt_chan_recv(c, NULL);
	use();
}

static void send_unbuffered(void)
{
	sent(0);
}

static void send_buffered(void)
{
	sent(3);
}

// The receive comes before the end of its send.
static void receiver(void *n)
{
	use();
	for (intptr_t i = 0; i < (intptr_t)n; i++)
		rt_chan_recv(c, NULL);
}

static void receive_unbuffered(void)
{
	c = rt_chan_make(0, 0);
	rt_go(receiver, (void *)1);
	rt_chan_send(c, NULL);
	use();
}

// With a buffer of two: before the end of the third send.
static void receive_third(void)
{
	c = rt_chan_make(0, 2);
	rt_go(receiver, (void *)1);
	for (int i = 0; i < 3; i++)
		rt_chan_send(c, NULL);
	use();
}

static void receive_second(void)
{
	c = rt_chan_make(0, 2);
	rt_go(receiver, (void *)1);
	for (int i = 0; i < 2; i++)
		rt_chan_send(c, NULL);
	let_others();
	use();
}

// The second element says nothing of what came before the first one's neighbour.
static void late(void *unused)
{
	(void)unused;
	rt_chan_send(c, NULL);
	use();
	rt_chan_send(c, NULL);
}

static void first_element(void)
{
	c = rt_chan_make(0, 2);
	rt_go(late, NULL);
	while (rt_chan_len(c) < 2)
		rt_gosched();
	rt_chan_recv(c, NULL);
	use();
}

static void second_element(void)
{
	c = rt_chan_make(0, 2);
	rt_go(late, NULL);
	rt_chan_recv(c, NULL);
	rt_chan_recv(c, NULL);
	use();
}

static void closer(void *unused)
{
	(void)unused;
	use();
	rt_chan_close(c);
}

static void closed(void)
{
	c = rt_chan_make(0, 4);
	rt_go(closer, NULL);
	rt_chan_recv(c, NULL);
	use();
}

static void select_closed(void)
{
	c = rt_chan_make(0, 0);
	d = rt_chan_make(0, 0);
	rt_go(closer, NULL);
	rt_select((rt_case[]){ RT_RECV(d, NULL), RT_RECV(c, NULL) }, 2);
	use();
}

static void select_sends(void *unused)
{
	(void)unused;
	use();
	rt_select((rt_case[]){ RT_RECV(d, NULL), RT_SEND(c, NULL) }, 2);
}

static void selected(void)
{
	c = rt_chan_make(0, 0);
	d = rt_chan_make(0, 0);
	rt_go(select_sends, NULL);
	rt_select((rt_case[]){ RT_RECV(c, NULL), RT_RECV(d, NULL) }, 2);
	use();
}

// The channel of the case that was not chosen says nothing.
static void select_other(void)
{
	c = rt_chan_make(0, 1);
	d = rt_chan_make(0, 1);
	rt_go(sender, (void *)1);
	while (rt_chan_len(c) == 0)
		rt_gosched();
	rt_chan_send(d, NULL);
	rt_select((rt_case[]){ RT_RECV(d, NULL) }, 1);
	use();
}

static void try_send(void *unused)
{
	(void)unused;
	use();
	while (!rt_chan_try_send(c, NULL))
		rt_gosched();
}

static void tried(void)
{
	bool ok;

	c = rt_chan_make(0, 1);
	rt_go(try_send, NULL);
	while (!rt_chan_try_recv(c, NULL, &ok))
		rt_gosched();
	use();
}

static void until(void)
{
	c = rt_chan_make(0, 0);
	rt_go(sender, (void *)1);
	rt_chan_recv_until(c, NULL, INT64_MAX);
	use();
}

static void element(void *p)
{
	char text[100] = "text";

	memset(p, 1, sizeof text);
	rt_chan_send(c, text);
}

// What is sent is copied: the sender's variable is its own.
static void copied(void)
{
	char text[100];

	c = rt_chan_make(sizeof text, 0);
	rt_go(element, text);
	rt_chan_recv(c, text);
	text[0]++;
}

static void locker(void *unused)
{
	(void)unused;
	rt_mutex_lock(&m);
	use();
	rt_mutex_unlock(&m);
}

static void mutex(void)
{
	rt_go(locker, NULL);
	while (!rt_mutex_try_lock(&m))
		rt_gosched();
	use();
	rt_mutex_unlock(&m);
}

static void unlocked_early(void)
{
	rt_go(locker, NULL);
	rt_mutex_lock(&m);
	rt_mutex_unlock(&m);
	use();
	let_others();
}

static void reader(void *unused)
{
	(void)unused;
	rt_rwmutex_rlock(&rw);
	use();
	rt_rwmutex_runlock(&rw);
}

static void reader_and_writer(void)
{
	rt_go(reader, NULL);
	rt_rwmutex_lock(&rw);
	use();
	rt_rwmutex_unlock(&rw);
	let_others();
}

static void readers(void)
{
	rt_go(reader, NULL);
	rt_go(reader, NULL);
	let_others();
}

static void done(void *unused)
{
	(void)unused;
	use();
	rt_waitgroup_done(&wg);
}

static void waited(void)
{
	rt_waitgroup_add(&wg, 1);
	rt_go(done, NULL);
	rt_waitgroup_wait(&wg);
	use();
}

// A goroutine that is done says nothing to others that are.
static void both_done(void)
{
	rt_waitgroup_add(&wg, 2);
	rt_go(done, NULL);
	rt_go(done, NULL);
	rt_waitgroup_wait(&wg);
}

static void releases(void *unused)
{
	(void)unused;
	use();
	rt_sem_release(&sem);
}

static void semaphore(void)
{
	rt_go(releases, NULL);
	rt_sem_acquire(&sem);
	use();
}

static void init(void *unused)
{
	(void)unused;
	use();
}

static void does_once(void *unused)
{
	(void)unused;
	rt_once_do(&once, init, NULL);
	if (shared != 1)
		rt_panic("shared");
}

static void did_once(void)
{
	rt_go(does_once, NULL);
	rt_go(does_once, NULL);
	does_once(NULL);
	let_others();
}

static void signals(void *unused)
{
	(void)unused;
	use();
	rt_mutex_lock(&m);
	ready = true;
	rt_cond_signal(&cond);
	rt_mutex_unlock(&m);
}

static void condition(void)
{
	rt_go(signals, NULL);
	rt_mutex_lock(&m);
	while (!ready)
		rt_cond_wait(&cond);
	rt_mutex_unlock(&m);
	use();
}

static void *task(void *unused)
{
	use();
	return unused;
}

static void joined(void)
{
	rt_join(rt_spawn(task, NULL));
	use();
}

static void ended(void)
{
	rt_detach(rt_spawn(task, NULL));
	while (rt_num_goroutine() > 1)
		rt_gosched();
	use();
}

static int member(void *unused)
{
	(void)unused;
	use();
	return 0;
}

static void group(void)
{
	rt_group *g = rt_group_new(rt_ctx_background());

	rt_group_go(g, member, NULL);
	rt_group_wait(g);
	use();
}

static void group_members(void)
{
	rt_group *g = rt_group_new(rt_ctx_background());

	rt_group_go(g, member, NULL);
	let_others();
	rt_group_go(g, member, NULL);
	rt_group_wait(g);
}

static void group_limit(void)
{
	rt_group *g = rt_group_new(rt_ctx_background());

	rt_group_limit(g, 1);
	rt_group_go(g, member, NULL);
	rt_group_go(g, member, NULL);
	rt_group_wait(g);
}

static void cancels(void *unused)
{
	(void)unused;
	use();
	rt_ctx_cancel(ctx);
}

static void context_done(void)
{
	ctx = rt_ctx_with_cancel(rt_ctx_background());
	rt_go(cancels, NULL);
	rt_chan_recv(rt_ctx_done(ctx), NULL);
	use();
	rt_ctx_free(ctx);
}

static void context_err(void)
{
	ctx = rt_ctx_with_cancel(rt_ctx_background());
	rt_go(cancels, NULL);
	while (rt_ctx_err(ctx) == 0)
		rt_gosched();
	use();
	rt_ctx_free(ctx);
}

// A context that is made of one that is over says that it is, and so all that this one says.
static void context_made_over(void)
{
	rt_ctx *child;
	int err;

	ctx = rt_ctx_with_cancel(rt_ctx_background());
	rt_go(cancels, NULL);
	do {
		rt_gosched();
		child = rt_ctx_with_cancel(ctx);
		err = rt_ctx_err(child);
		rt_ctx_free(child);
	} while (err == 0);
	use();
	rt_ctx_free(ctx);
}

static void tick(void *unused)
{
	(void)unused;
	use();
}

static void timer(void)
{
	use();
	rt_timer_func(1, 0, tick, NULL);
	rt_sleep(RT_SECOND);
}

static void timer_late(void)
{
	rt_timer_func(1, 0, tick, NULL);
	use();
	rt_sleep(RT_SECOND);
}

static void arms_timer(void *t)
{
	use();
	rt_timer_reset(t, 1, 0);
}

static void timer_channel(void)
{
	rt_timer *t = rt_timer_chan(RT_SECOND, 0);
	int64_t now;

	rt_go(arms_timer, t);
	rt_chan_recv(rt_timer_c(t), &now);
	if (now < RT_SECOND / 2)
		use();
}

// Of two timers that are due at one time, each has what came before its own start.
static void two_timers(void)
{
	rt_timer *first = rt_timer_chan(RT_SECOND, 0), *second;
	int64_t now;

	rt_go(arms_timer, first);
	let_others();
	second = rt_timer_chan(1, 0);
	rt_sleep(RT_SECOND);
	rt_chan_recv(rt_timer_c(second), &now);
	use();
}

static void started(void)
{
	use();
	rt_go(tick, NULL);
	let_others();
}

static void started_late(void)
{
	rt_go(tick, NULL);
	use();
	let_others();
}

static void writes(void *unused)
{
	(void)unused;
	use();
	rt_write(pipes[1], "x", 1);
}

static void through_pipe(void)
{
	char x;

	rt_pipe(pipes);
	rt_go(writes, NULL);
	rt_read(pipes[0], &x, 1);
	use();
}

static void reads(void *buf)
{
	rt_read(pipes[0], buf, 4);
}

static void buffer(void)
{
	static char buf[4];

	rt_pipe(pipes);
	rt_go(reads, buf);
	rt_write(pipes[1], "abcd", 4);
	let_others();
	buf[3]++;
}

static void kills(void *unused)
{
	(void)unused;
	use();
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 10);
}

static void caught(void)
{
	int sig;

	c = rt_chan_make(sizeof sig, 1);
	rt_signal_notify(10, c);
	rt_go(kills, NULL);
	rt_chan_recv(c, &sig);
	use();
}

static void called(void *p)
{
	*(int *)p = 1;
}

static void foreign_call(void)
{
	int n = 0;

	rt_cgocall(called, &n);
	n++;
}

static void keeps(void *unused)
{
	int *p = rt_malloc(sizeof *p);

	(void)unused;
	*p = 1;
	rt_free(p);
}

// Memory that others have had before.
static void memory(void)
{
	for (int i = 0; i < 40; i++)
		rt_go(keeps, NULL);
	let_others();
	for (int i = 0; i < 200; i++)
		keeps(NULL);
}

static void frees(void *p)
{
	rt_free(p);
}

static void freed(void)
{
	int *p = rt_malloc(sizeof *p);

	rt_go(frees, p);
	*p = 1;
	let_others();
}

static void deep(void *unused)
{
	char frame[1000];

	(void)unused;
	memset(frame, 1, sizeof frame);
}

// Stacks that others have had before.
static void stacks(void)
{
	for (int i = 0; i < 200; i++) {
		rt_go(deep, NULL);
		rt_gosched();
	}
}

static void panics(void *unused)
{
	(void)unused;
	use();
	rt_panic("no");
}

static void recovers(void *unused)
{
	char text[8];

	rt_recover(panics, unused, text, sizeof text);
	use();
}

static void recovered(void)
{
	rt_go(recovers, NULL);
	let_others();
	use();
}

static void formats(void *buf)
{
	rt_snprintf(buf, 8, "%s", "text");
}

static void formatted(void)
{
	static char buf[8];

	rt_go(formats, buf);
	let_others();
	rt_printf("%s\n", buf);
}

// ---- rt_wait_alone, finalizers ----------------------------------------------------------

static void alone(void)
{
	rt_go(tick, NULL);
	rt_wait_alone(INT64_MAX, -1);
	use();
}

static void finalize(void *unused)
{
	(void)unused;
	use();
	__atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
}

static __attribute__((noinline)) void unreachable(void)
{
	int *p = rt_gc_alloc(100);

	rt_gc_finalizer(p, finalize, NULL);
	*p = 1;
	use();
}

static void finalizer(void)
{
	unreachable();
	for (int i = 0; i < 100 && !__atomic_load_n(&flag, __ATOMIC_RELAXED); i++) {
		rt_gc();
		rt_gosched();
	}
}

// ---- atomic accesses ------------------------------------------------------------------

#define STORES(name, before, order)                                                    \
	static void name##_stores(void *unused)                                        \
	{                                                                              \
		(void)unused;                                                          \
		use();                                                                 \
		before;                                                                \
		__atomic_store_n(&flag, 1, order);                                     \
	}
#define LOADS(name, order, after)                                                      \
	static void name(void)                                                         \
	{                                                                              \
		rt_go(name##_stores, NULL);                                            \
		while (__atomic_load_n(&flag, order) != 1)                             \
			rt_gosched();                                                  \
		after;                                                                 \
		use();                                                                 \
	}
STORES(release, , __ATOMIC_RELEASE)
LOADS(release, __ATOMIC_ACQUIRE, )
STORES(relaxed, , __ATOMIC_RELAXED)
LOADS(relaxed, __ATOMIC_RELAXED, )
STORES(relaxed_load, , __ATOMIC_RELEASE)
LOADS(relaxed_load, __ATOMIC_RELAXED, )
STORES(relaxed_store, , __ATOMIC_RELAXED)
LOADS(relaxed_store, __ATOMIC_ACQUIRE, )
STORES(in_sequence, , __ATOMIC_SEQ_CST)
LOADS(in_sequence, __ATOMIC_SEQ_CST, )
STORES(fences, __atomic_thread_fence(__ATOMIC_RELEASE), __ATOMIC_RELAXED)
LOADS(fences, __ATOMIC_RELAXED, __atomic_thread_fence(__ATOMIC_ACQUIRE))
STORES(one_fence, __atomic_thread_fence(__ATOMIC_RELEASE), __ATOMIC_RELAXED)
LOADS(one_fence, __ATOMIC_RELAXED, )

// A relaxed read-modify-write continues what a release has begun; a store ends it.
static void begins(void *unused)
{
	(void)unused;
	use();
	__atomic_store_n(&flag, 1, __ATOMIC_RELEASE);
}

static void continues(void *unused)
{
	(void)unused;
	while (__atomic_load_n(&flag, __ATOMIC_RELAXED) != 1)
		rt_gosched();
	__atomic_fetch_add(&flag, 1, __ATOMIC_RELAXED);
}

static void ends(void *unused)
{
	(void)unused;
	while (__atomic_load_n(&flag, __ATOMIC_RELAXED) != 1)
		rt_gosched();
	__atomic_store_n(&flag, 2, __ATOMIC_RELAXED);
}

static void third(rt_func *between)
{
	rt_go(begins, NULL);
	rt_go(between, NULL);
	while (__atomic_load_n(&flag, __ATOMIC_RELAXED) != 2)
		rt_gosched();
	__atomic_load_n(&flag, __ATOMIC_ACQUIRE);
	use();
}

static void sequence(void)
{
	third(continues);
}

static void sequence_ends(void)
{
	third(ends);
}

static void spins(void *unused)
{
	int no = 0;

	(void)unused;
	while (!__atomic_compare_exchange_n(&flag, &no, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		no = 0;
		rt_gosched();
	}
	use();
	__atomic_store_n(&flag, 0, __ATOMIC_RELEASE);
}

static void spinlock(void)
{
	for (int i = 0; i < 3; i++)
		rt_go(spins, NULL);
	spins(NULL);
	let_others();
}

static void counts(void *unused)
{
	(void)unused;
	__atomic_fetch_add(&flag, 1, __ATOMIC_RELAXED);
}

static void counter(void)
{
	for (int i = 0; i < 20; i++)
		rt_go(counts, NULL);
	let_others();
	if (__atomic_load_n(&flag, __ATOMIC_RELAXED) != 20)
		rt_panic("lost");
}

static void plain_and_atomic(void)
{
	rt_go(counts, NULL);
	let_others();
	flag++;
}

#define CASE(name) { #name, name }
static const struct {
	const char *name;
	void (*fn)(void);
} cases[] = {
	CASE(send_unbuffered), CASE(send_buffered), CASE(receive_unbuffered), CASE(receive_third),
	CASE(receive_second), CASE(first_element), CASE(second_element), CASE(closed), CASE(select_closed),
	CASE(selected), CASE(select_other), CASE(tried), CASE(until), CASE(copied), CASE(mutex),
	CASE(unlocked_early), CASE(reader_and_writer), CASE(readers), CASE(waited), CASE(both_done),
	CASE(semaphore), CASE(did_once), CASE(condition), CASE(joined), CASE(ended), CASE(group),
	CASE(group_members), CASE(group_limit), CASE(context_done), CASE(context_err),
	CASE(context_made_over), CASE(timer), CASE(timer_late), CASE(timer_channel), CASE(two_timers),
	CASE(started), CASE(started_late),
	CASE(through_pipe), CASE(buffer), CASE(caught), CASE(foreign_call), CASE(memory), CASE(freed),
	CASE(stacks), CASE(recovered), CASE(formatted), CASE(release), CASE(relaxed), CASE(relaxed_load),
	CASE(relaxed_store), CASE(in_sequence), CASE(fences), CASE(one_fence), CASE(sequence),
	CASE(sequence_ends), CASE(alone), CASE(finalizer), CASE(spinlock), CASE(counter), CASE(plain_and_atomic),
};

static bool same(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

int rt_main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (argc < 2)
			rt_printf("%s\n", cases[i].name);
		else if (same(cases[i].name, argv[1]))
			cases[i].fn();
	}
	return 0;
}
