// tests/hosted/foreign.c - threads of pthread_create become goroutines with their first call of rt.h,
// until they end: they send, receive, lock, wait for timers and for each other, and leave no thread
// behind. Between such calls they keep no processor.
// sanitizer: plain thread address
// matrix: GOMAXPROCS=1,2,4
// timeout: 120
#include "../lib/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { Threads = 20, Rounds = 100, Short = 600 };

static rt_mutex mutex;
static int64_t counter;

static pthread_t create(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	equal(pthread_create(&t, NULL, fn, arg), 0);
	return t;
}

static void join_one(void *t)
{
	equal(pthread_join(*(pthread_t *)t, NULL), 0);
}

// pthread_join blocks.
static void join(pthread_t t)
{
	rt_cgocall(join_one, &t);
}

// ---- channels, locks, timers --------------------------------------------------------

static void *sends(void *c)
{
	uint64_t id = rt_goid();
	pid_t tid = gettid();

	for (int64_t i = 0; i < Rounds; i++) {
		rt_chan_send(c, &i);
		equal(gettid(), tid);
		equal(rt_goid(), id);
		rt_mutex_lock(&mutex);
		counter++;
		rt_mutex_unlock(&mutex);
	}
	rt_sleep(RT_MILLISECOND);
	equal(gettid(), tid);
	return NULL;
}

static void receives(void)
{
	rt_chan *c = rt_chan_make(8, 0);
	pthread_t t[Threads];
	int64_t sum = 0, v;

	for (int i = 0; i < Threads; i++)
		t[i] = create(sends, c);
	for (int i = 0; i < Threads * Rounds; i++) {
		rt_chan_recv(c, &v);
		sum += v;
	}
	equal(sum, (int64_t)Threads * Rounds * (Rounds - 1) / 2);
	for (int i = 0; i < Threads; i++)
		join(t[i]);
	equal(counter, (int64_t)Threads * Rounds);
	rt_chan_free(c);
}

// ---- what blocks --------------------------------------------------------------------

typedef struct {
	int fd[2];
	rt_chan *c;
	rt_once once;
} Blocks;

static void once_within(void *b)
{
	char x;

	rt_chan_send(((Blocks *)b)->c, NULL);
	rt_gosched();
	equal(read(((Blocks *)b)->fd[0], &x, 1), 1);
}

// The processor is another's while the thread waits in the kernel. (In rt_once_do it is not.)
static void *reads(void *arg)
{
	Blocks *b = arg;
	char x;

	rt_chan_send(b->c, NULL);
	equal(read(b->fd[0], &x, 1), 1);
	rt_go(nothing, NULL);
	equal(read(b->fd[0], &x, 1), 1);
	rt_join(rt_spawn((void *(*)(void *))nothing, NULL));
	equal(read(b->fd[0], &x, 1), 1);
	check(rt_recover(panics, "one", NULL, 0));
	equal(read(b->fd[0], &x, 1), 1);
	rt_chan_send(b->c, NULL);
	return NULL;
}

static void *once(void *arg)
{
	Blocks *b = arg;

	equal(write(b->fd[1], "x", 1), 1);
	rt_once_do(&b->once, once_within, b);
	rt_chan_send(b->c, NULL);
	return NULL;
}

static void spin(void *stop)
{
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
		rt_gosched();
	rt_go_copy(nothing, NULL, 0);
}

static void blocks(void)
{
	Blocks b = { .c = rt_chan_make(0, 0) };
	pthread_t t;

	equal(pipe(b.fd), 0);
	t = create(reads, &b);
	rt_chan_recv(b.c, NULL);
	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 20; k++)
			rt_gosched();
		equal(write(b.fd[1], "x", 1), 1);
	}
	rt_chan_recv(b.c, NULL);
	join(t);
	t = create(once, &b);
	rt_chan_recv(b.c, NULL);
	rt_chan_recv(b.c, NULL);
	join(t);
	close(b.fd[0]);
	close(b.fd[1]);
	rt_chan_free(b.c);
}

// ---- a callback from a thread of a library's ---------------------------------------------

typedef struct {
	void (*callback)(void *);
	void *arg;
	rt_chan *c;
} Library;

static void *worker(void *arg)
{
	Library *l = arg;

	for (int i = 0; i < Rounds; i++)
		l->callback(l->arg);
	return NULL;
}

// Runs within rt_cgocall: starts threads, calls back, and waits for them.
static void library(void *l)
{
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		t[i] = create(worker, l);
	worker(l);
	for (int i = 0; i < 3; i++)
		equal(pthread_join(t[i], NULL), 0);
}

static void calls_back(void *c)
{
	int64_t one = 1;

	rt_chan_send(c, &one);
	check(rt_recover(panics, "two", NULL, 0));
}

