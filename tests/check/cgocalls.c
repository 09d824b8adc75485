// cgocalls.c - calls one function of rt.h, by its name, from a function that rt_cgocall runs
// (or, with musl, from a signal handler, or a thread that is not the runtime's): cgocalls NAME
// [signal|thread]. Prints "fine" when the call has
// returned. Without arguments: the names, each with "legal" or "not".
#include "../lib/test.h"

#ifdef MUSL
#include <pthread.h>
#include <signal.h>
#endif

static struct {
	rt_chan *chan, *full, *other;
	rt_waitgroup none;
	rt_process *process;
	rt_chan_of(int) ints;
	rt_mutex mutex, locked;
	rt_rwmutex rw, read, written;
	rt_waitgroup wg;
	rt_cond cond;
	rt_once once;
	rt_sem sem;
	rt_ctx *ctx;
	rt_task *task;
	rt_timer *timer;
	rt_address address;
	rt_message message;
	rt_group *group;
	rt_iovec iov;
	void *object;
	int pipe[2], listener;
} the;

static void *nothing2(void *arg)
{
	return arg;
}

static int member(void *arg)
{
	return arg == NULL;
}

static int text(const char *format, ...)
{
	char buf[32];
	va_list ap;
	int n;

	va_start(ap, format);
	n = rt_vsnprintf(buf, sizeof buf, format, ap);
	va_end(ap);
	return n;
}

static void forks(void)
{
	if (rt_syscall(SYS_vfork) == 0)
		rt_syscall(SYS_exit_group, 0);
}

static void defers(void)
{
	int n = 0;

	{
		rt_defer(nothing, &n);
	}
}

static bool handling;

static void waits_within(void *arg)
{
	(void)arg;
	rt_test_wait();
}

static void tested(void *arg)
{
	rt_cgocall(waits_within, arg);
}

// It is for goroutines of a test.
static void waits(void)
{
	if (handling)
		rt_test_wait();
	rt_test(tested, NULL);
}

static uint64_t goid = 1; // 0: a new one

enum { Legal = 1, InSignal = 2 }; // Legal: and the function stays what it is

// The name, where else than on goroutines it may be called, the call.
#define CALLS(f)                                                                       \
	f(rt_exit, Legal | InSignal, rt_exit(7))                                       \
	f(rt_getenv, Legal | InSignal, check(rt_getenv("PATH")))                       \
	f(rt_environ, Legal | InSignal, check(rt_environ()))                           \
	f(rt_go, 0, rt_go(nothing, NULL))                                              \
	f(rt_go_copy, 0, rt_go_copy(nothing, "x", 2))                                  \
	f(rt_gosched, 0, rt_gosched())                                                 \
	f(rt_goexit, 0, rt_goexit())                                                   \
	f(rt_goid, Legal | InSignal, check(rt_goid() == 1 || goid == 0))               \
	f(rt_num_goroutine, 0, rt_num_goroutine())                                     \
	f(rt_wait_alone, 0, rt_wait_alone(1, -1))                                      \
	f(rt_num_cpu, Legal | InSignal, check(rt_num_cpu() > 0))                       \
	f(rt_gomaxprocs, 0, rt_gomaxprocs(0))                                          \
	f(rt_set_max_threads, Legal, check(rt_set_max_threads(0) > 0))                 \
	f(rt_lock_os_thread, 0, rt_lock_os_thread())                                   \
	f(rt_unlock_os_thread, 0, rt_unlock_os_thread())                               \
	f(rt_spawn, 0, rt_spawn(nothing2, NULL))                                       \
	f(rt_join, 0, rt_join(the.task))                                               \
	f(rt_join_until, 0, rt_join_until(the.task, 1, NULL))                          \
	f(rt_detach, 0, rt_detach(the.task))                                           \
	f(rt_chan_make, Legal, rt_chan_free(rt_chan_make(8, 1)))                       \
	f(rt_chan_free, Legal, rt_chan_free(the.other))                                \
	f(rt_chan_send, 0, rt_chan_send(the.chan, "1234567"))                          \
	f(rt_chan_recv, 0, rt_chan_recv(the.full, NULL))                               \
	f(rt_chan_try_send, 0, rt_chan_try_send(the.chan, "1234567"))                  \
	f(rt_chan_try_recv, 0, rt_chan_try_recv(the.full, NULL, NULL))                 \
	f(rt_chan_close, 0, rt_chan_close(the.chan))                                   \
	f(rt_chan_len, Legal | InSignal, equal(rt_chan_len(the.full), 1))              \
	f(rt_chan_cap, Legal | InSignal, equal(rt_chan_cap(the.full), 1))              \
	f(rt_chan_send_until, 0, rt_chan_send_until(the.chan, "1234567", 1))           \
	f(rt_chan_recv_until, 0, rt_chan_recv_until(the.full, NULL, 1))                \
	f(rt_select, 0, rt_select(&RT_RECV(the.full, NULL), 1))                        \
	f(rt_select_until, 0, rt_select_until(&RT_RECV(the.full, NULL), 1, 1))         \
	f(rt_nanotime, Legal | InSignal, check(rt_nanotime() > 0))                     \
	f(rt_walltime, Legal | InSignal, check(rt_walltime() > 0))                     \
	f(rt_sleep, 0, rt_sleep(0))                                                    \
	f(rt_sleep_until, 0, rt_sleep_until(1))                                        \
	f(rt_timer_func, 0, rt_timer_func(RT_SECOND, 0, nothing, NULL))                \
	f(rt_timer_chan, 0, rt_timer_chan(RT_SECOND, 0))                               \
	f(rt_timer_c, Legal | InSignal, check(rt_timer_c(the.timer)))                  \
	f(rt_timer_stop, 0, rt_timer_stop(the.timer))                                  \
	f(rt_timer_reset, 0, rt_timer_reset(the.timer, 1, 0))                          \
	f(rt_timer_free, 0, rt_timer_free(the.timer))                                  \
	f(rt_mutex_lock, 0, rt_mutex_lock(&the.mutex))                                 \
	f(rt_mutex_lock_until, 0, rt_mutex_lock_until(&the.mutex, 1))                  \
	f(rt_mutex_try_lock, 0, rt_mutex_try_lock(&the.mutex))                         \
	f(rt_mutex_unlock, 0, rt_mutex_unlock(&the.locked))                            \
	f(rt_rwmutex_rlock, 0, rt_rwmutex_rlock(&the.rw))                              \
	f(rt_rwmutex_rlock_until, 0, rt_rwmutex_rlock_until(&the.rw, 1))               \
	f(rt_rwmutex_try_rlock, 0, rt_rwmutex_try_rlock(&the.rw))                      \
	f(rt_rwmutex_runlock, 0, rt_rwmutex_runlock(&the.read))                        \
	f(rt_rwmutex_lock, 0, rt_rwmutex_lock(&the.rw))                                \
	f(rt_rwmutex_lock_until, 0, rt_rwmutex_lock_until(&the.rw, 1))                 \
	f(rt_rwmutex_try_lock, 0, rt_rwmutex_try_lock(&the.rw))                        \
	f(rt_rwmutex_unlock, 0, rt_rwmutex_unlock(&the.written))                       \
	f(rt_waitgroup_add, 0, rt_waitgroup_add(&the.wg, 1))                           \
	f(rt_waitgroup_done, 0, rt_waitgroup_done(&the.wg))                            \
	f(rt_waitgroup_wait, 0, rt_waitgroup_wait(&the.none))                           \
	f(rt_waitgroup_wait_until, 0, rt_waitgroup_wait_until(&the.wg, 1))             \
	f(rt_cond_wait, 0, rt_cond_wait(&the.cond))                                    \
	f(rt_cond_wait_until, 0, rt_cond_wait_until(&the.cond, 1))                     \
	f(rt_cond_signal, 0, rt_cond_signal(&the.cond))                                \
	f(rt_cond_broadcast, 0, rt_cond_broadcast(&the.cond))                          \
	f(rt_once_do, 0, rt_once_do(&the.once, nothing, NULL))                         \
	f(rt_once_do_until, 0, rt_once_do_until(&the.once, nothing, NULL, 1))          \
	f(rt_sem_acquire, 0, rt_sem_acquire(&the.sem))                                 \
	f(rt_sem_acquire_until, 0, rt_sem_acquire_until(&the.sem, 1))                  \
	f(rt_sem_try_acquire, 0, rt_sem_try_acquire(&the.sem))                         \
	f(rt_sem_release, 0, rt_sem_release(&the.sem))                                 \
	f(rt_ctx_background, Legal | InSignal, check(rt_ctx_background()))             \
	f(rt_ctx_with_cancel, 0, rt_ctx_with_cancel(the.ctx))                          \
	f(rt_ctx_with_deadline, 0, rt_ctx_with_deadline(the.ctx, 1))                   \
	f(rt_ctx_with_timeout, 0, rt_ctx_with_timeout(the.ctx, 1))                     \
	f(rt_ctx_cancel, 0, rt_ctx_cancel(the.ctx))                                    \
	f(rt_ctx_done, Legal | InSignal, check(rt_ctx_done(the.ctx)))                  \
	f(rt_ctx_err, 0, rt_ctx_err(the.ctx))                                          \
	f(rt_ctx_deadline, Legal | InSignal, equal(rt_ctx_deadline(the.ctx), INT64_MAX)) \
	f(rt_ctx_ref, 0, rt_ctx_ref(the.ctx))                                          \
	f(rt_ctx_free, 0, rt_ctx_free(the.ctx))                                        \
	f(rt_ctx_bind, 0, rt_ctx_bind(the.ctx, the.pipe[0]))                           \
	f(rt_group_new, 0, rt_group_new(the.ctx))                                      \
	f(rt_group_ctx, Legal | InSignal, check(rt_group_ctx(the.group)))              \
	f(rt_group_go, 0, rt_group_go(the.group, member, NULL))                        \
	f(rt_group_limit, 0, rt_group_limit(the.group, 1))                             \
	f(rt_group_wait, 0, rt_group_wait(the.group))                                  \
	f(rt_panic, Legal | InSignal, rt_panic("called"))                              \
	f(rt_deferproc, Legal | InSignal, defers())                                    \
	f(rt_deferreturn, Legal | InSignal, defers())                                  \
	f(rt_recover, 0, rt_recover(nothing, NULL, NULL, 0))                           \
	f(rt_stack, 0, rt_stack(NULL, 0, false))                                       \
	f(rt_test, 0, rt_test(nothing, NULL))                                          \
	f(rt_test_seeds, 0, rt_test_seeds(2, nothing, NULL))                           \
	f(rt_test_wait, 0, waits())                                                    \
	f(rt_trace_start, 0, rt_trace_start("/dev/null"))                              \
	f(rt_trace_stop, 0, rt_trace_stop())                                           \
	f(rt_malloc, Legal, check(rt_malloc(100000)))                                  \
	f(rt_calloc, Legal, check(rt_calloc(10, 10)))                                  \
	f(rt_realloc, Legal, check(rt_realloc(the.object, 5000)))                      \
	f(rt_free, Legal, rt_free(the.object))                                         \
	f(rt_malloc_usable_size, Legal | InSignal,                                     \
	  check(rt_malloc_usable_size(the.object) >= 20))                              \
	f(rt_memstats, Legal, rt_memstats(&(struct rt_memstats){ 0 }))                 \
	f(rt_leaks, 0, rt_leaks(-1, NULL))                                             \
	f(rt_root_add, 0, rt_root_add(the.pipe, sizeof the.pipe))                      \
	f(rt_root_remove, 0, rt_root_remove(the.pipe))                                 \
	f(rt_gc_alloc, 0, check(rt_gc_alloc(100)))                                     \
	f(rt_gc_alloc_noscan, 0, check(rt_gc_alloc_noscan(100000)))                    \
	f(rt_gc_alloc_typed, 0, check(rt_gc_alloc_typed(100, NULL)))                   \
	f(rt_gc, 0, rt_gc())                                                           \
	f(rt_gc_finalizer, 0, check(!rt_gc_finalizer(NULL, NULL, NULL)))               \
	f(rt_gc_percent, 0, check(rt_gc_percent(100)))                                 \
	f(rt_open, 0, rt_open("/dev/null", 0, 0))                                      \
	f(rt_read, 0, rt_read(the.pipe[0], &the.iov, 1))                               \
	f(rt_write, 0, rt_write(the.pipe[1], "x", 1))                                  \
	f(rt_close, 0, rt_close(the.pipe[0]))                                          \
	f(rt_pipe, 0, rt_pipe(the.pipe))                                               \
	f(rt_readv, 0, rt_readv(the.pipe[0], &the.iov, 1))                             \
	f(rt_writev, 0, rt_writev(the.pipe[1], &the.iov, 1))                           \
	f(rt_sendfile, 0, rt_sendfile(the.pipe[1], 0, NULL, 1))                        \
	f(rt_copy, 0, rt_copy(the.pipe[1], the.pipe[0], 1))                            \
	f(rt_wait, 0, rt_wait(the.pipe[0], RT_READABLE, 0))                            \
	f(rt_listen, 0, rt_listen("tcp", "127.0.0.1:0"))                               \
	f(rt_listen_with, 0, rt_listen_with("tcp", "127.0.0.1:0", &(rt_listen_options){ 0 })) \
	f(rt_dial, 0, rt_dial("tcp", "127.0.0.1:1"))                                   \
	f(rt_accept, 0, rt_accept(the.listener))                                       \
	f(rt_shutdown, 0, rt_shutdown(the.listener, 2))                                \
	f(rt_local_address, 0, rt_local_address(the.listener, NULL, 0))                \
	f(rt_peer_address, 0, rt_peer_address(the.listener, NULL, 0))                  \
	f(rt_set_deadline, 0, rt_set_deadline(the.listener, 1, 1))                     \
	f(rt_recv_from, 0, rt_recv_from(the.listener, NULL, 0, NULL))                  \
	f(rt_send_to, 0, rt_send_to(the.listener, "", 0, &the.address))                \
	f(rt_recv_message, 0, rt_recv_message(the.listener, &the.message))             \
	f(rt_send_message, 0, rt_send_message(the.listener, &the.message))             \
	f(rt_address_parse, Legal | InSignal,                                          \
	  equal(rt_address_parse(&the.address, "tcp", "1.2.3.4:5"), 0))                \
	f(rt_address_format, Legal | InSignal,                                         \
	  equal(rt_address_format(&the.address, NULL, 0), 9))                          \
	f(rt_address_equal, Legal | InSignal,                                          \
	  check(rt_address_equal(&the.address, &the.address)))                         \
	f(rt_lookup_host, 0, rt_lookup_host("localhost", &the.address, 1))             \
	f(rt_raw_syscall, 0, rt_syscall(SYS_getpid))                                   \
	f(rt_raw_syscall_any, 0, forks())                                              \
	f(rt_raw_syscall_all, 0, rt_syscall_all(SYS_getpid))                           \
	f(rt_process_start, 0, rt_process_start(&the.process, "/nonexistent", NULL, NULL))     \
	f(rt_process_wait, 0, rt_process_wait(the.process, NULL))                             \
	f(rt_process_wait_until, 0, rt_process_wait_until(the.process, NULL, 0))              \
	f(rt_process_signal, 0, rt_process_signal(the.process, 0))                            \
	f(rt_process_pid, 0, rt_process_pid(the.process))                                     \
	f(rt_process_detach, 0, rt_process_detach(the.process))                               \
	f(rt_cgocall, Legal | InSignal, equal(rt_cgocall(nothing, NULL), 0))           \
	f(rt_signal_notify, 0, rt_signal_notify(10, the.ints ? rt_untyped(the.ints) : NULL)) \
	f(rt_signal_stop, 0, rt_signal_stop(rt_untyped(the.ints)))                     \
	f(rt_printf, Legal | InSignal, equal(rt_printf("%s\n", "text"), 5))            \
	f(rt_eprintf, Legal | InSignal, equal(rt_eprintf("%s\n", "text"), 5))          \
	f(rt_snprintf, Legal | InSignal, equal(rt_snprintf(NULL, 0, "%d %g", 10, 0.5), 6)) \
	f(rt_vsnprintf, Legal | InSignal, equal(text("%d", 10), 2))                    \
	f(rt_strerror, Legal | InSignal, check(rt_strerror(-2)))