static void uses_library(void *c)
{
	Library l = { .callback = calls_back, .arg = c };

	rt_cgocall(library, &l);
	rt_chan_close(c);
}

static void callbacks(void)
{
	enum { Users = 4 };
	rt_chan *c[Users];

	for (int i = 0; i < Users; i++)
		rt_go(uses_library, c[i] = rt_chan_make(8, 0));
	for (int i = 0; i < Users; i++) {
		int64_t n = 0, v;

		while (rt_chan_recv(c[i], &v))
			n += v;
		equal(n, 4 * Rounds);
		rt_chan_free(c[i]);
	}
}

// ---- their ends ---------------------------------------------------------------------

static pthread_key_t key;
static rt_sem ended = RT_SEM(0), cleaned = RT_SEM(0);

static void destroys(void *arg)
{
	rt_sem_release(arg);
}

static void *returns(void *unused)
{
	(void)unused;
	rt_sem_release(&ended);
	equal(pthread_setspecific(key, &cleaned), 0);
	return (void *)-1;
}

static void *exits(void *unused)
{
	(void)unused;
	rt_lock_os_thread();
	pthread_cleanup_push(destroys, &cleaned);
	rt_sem_release(&ended);
	pthread_exit((void *)-1);
	pthread_cleanup_pop(0);
}

static void *knows_nothing(void *unused)
{
	(void)unused;
	free(malloc(10));
	rt_free(rt_malloc(10));
	check(rt_goid() > 1);
	rt_sem_release(&cleaned);
	rt_sem_release(&ended);
	return (void *)-1;
}

static pthread_key_t late;

static void *calls_at_its_end(void *unused)
{
	(void)unused;
	equal(pthread_setspecific(late, &late), 0);
	return (void *)-1;
}

static void at_the_end(void *unused)
{
	(void)unused;
	rt_sem_release(&ended);
	rt_sem_release(&cleaned);
}

static void join_all(void *unused)
{
	static void *(*const fn[])(void *) = { returns, exits, knows_nothing, calls_at_its_end };

	(void)unused;
	for (int i = 0; i < Short; i++) {
		void *result;
		pthread_t t = create(fn[i % 4], NULL);

		equal(pthread_join(t, &result), 0);
		check(result == (void *)-1);
	}
}

static void short_ones(void)
{
	equal(pthread_key_create(&key, destroys), 0);
	equal(pthread_key_create(&late, at_the_end), 0);
	rt_cgocall(join_all, NULL);
	for (int i = 0; i < Short; i++) {
		rt_sem_acquire(&ended);
		rt_sem_acquire(&cleaned);
	}
	check(!rt_sem_try_acquire(&ended) && !rt_sem_try_acquire(&cleaned));
}

// There is an M for each thread that ran at once with others, and for goroutines that waited in
// the kernel meanwhile, but not one for each thread that has ended.
static void no_thread_is_left(void)
{
	rt_set_max_threads(Short / 5); // "thread exhaustion" if there are more
}

// ---- what any goroutine does --------------------------------------------------------

static void nested(void *c)
{
	rt_chan_send(c, NULL);
	rt_sleep(RT_MILLISECOND);
}

static void *does_much(void *c)
{
	rt_timer *t = rt_timer_chan(RT_MILLISECOND, 0);
	char text[20];
	int64_t v;

	check(rt_recover(panics, "one", text, sizeof text) && same(text, "one"));
	equal(rt_select((rt_case[]){ RT_RECV(rt_timer_c(t), &v) }, 1), 0);
	rt_timer_free(t);
	rt_cgocall(nested, c);
	{
		rt_defer(nested, c);
		rt_mutex_lock(&mutex);
		rt_gosched();
		rt_mutex_unlock(&mutex);
	}
	return NULL;
}

static void much(void)
{
	rt_chan *c = rt_chan_make(0, 0);
	pthread_t t[Threads];

	for (int i = 0; i < Threads; i++)
		t[i] = create(does_much, c);
	for (int i = 0; i < 2 * Threads; i++)
		rt_chan_recv(c, NULL);
	for (int i = 0; i < Threads; i++)
		join(t[i]);
	rt_chan_free(c);
}

// Ends the process while others are goroutines.
static rt_chan *never;

static void *never_ends(void *unused)
{
	rt_chan_send(never, NULL);
	rt_chan_send(never, NULL);
	return unused;
}

static void leaves_them(void)
{
	never = rt_chan_make(0, 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_detach(create(never_ends, NULL)), 0);
	for (int i = 0; i < Threads; i++)
		rt_chan_recv(never, NULL);
}

static bool stop;

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	receives();
	rt_go(spin, &stop); // a processor is wanted at any time
	blocks();
	callbacks();
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	short_ones();
	no_thread_is_left();
	much();
	leaves_them();
	return 0;
}