#define NAME(name, legal, call) { #name, legal },
static const struct {
	const char *name;
	int legal;
} all[] = { CALLS(NAME) };
enum { All = sizeof all / sizeof all[0] };

static int chosen;

static void callit(void *arg)
{
	int i = 0;

	(void)arg;
#define CALL(name, legal, call)                                                        \
	if (i++ == chosen)                                                             \
		call;
	CALLS(CALL)
	rt_eprintf("fine\n");
}

#ifdef MUSL
static void handler(int sig)
{
	(void)sig;
	handling = true;
	callit(NULL);
}

static void in_handler(void)
{
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
}

static void *thread(void *unused)
{
	callit(unused);
	return NULL;
}

// With RT0_PTHREADS=kernel.
static void on_thread(void)
{
	pthread_t t;

	goid = 0;
	equal(pthread_create(&t, NULL, thread, NULL), 0);
	equal(pthread_join(t, NULL), 0);
}
#else
static void on_thread(void)
{
}

static void in_handler(void)
{
}
#endif

// When rt_cond_wait has unlocked it.
static void signals_cond(void *unused)
{
	(void)unused;
	rt_mutex_lock(&the.locked);
	rt_cond_signal(&the.cond);
	rt_mutex_unlock(&the.locked);
}

static void prepare(const char *name)
{
	the.chan = rt_chan_make(8, 1);
	the.full = rt_chan_make(8, 1);
	the.other = rt_chan_make(8, 1);
	the.ints = rt_make_chan(int, 1);
	rt_chan_send(the.full, "1234567");
	rt_mutex_lock(&the.locked);
	rt_rwmutex_rlock(&the.read);
	rt_rwmutex_lock(&the.written);
	rt_waitgroup_add(&the.wg, 1);
	the.cond.l = &the.locked;
	the.sem = RT_SEM(1);
	the.ctx = rt_ctx_with_cancel(rt_ctx_background());
	the.group = rt_group_new(the.ctx);
	the.task = rt_spawn(nothing2, NULL);
	the.timer = rt_timer_chan(1000 * RT_SECOND, 0);
	the.object = rt_malloc(20);
	equal(rt_pipe(the.pipe), 0);
	equal(rt_write(the.pipe[1], "y", 1), 1);
	the.iov = (rt_iovec){ rt_malloc(1), 1 };
	the.listener = rt_listen("tcp", "127.0.0.1:0");
	equal(rt_address_parse(&the.address, "tcp", "1.2.3.4:5"), 0);
	rt_set_deadline(the.listener, 1, 1);
	if (starts_with(name, "rt_process_"))
		equal(rt_process_start(&the.process, "/bin/true",
		                       (char *[]){ "true", NULL }, NULL), 0);
	rt_go(signals_cond, NULL);
}

int rt_main(int argc, char **argv)
{
	if (argc == 1) {
		for (int i = 0; i < All; i++)
			rt_printf("%s %s%s\n", all[i].name,
			          all[i].legal & Legal ? "legal" : "not",
			          all[i].legal & InSignal ? " insignal" : "");
		return 0;
	}
	while (chosen < All && !same(argv[1], all[chosen].name))
		chosen++;
	check(chosen < All);
	prepare(argv[1]);
	if (argc > 2 && same(argv[2], "thread"))
		on_thread();
	else if (argc > 2)
		in_handler();
	else
		rt_cgocall(callit, NULL);
	return 0;
}
