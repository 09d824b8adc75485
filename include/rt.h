/*
 * rt.h - goroutines, channels and system calls for C programs on rt0.
 *
 * A program in C, or in C++11 and later without exceptions, includes this header, defines
 * rt_main, and is linked by rtcc. With musl as a C library (rtcc --musl) it may define main
 * instead, and use this header beside the library; docs/musl.md.
 *
 * Conventions of all calls:
 *   - A call that fails returns a negative errno value (-ENOENT); there is no errno.
 *   - Misuse that panics in Go panics here, with Go's words: a line "panic: ...", a
 *     traceback, exit status 2.
 *   - A call that waits parks its goroutine. The thread runs other goroutines meanwhile,
 *     or blocks in the kernel after handing its processor to another thread.
 *   - Durations and instants are in nanoseconds.
 *   - A call named ..._until gives up at an instant of rt_nanotime's clock and returns
 *     -ETIMEDOUT. It succeeds even after that instant if it need not wait; INT64_MAX means
 *     never. A call that returns -ETIMEDOUT has done nothing: no element is lost.
 *   - Synchronisation objects that are all zero are ready for use; the part "synchronisation"
 *     says when their memory may be freed.
 *   - A goroutine may use 64 MiB of stack. It starts on 2 KiB and grows. Overrunning it is
 *     the fatal error "stack overflow".
 *   - A goroutine that has run for 10 ms is preempted, at any instruction of the program's
 *     own code.
 *   - The floating-point control words (mxcsr, the x87 control word) belong to the
 *     goroutine; a new one starts with the defaults. Thread-local variables (__thread)
 *     belong to the thread, and a goroutine may change threads wherever it is preempted or
 *     waits: use them only between rt_lock_os_thread and rt_unlock_os_thread. With musl they
 *     belong to the goroutine.
 *   - rt0 supplies memcpy, memmove, memset, memcmp and __stack_chk_fail, to which compilers
 *     generate calls; a program may define its own.
 */
#ifndef RT_H
#define RT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RT_NORETURN: the function does not return. Programs may use it. */
#ifdef __cplusplus
extern "C" {
#define RT_NORETURN [[noreturn]]
#else
#define RT_NORETURN _Noreturn
#endif

/* Keeps rt_main under -fwhole-program, which does not see that the runtime calls it. clang
 * has no such option. */
#ifdef __clang__
#define RT_VISIBLE
#else
#define RT_VISIBLE __attribute__((__externally_visible__))
#endif

/* ---- the program ----------------------------------------------------------------- */

/* Defined by the program; runs on the main goroutine. Its result is the exit status.
 * Goroutines that still exist then end with the process. */
RT_VISIBLE int rt_main(int argc, char **argv);

/* Runs the destructors (.fini_array), then ends the process; the kernel keeps the low 8
 * bits of status. */
RT_NORETURN void rt_exit(int status);

/* Returns the value of an environment variable, or NULL. If the name occurs more than once,
 * the first counts. */
const char *rt_getenv(const char *name);

/* Returns the environment that the process was started with: "NAME=value" each, ending in
 * NULL. */
char *const *rt_environ(void);

/* ---- goroutines ------------------------------------------------------------------ */

typedef void rt_func(void *arg);

/* Starts fn(arg) in a new goroutine. It runs next on this processor, unless an idle
 * processor takes it first. A null fn is the fatal error "go of nil func value". Does not
 * block. */
void rt_go(rt_func *fn, void *arg);

/* Like rt_go, but copies size bytes at args to the top of the new goroutine's stack and
 * passes the copy's address, aligned to 16, to fn. size must be at most 2007; a larger one
 * is the fatal error "newproc: function arguments too large for new goroutine". */
void rt_go_copy(rt_func *fn, const void *args, size_t size);

/* Yields: puts this goroutine at the end of the global queue, so that others run first. */
void rt_gosched(void);

/* Makes this goroutine's deferred calls and ends it. The main goroutine may call it too:
 * the others continue. When none of them can run any more, that is a deadlock. */
RT_NORETURN void rt_goexit(void);

/* Returns this goroutine's number. The main goroutine's is 1; a number is never reused. */
uint64_t rt_goid(void);

/* Returns the number of the program's goroutines, in whatever state; the runtime's own are
 * not counted. */
int rt_num_goroutine(void);

/* For tests: parks until no goroutine of the program is left but this one, or until when;
 * INT64_MAX means never. Returns 0, or -ETIMEDOUT; then it has written the others to the
 * descriptor fd, each with its number, what it waits for, its traceback and what created
 * it, as a fatal error does. fd < 0: writes nothing. Goroutines of the runtime's own do not
 * count, nor do timers that have not fired. It looks every now and then, for up to 10 ms
 * after the last has ended, and stops the world for a moment to be sure. */
int rt_wait_alone(int64_t when, int fd);

/* Returns how many processors the process was allowed to use when it started. */
int rt_num_cpu(void);

/* Returns how many goroutines may run at the same time. n > 0 sets that number, which stops
 * the world for a moment and may park the caller; the previous number is returned. Numbers
 * above 8192, Linux's limit of processors, count as 8192. */
int rt_gomaxprocs(int n);

/* Returns the largest number of threads the process may have (initially 10,000); needing
 * one more is the fatal error "thread exhaustion". n > 0 sets the limit; the previous one
 * is returned. */
int rt_set_max_threads(int n);

/* Locks this goroutine to its current thread: it runs on no other thread, and no other
 * goroutine runs on this one, until rt_unlock_os_thread has been called as many times. If
 * the goroutine ends before that, the thread ends with it. Unlocking a goroutine that is
 * not locked does nothing. */
void rt_lock_os_thread(void);
void rt_unlock_os_thread(void);

/* A goroutine with a result. */
typedef struct rt_task rt_task;

/* Starts fn(arg), as rt_go does. Pass the handle to rt_join or rt_detach exactly once;
 * everything is freed then, once the goroutine has ended. */
rt_task *rt_spawn(void *(*fn)(void *arg), void *arg);

/* Parks until fn has returned, and returns its result. The handle becomes invalid: passing
 * it to any of these functions again is the fatal error "use of a task that was joined or
 * detached". */
void *rt_join(rt_task *t);

/* Like rt_join, with a deadline: stores the result in *result (unless that is NULL) and
 * returns 0, or returns -ETIMEDOUT and leaves the handle valid. */
int rt_join_until(rt_task *t, int64_t when, void **result);

/* Gives up the result: the task will not be joined. NULL is allowed. */
void rt_detach(rt_task *t);

/* ---- channels -------------------------------------------------------------------- */

typedef struct rt_chan rt_chan;

/* Returns a channel of elements of elem_size bytes (0 is allowed) with a buffer of cap
 * elements. Panics with "makechan: size out of range" if that is too large. */
rt_chan *rt_chan_make(size_t elem_size, size_t cap);

/* Frees a channel that no goroutine uses any more. A goroutine that still waits for it is a
 * fatal error. NULL is allowed. */
void rt_chan_free(rt_chan *c);

/* Sends *elem; parks until there is a receiver or room. Panics with "send on closed
 * channel", also if the channel is closed during the wait. A null channel blocks forever.
 * */
void rt_chan_send(rt_chan *c, const void *elem);

/* Receives into *elem (NULL: drops it); parks until there is a sender, an element, or the
 * channel is closed. Returns false if the channel is closed and drained; *elem is then all
 * zero. A null channel blocks forever. */
bool rt_chan_recv(rt_chan *c, void *elem);

/* Like rt_chan_send and rt_chan_recv, but return false instead of waiting (with a null
 * channel, always). On a closed channel the send panics; the receive, once the channel is
 * drained, returns true with *ok false. ok may be NULL. */
bool rt_chan_try_send(rt_chan *c, const void *elem);
bool rt_chan_try_recv(rt_chan *c, void *elem, bool *ok);

/* Closes c: no more elements may be sent. Panics if c is closed already or null. */
void rt_chan_close(rt_chan *c);

/* The number of elements in the buffer now, and the buffer's capacity. 0 for a null
 * channel. */
size_t rt_chan_len(rt_chan *c);
size_t rt_chan_cap(rt_chan *c);

/* Like rt_chan_send and rt_chan_recv, with a deadline. The send returns 0; the receive
 * returns 1 for an element and 0 if the channel is closed and drained. Both may return
 * -ETIMEDOUT. */
int rt_chan_send_until(rt_chan *c, const void *elem, int64_t when);
int rt_chan_recv_until(rt_chan *c, void *elem, int64_t when);

typedef enum { RT_CASE_SEND, RT_CASE_RECV, RT_CASE_DEFAULT } rt_case_kind;

/* One case of a select. */
typedef struct {
	rt_case_kind kind;
	rt_chan *chan; /* NULL: this case is never ready */
	void *elem;    /* the element to send; where to store the received one, or NULL */
	bool ok;       /* set if this receive is chosen: false if the channel was closed */
} rt_case;

#define RT_SEND(c, p) RT_VALUE(rt_case, RT_CASE_SEND, (c), (void *)(p), false)
#define RT_RECV(c, p) RT_VALUE(rt_case, RT_CASE_RECV, (c), (p), false)
#define RT_DEFAULT    RT_VALUE(rt_case, RT_CASE_DEFAULT, 0, 0, false)

/* Parks until one of the n cases can proceed, executes it and returns its index. If several
 * can, each is chosen with the same probability. With a default case (at most one) it does
 * not park, but returns the default's index if no other case can proceed. Several cases may
 * use the same channel. Without any case it blocks forever. Panics if it chooses a send on
 * a closed channel. */
int rt_select(rt_case *cases, int n);
int rt_select_until(rt_case *cases, int n, int64_t when);

/* ---- channels of a type ---------------------------------------------------------- */

/* rt_chan_of(T) is the type of a channel of T, which may be any object type except an array.
 * It is a different type for each T, so that the compiler checks the elements sent, where they
 * are received, and which channels are passed to which functions. At run time it is an
 * rt_chan *, and these macros are the calls above:
 *
 *	rt_chan_of(int) c = rt_make_chan(int, 16);
 *
 *	rt_send(c, 42);
 *	int v = rt_recv(c);                   all zero if the channel is closed and drained
 *	while (rt_recv_ok(c, &v)) ...         false if the channel is closed and drained
 *	rt_chan_close(c);
 *	rt_chan_free(c);
 *
 * rt_try_send(c, v), rt_try_recv(c, &v, &ok), rt_send_until(c, v, when) and
 * rt_recv_until(c, &v, when) are the other forms; RT_SEND_OF(c, &v) and RT_RECV_OF(c, &v)
 * are cases of a select. rt_chan_close, rt_chan_free, rt_chan_len and rt_chan_cap accept
 * typed and untyped channels; for other calls, rt_untyped(c) is the rt_chan *. Arguments are
 * evaluated once. */
#define rt_chan_of(T) __typeof__(__typeof__(T) (*)(rt_chan *))
#define rt_make_chan(T, cap) ((rt_chan_of(T))rt_chan_make(RT_SIZE_OF(__typeof__(T)), (cap)))
#define rt_untyped(c)                                                                   \
	__extension__({                                                                 \
		__typeof__(c) rt_c_ = (c);                                              \
		(void)sizeof(RT_ELEM_OF(rt_c_)); /* only a typed channel compiles */    \
		(rt_chan *)rt_c_;                                                       \
	})
#define rt_send(c, v) RT_WITH_ELEM(c, v, rt_chan_send(rt_c_, &rt_v_))
#define rt_try_send(c, v) RT_WITH_ELEM(c, v, rt_chan_try_send(rt_c_, &rt_v_))
#define rt_send_until(c, v, when) RT_WITH_ELEM(c, v, rt_chan_send_until(rt_c_, &rt_v_, (when)))
#define rt_recv(c)                                                                      \
	__extension__({                                                                 \
		RT_ELEM_OF(c) rt_v_;                                                    \
		rt_chan_recv(rt_untyped(c), &rt_v_);                                    \
		rt_v_;                                                                  \
	})
#define rt_recv_ok(c, p) rt_chan_recv(rt_untyped(c), RT_ELEM_PTR(c, p))
#define rt_try_recv(c, p, ok) rt_chan_try_recv(rt_untyped(c), RT_ELEM_PTR(c, p), (ok))
#define rt_recv_until(c, p, when) rt_chan_recv_until(rt_untyped(c), RT_ELEM_PTR(c, p), (when))
#define RT_SEND_OF(c, p) RT_SEND(rt_untyped(c), RT_ELEM_PTR(c, p))
#define RT_RECV_OF(c, p) RT_RECV(rt_untyped(c), RT_ELEM_PTR(c, p))

/* ---- time ------------------------------------------------------------------------ */

typedef int64_t rt_duration; /* nanoseconds */
#define RT_NANOSECOND  ((rt_duration)1)
#define RT_MICROSECOND (1000 * RT_NANOSECOND)
#define RT_MILLISECOND (1000 * RT_MICROSECOND)
#define RT_SECOND      (1000 * RT_MILLISECOND)

/* Returns a monotonic clock's time, for differences; never 0. */
int64_t rt_nanotime(void);

/* Returns the nanoseconds since the beginning of 1970. */
int64_t rt_walltime(void);

/* Parks for at least d; returns at once if d <= 0. */
void rt_sleep(rt_duration d);

/* Parks until rt_nanotime() is at least when. */
void rt_sleep_until(int64_t when);

typedef struct rt_timer rt_timer;

/* Start a timer that fires after d (at once if d <= 0; never if d is INT64_MAX) and then,
 * if period > 0, every period; periods that have already passed are skipped. When it fires,
 * it runs fn(arg) in a new goroutine, or sends rt_nanotime() as an int64_t on its channel.
 * The channel has capacity 1; a tick is dropped if the previous one has not been received.
 * */
rt_timer *rt_timer_func(rt_duration d, rt_duration period, rt_func *fn, void *arg);
rt_timer *rt_timer_chan(rt_duration d, rt_duration period);

/* Returns the channel of the ticks; NULL for a timer with a function. It belongs to the
 * timer: do not free or close it. */
rt_chan *rt_timer_c(rt_timer *t);

/* Stops the timer. Returns true if it was pending or its tick had not been received: then
 * fn will not be called, and no tick sent before the call will be received. Returns false
 * if the timer was stopped already or has fired; fn may be running. */
bool rt_timer_stop(rt_timer *t);

/* Stops and restarts the timer in one step. Returns what rt_timer_stop would have returned.
 * */
bool rt_timer_reset(rt_timer *t, rt_duration d, rt_duration period);

/* Stops the timer and frees it, and its channel. NULL is allowed. Freeing it twice is the
 * fatal error "use of a freed timer". */
void rt_timer_free(rt_timer *t);

/* ---- synchronisation ------------------------------------------------------------- */

/* An object that is all zero is ready for use, except as said below. Calls that let others
 * proceed (unlock, done, release, signal, broadcast) do not access the object after that:
 * the last goroutine to lock or wait may free it, even if the call that let it proceed has
 * not returned. */

/* A mutual exclusion lock. It is not tied to a goroutine: another one may unlock it. A
 * waiter of more than 1 ms acquires it before goroutines that arrive later. Unlocking an
 * unlocked mutex is a fatal error, and so is waiting with 4,194,303 others. */
typedef struct {
	uint32_t state, sema;
} rt_mutex;

void rt_mutex_lock(rt_mutex *m);
int rt_mutex_lock_until(rt_mutex *m, int64_t when);
bool rt_mutex_try_lock(rt_mutex *m); /* false: locked, or reserved for a waiter */
void rt_mutex_unlock(rt_mutex *m);

/* A lock for many readers or one writer. A waiting writer keeps new readers out, so a
 * goroutine must not lock for reading twice; when a writer unlocks, the waiting readers
 * acquire the lock first. Unlocking an unlocked lock is a fatal error. */
typedef struct {
	uint32_t state;
} rt_rwmutex;

void rt_rwmutex_rlock(rt_rwmutex *m);
int rt_rwmutex_rlock_until(rt_rwmutex *m, int64_t when);
bool rt_rwmutex_try_rlock(rt_rwmutex *m);
void rt_rwmutex_runlock(rt_rwmutex *m);
void rt_rwmutex_lock(rt_rwmutex *m);
int rt_rwmutex_lock_until(rt_rwmutex *m, int64_t when);
bool rt_rwmutex_try_lock(rt_rwmutex *m);
void rt_rwmutex_unlock(rt_rwmutex *m);

/* A counter of goroutines (or anything); wait parks until it is 0. A negative count panics.
 * An add to a count of 0 must happen before the wait. */
typedef struct {
	uint64_t state;
	uint32_t sema;
} rt_waitgroup;

void rt_waitgroup_add(rt_waitgroup *wg, int delta);
void rt_waitgroup_done(rt_waitgroup *wg);
void rt_waitgroup_wait(rt_waitgroup *wg);
int rt_waitgroup_wait_until(rt_waitgroup *wg, int64_t when);

/* A condition variable: waits for a change of the data that l protects. Set l before use.
 * wait unlocks l, parks until it is signalled, and locks l again; call it in a loop that
 * checks the condition. Signal wakes the longest waiter, broadcast all; their caller need
 * not hold l. */
typedef struct {
	rt_mutex *l;
	uintptr_t lock, head, tail;
} rt_cond;

void rt_cond_wait(rt_cond *c);
int rt_cond_wait_until(rt_cond *c, int64_t when); /* l is locked again in either case */
void rt_cond_signal(rt_cond *c);
void rt_cond_broadcast(rt_cond *c);

/* Runs fn(arg) unless a call with this o has run one before; returns when that has returned.
 * Must not be called from fn. rt_once_do_until gives up waiting while another goroutine
 * runs fn. */
typedef struct {
	uint32_t done;
	rt_mutex m;
} rt_once;

void rt_once_do(rt_once *o, rt_func *fn, void *arg);
int rt_once_do_until(rt_once *o, rt_func *fn, void *arg, int64_t when);

/* A semaphore of at most 2^32 - 1 permits; acquire parks until there is a permit and takes
 * it. RT_SEM(n) is a semaphore with n permits. */
typedef struct {
	uint32_t count;
} rt_sem;

#define RT_SEM(n) RT_VALUE(rt_sem, (uint32_t)(n))

void rt_sem_acquire(rt_sem *s);
int rt_sem_acquire_until(rt_sem *s, int64_t when);
bool rt_sem_try_acquire(rt_sem *s);
void rt_sem_release(rt_sem *s);

/* ---- contexts -------------------------------------------------------------------- */

/* A context stands for work that ends together: a request, a connection, the program. It is
 * over when it is cancelled, its deadline passes or its parent is over. Goroutines that
 * work for it include its channel in their selects, or pass its deadline to ..._until
 * calls. */
typedef struct rt_ctx rt_ctx;

/* Returns the root of all contexts, which is never over. Need not be freed. */
rt_ctx *rt_ctx_background(void);

/* Return a child of parent. A child with a deadline (an instant; a duration from now) is
 * over at that time, or with its parent if that is sooner. */
rt_ctx *rt_ctx_with_cancel(rt_ctx *parent);
rt_ctx *rt_ctx_with_deadline(rt_ctx *parent, int64_t when);
rt_ctx *rt_ctx_with_timeout(rt_ctx *parent, rt_duration d);

/* Ends c and all its descendants now. Cancelling c again does nothing. */
void rt_ctx_cancel(rt_ctx *c);

/* Returns a channel that is closed when c is over; NULL for the background. Do not free it.
 * */
rt_chan *rt_ctx_done(rt_ctx *c);

/* Returns 0, or the reason once c is over: -ECANCELED or -ETIMEDOUT. */
int rt_ctx_err(rt_ctx *c);

/* Returns the latest instant at which c will be over; INT64_MAX if it has no deadline. */
int64_t rt_ctx_deadline(rt_ctx *c);

/* Adds a handle to c, which must be freed separately. Returns c. */
rt_ctx *rt_ctx_ref(rt_ctx *c);

/* Releases a handle; does not cancel. The memory is freed with the last handle, once no
 * child is left. A parent's handles may be released before its children's. NULL is allowed.
 * */
void rt_ctx_free(rt_ctx *c);

/* ---- groups ---------------------------------------------------------------------- */

/* Goroutines that belong together. The first that returns a negative number, an errno, ends
 * the context of all; the others look at that, or their descriptors are bound to it
 * (rt_ctx_bind). */
typedef struct rt_group rt_group;

/* Returns a group without goroutines, whose context is a child of parent. */
rt_group *rt_group_new(rt_ctx *parent);

/* Returns the group's context, which rt_group_wait ends and frees. */
rt_ctx *rt_group_ctx(rt_group *g);

/* Starts fn(arg) in a new goroutine of the group, as rt_go does; parks first while as many
 * run as rt_group_limit allows. Goroutines of the group may call it. One that ends by
 * rt_goexit counts as one that returned 0. */
void rt_group_go(rt_group *g, int (*fn)(void *arg), void *arg);

/* Allows at most n goroutines of the group at a time; n <= 0 means any number, as at first.
 * Those that run already continue. */
void rt_group_limit(rt_group *g, int n);

/* Parks until all goroutines of the group have ended, then ends its context and frees it
 * all. Returns the first negative result, or 0. One goroutine calls it, once; no other
 * may use the group after that. */
int rt_group_wait(rt_group *g);

/* ---- panics ---------------------------------------------------------------------- */

/* Makes this goroutine's deferred calls, the last deferred first. If none of them ends the
 * panic (rt_recover), prints "panic: <text>", a blank line, "goroutine N [running]:" and
 * the traceback on descriptor 2, and ends the process with status 2. The text is cut off
 * after 1023 bytes. */
RT_NORETURN void rt_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Calls fn(arg) when the enclosing braced scope ends, however it ends: at its closing
 * brace, by return, break, continue or goto, by a panic or by rt_goexit, but not by
 * rt_exit. The last deferred call is made first. fn takes arg, a pointer or an integer of
 * any type, and may return anything: rt_defer(rt_mutex_unlock, &m), rt_defer(rt_close, fd).
 * Both arguments are evaluated immediately. rt_defer is a declaration: it is allowed
 * wherever one is, any number of times. Nothing is allocated. */
#define rt_defer(fn, arg) RT_DEFER_IMPL(fn, arg)

/* Calls fn(arg); returns false if fn returns. If fn panics, makes the calls deferred since
 * then, ends the panic and returns true, with the text in buf (cut off to fit, and always
 * terminated when size > 0). This includes panics of the runtime: misuse of channels and
 * the like, a null pointer in the program's own code (SIGSEGV below address 4096), an
 * integer division by zero (SIGFPE). It does not stop fatal errors or rt_goexit. rt_goexit
 * makes the calls deferred within fn and continues; if one of them panics and the panic
 * would end here, the goexit continues instead. If the function that called rt_recover
 * panics before it returns, the report also includes the panic recovered here: "panic:
 * first [recovered]". */
bool rt_recover(rt_func *fn, void *arg, char *buf, size_t size);

/* Writes the traceback of this goroutine to buf, in the format of a panic's report; with
 * all, stops the world and adds the program's other goroutines. The text is cut off to fit,
 * and always terminated when size > 0. Returns its full length. */
size_t rt_stack(char *buf, size_t size, bool all);

/* ---- traces ---------------------------------------------------------------------- */

/* Starts to record what goroutines, processors and threads do, to the file at path, which
 * is created or truncated; docs/trace.md says how to view it. Stops the world for a moment,
 * to record all goroutines. Returns 0, -EBUSY if a trace is being recorded, -ENOMEM, or the
 * error of writing the file. GODEBUG=trace=FILE records the whole program; rt_trace_stop
 * ends such a trace too. May park the caller, and its thread may block in the file system.
 * */
int rt_trace_start(const char *path);

/* Ends the trace and waits until the file is complete. A trace that is not stopped ends
 * with the program, by rt_exit or a panic. Returns 0, -EINVAL if none is being recorded, or
 * the first error of writing: then the file lacks everything after it. */
int rt_trace_stop(void);

/* ---- tests of programs ----------------------------------------------------------- */

/* Runs fn(arg) as a test: in a new goroutine, which with all that start meanwhile is a world
 * of its own. While none of them can continue, the clock is set to the next timer: an hour
 * of sleep takes no time. Returns when fn has returned and the other goroutines have ended
 * too, or are blocked (then no time passes any more): 0, or how many are left, which it has
 * listed on descriptor 2 as rt_wait_alone does. When all wait for each other and there is no
 * timer, that is the fatal error "all goroutines of the test are asleep - deadlock!".
 *
 * In the replay build every choice of the scheduler is drawn from seed 1, or from what
 * GODEBUG=seed=N says, and every test begins at one time: it runs alike, whatever ran
 * before it. If it fails, the last line says how to run it again. docs/replay.md has more.
 * In other builds the clock also advances by itself, and a goroutine that waits for a
 * descriptor, or is in a system call, keeps it from being set.
 *
 * Goroutines from before, and their timers, are no part of the test; their timers stop until
 * it is over. A test within a test, or two at a time, are a fatal error. */
int rt_test(rt_func *fn, void *arg);

/* Runs the test n times, drawn from the seeds 1 to n; with GODEBUG=seed=N once, drawn from
 * N. In other builds nothing is drawn. Ends with the first that leaves goroutines, and
 * returns their number, or 0. */
int rt_test_seeds(int n, rt_func *fn, void *arg);

/* Parks until every other goroutine of the test is blocked: in a channel, a lock, a sleep or
 * the like, or for a descriptor to which nothing has come for 2 ms of real time. What they
 * did before comes before what the caller does next. No time is skipped for it. Only a
 * goroutine of a test may call it, one at a time; else it is a fatal error. */
void rt_test_wait(void);

/* ---- memory ---------------------------------------------------------------------- */

/* Returns size bytes, aligned to 16. Never returns NULL: running out of memory is fatal; a
 * size above PTRDIFF_MAX panics. Any goroutine may free the memory. */
void *rt_malloc(size_t size);

/* Returns n * size bytes of zeros; panics if the product overflows. */
void *rt_calloc(size_t n, size_t size);

/* Returns an object of size bytes with p's content, perhaps at another address. p NULL is
 * like rt_malloc; size 0 returns a minimal object. */
void *rt_realloc(void *p, size_t size);

/* Frees an object; NULL is allowed. Freeing it twice is the fatal error "free of a free
 * object", any other address is "free of a pointer that was not allocated"; both report the
 * address and the size of the objects there. Debug builds also detect writes outside of
 * objects or to freed ones, and any use of this interface's objects after they were freed:
 * docs/memory.md. */
void rt_free(void *p);

/* Returns how many bytes at p may be used: at least the size asked for, in debug builds
 * exactly that. 0 for NULL. */
size_t rt_malloc_usable_size(const void *p);

/* Statistics of the heap, in bytes unless said otherwise. Other goroutines continue while
 * they are read, so the numbers may be a moment apart. */
struct rt_memclass {
	uint32_t size;    /* of an object */
	uint64_t spans;   /* the number of runs of pages that hold such objects */
	uint64_t objects; /* the number in use by the program */
	uint64_t cached;  /* the number free in the processors' caches */
};
struct rt_memstats {
	uint64_t objects;       /* the number in use by the program, without rt_gc_alloc's, */
	uint64_t object_bytes;  /* and their sizes, rounded up to the classes' sizes */
	uint64_t large_objects; /* those of them above 32 KiB */
	uint64_t large_bytes;
	uint64_t heap;          /* the heap so far: objects, small stacks and free pages */
	uint64_t heap_free;     /* of it in free pages, */
	uint64_t heap_released; /* of these returned to the system, or never used */
	uint64_t stacks;        /* of the heap for small stacks */
	uint64_t segments;      /* 64 MiB segments of stack: how many there are, */
	uint64_t segments_free; /* and how many of them are unused */
	uint64_t other;         /* the runtime's own structures, outside of the heap */
	struct rt_memclass by_class[72]; /* objects of up to 32 KiB, in order of size */

	/* Collected memory. All is 0 in a program that has neither allocated any nor called rt_gc. */
	uint64_t gc_cycles;       /* the number of cycles, */
	uint64_t gc_forced;       /* and of those that rt_gc or two minutes without one began */
	uint64_t gc_objects;      /* the number of objects that the last cycle has reached, */
	uint64_t gc_object_bytes; /* and their sizes, rounded up */
	uint64_t gc_heap;         /* these, and what processors have taken to allocate from since */
	uint64_t gc_goal;         /* what gc_heap is when the next cycle begins; UINT64_MAX: never */
	uint64_t gc_freed;        /* by all cycles */
	int64_t gc_paused;        /* how long cycles have stopped the world, in ns: all of them, */
	int64_t gc_longest;       /* and the longest time */
	int64_t gc_last;          /* rt_nanotime when the last cycle ended */
};
void rt_memstats(struct rt_memstats *m);

/* ---- leaks ------------------------------------------------------------------------ */

/* Finds the goroutines that can never continue, because nothing that is in use leads to what
 * they wait for, and the objects of rt_malloc that nothing leads to. Stops the world for as
 * long as that takes: about 10 ms for a million objects. Every word that looks like
 * a pointer counts as one, so a leak may stay unnoticed, but what is found is one; docs/leaks.md.
 * fd: descriptor for a report, or negative: none. counts may be NULL. Returns the number of such
 * goroutines and objects; -ENOMEM; or -ENOSYS with --hosted, where the objects are the C library's
 * and LeakSanitizer finds both (docs/hosted.md). */
typedef struct {
	uint64_t goroutines;    /* leaked ones */
	uint64_t held;          /* objects that only these lead to, */
	uint64_t held_bytes;    /* and their sizes, rounded up to the classes' sizes */
	uint64_t objects;       /* that nothing leads to, */
	uint64_t object_bytes;  /* and their sizes */
} rt_leak_counts;
int64_t rt_leaks(int fd, rt_leak_counts *counts);

/* Names size bytes of the program's own memory at lo, in which rt_leaks looks for pointers: a mapped
 * file, say. It knows variables, and memory that mmap has made without a file. The memory
 * must be there until rt_root_remove(lo), which does nothing if it was not named. With --hosted
 * both do nothing. */
void rt_root_add(const void *lo, size_t size);
void rt_root_remove(const void *lo);

/* ---- collected memory --------------------------------------------------------------- */

/* Memory that is freed when nothing leads to it any more; docs/memory.md. Zeroed; the size may be 0. The
 * collector stops the world when as much has been allocated as GOGC percent (100, unless the environment
 * says otherwise; off: never) of what it has found in use the last time, but at least 4 MiB: for 10 to
 * 40 ms if there are a million objects, or twice for much less. It reads data, stacks, registers, and
 * what they lead to: these objects and those of rt_malloc, which it never frees; each word that looks
 * like a pointer to an object, or into one, is one. It does not read memory that the program has mapped
 * itself, unless rt_root_add names it. noscan: holds no pointers, and is not read. Do not give these
 * objects to rt_free. A function of rt_cgocall's may use what its argument leads to, but must not take
 * the last pointer to an object out of memory while it runs. */
void *rt_gc_alloc(size_t size);
void *rt_gc_alloc_noscan(size_t size);

/* Says where objects hold pointers: word i, of 8 bytes, may be one if bit i % 64 of pointers[i / 64] is set,
 * for each i below words; and so on in every further run of so many words, as in an array. With words 0 they
 * hold none. */
typedef struct {
	uint32_t words;
	const uint64_t *pointers;
} rt_layout;

/* Is rt_gc_alloc for an object in which nothing but what the layout says is a pointer. *t and its bitmap
 * must stay as they are from the first call on: make them constants. NULL: any word may be one. */
void *rt_gc_alloc_typed(size_t size, const rt_layout *t);

/* Collects now; returns when all that nothing leads to is free. */
void rt_gc(void);

/* Calls fn(arg) on a goroutine once nothing leads to the object at p, where it begins; a second call for
 * it replaces the first, fn NULL removes it. What the object leads to, and arg, stay until
 * fn was called; so objects that lead to each other and back are not freed if one of them has a
 * finalizer. arg may be p: then the object itself stays until fn has returned. False: no object of
 * rt_gc_alloc begins at p. */
bool rt_gc_finalizer(void *p, rt_func *fn, void *arg);

/* Sets GOGC; negative: off. Returns the old value. */
int rt_gc_percent(int percent);

/* ---- files, network, system calls ------------------------------------------------ */

/* Descriptors are plain numbers; those opened here are close-on-exec, and O_NONBLOCK if
 * epoll can watch them, so that a raw call by rt_syscall returns -EAGAIN instead of
 * waiting: rt_wait waits for it. Waiting for a descriptor that epoll can watch parks only
 * the goroutine. For others (regular files) the thread blocks in the kernel, and its
 * processor is handed off to another thread. A descriptor opened elsewhere is registered
 * the first time it is used with these calls. Its blocking mode is not changed; each call
 * first waits until it is ready. Once used with these calls, a descriptor must be closed
 * with rt_close. Interrupted calls are restarted.
 * One goroutine at a time reads, and one writes; others wait for their turn. A bad pointer
 * to data that the kernel reads or writes - bytes, a path, an rt_iovec, a pipe's numbers,
 * an offset, an rt_address - is -EFAULT; a bad pointer to text, options or results that the
 * runtime itself accesses is a fault. docs/network.md has more. */

/* Opens a file. flags and mode are those of open(2), from <fcntl.h>. */
int rt_open(const char *path, int flags, int mode);

/* Reads up to n bytes; returns 0 at the end of the file. */
int64_t rt_read(int fd, void *buf, size_t n);

/* Writes all n bytes, or returns a negative errno. Only if fd's deadline passes or its
 * context ends after some bytes went out, their number is returned, which is less than n;
 * the next call then returns -ETIMEDOUT or -ECANCELED. A broken pipe at descriptor 1 or 2
 * ends the process by SIGPIPE, like any program, unless that is ignored. */
int64_t rt_write(int fd, const void *buf, size_t n);

/* Closes fd. Calls that wait for it return -EBADF. */
int rt_close(int fd);

/* Makes a pipe: fd[0] reads what is written to fd[1]. */
int rt_pipe(int fd[2]);

/* Like rt_read and rt_write, with several pieces of memory; rt_iovec is the kernel's
 * struct iovec. rt_writev modifies v: after a short count, the piece in which it stopped
 * is what is left of it. To a datagram or packet socket it sends one message, of at most
 * 1024 pieces (-EMSGSIZE). */
typedef struct {
	void *base;
	size_t len;
} rt_iovec;
int64_t rt_readv(int fd, const rt_iovec *v, int n);
int64_t rt_writev(int fd, rt_iovec *v, int n);

/* Sends n bytes of the file in, from *offset on, or from its position if offset is NULL, to
 * the descriptor out, without copying them through the program's memory. Returns the number
 * sent and adds it to the offset or the position. It is less than n at the end of the file,
 * and if out's deadline passes or an error occurs after some bytes were sent. The next call
 * then returns that error, as this one does if no byte was sent: a deadline stays passed
 * until another one is set. */
int64_t rt_sendfile(int out, int in, int64_t *offset, size_t n);

/* Copies up to n bytes from in to out, until the end of in; INT64_MAX means all. The kernel
 * moves them where it can (sendfile, splice and the like) if both descriptors were made
 * here: files, pipes, sockets of streams. Otherwise they are read and written, as are small
 * messages between sockets. Returns how many bytes went, or a negative errno if none did; 0
 * is the end of in, or n of 0. Stops early at an error; the next call then returns it, if it
 * lasts. A deadline, a context or a close of either descriptor ends it, while it waits for
 * any of the two. Bytes that were read when out fails, at most 1 MiB, are lost: not of files
 * and pipes that the kernel moves. The caller is in's reader and out's writer until it
 * returns; two goroutines may copy between two sockets in both directions. */
int64_t rt_copy(int out, int in, int64_t n);

/* network is "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6" with "host:port"
 * ("127.0.0.1:8080", "[::1]:0", ":8080": all addresses of this machine), or "unix",
 * "unixgram", "unixpacket" with a path ("@name": abstract, no file). A host name is
 * looked up in /etc/hosts and then by DNS. rt_listen takes an IPv4 address of a name, if
 * there is one; rt_dial tries all, the next one 250 ms after the last or as soon as that
 * has failed, and takes the first that is connected. Without a host it dials this
 * machine. Returns a descriptor or a negative errno: -ENOENT if the name does not exist,
 * -ETIMEDOUT if a server does not answer, -EAGAIN if none could say; -EAFNOSUPPORT if the
 * address is not the network's, -EINVAL if it is none, or its zone does not exist. */
int rt_listen(const char *network, const char *address);
int rt_dial(const char *network, const char *address);

/* Like rt_listen, with options; all zero is the default. */
typedef struct {
	int backlog;     /* limit of connections not yet accepted; 0: the system's limit */
	bool reuse_port; /* several sockets may listen at the address; they share connections */
} rt_listen_options;
int rt_listen_with(const char *network, const char *address, const rt_listen_options *o);

/* Waits for the next connection and returns its descriptor. If there are no descriptors or
 * no memory for it, the error is returned after a pause (5 ms, growing up to 1 s while that
 * lasts), so that a loop may simply retry. */
int rt_accept(int fd);

/* Shuts down half of a connection: no more reading if how is 0, writing if 1, both if 2. */
int rt_shutdown(int fd, int how);

/* Write the socket's own or its peer's address: "127.0.0.1:41234", a path, or "@name";
 * empty for a socket without a name. Return the full length, as snprintf does, or a
 * negative errno. */
int rt_local_address(int fd, char *buf, size_t size);
int rt_peer_address(int fd, char *buf, size_t size);

/* Sets the deadlines of reading and writing: instants of rt_nanotime, or 0 for none. Calls
 * that begin or wait after them return -ETIMEDOUT, until they are set again; a write that
 * had begun returns how much went out. Not for files (-EOPNOTSUPP). */
int rt_set_deadline(int fd, int64_t read_when, int64_t write_when);

/* From now on, calls that begin or wait for fd return -ECANCELED once c is over, or
 * -ETIMEDOUT if a deadline ended it; a write that had begun returns how much went out.
 * Binding fd to another context, or to none (NULL, the background), ends that: calls that
 * have not returned yet then continue to wait. A descriptor is bound to one context at
 * most, until it is closed; a context may have many descriptors. They keep it, so the
 * caller may free its handle. Returns 0, -EBADF, or -EOPNOTSUPP for files. */
int rt_ctx_bind(rt_ctx *c, int fd);

/* Parks until fd is ready for what - RT_READABLE, RT_WRITABLE, or both for either - or
 * until when; INT64_MAX means never, 0 only asks. Reads and writes nothing. For all that
 * epoll can watch: sockets, listeners, pipes, terminals, pidfd, eventfd, timerfd,
 * inotify, epoll's own. Returns the bits of what that are ready, where an error or a
 * hang-up counts as all of them; -ETIMEDOUT at when, or if the deadline of a direction in
 * what has passed; -ECANCELED or -ETIMEDOUT for its context (rt_ctx_bind); -EBADF if fd
 * is closed, also meanwhile; -EINVAL for other bits, or none; -EPERM for what epoll
 * cannot watch (regular files). Takes nobody's turn: any number of goroutines may wait
 * for one descriptor, for any directions, while others read and write, and all that wait
 * for a direction return when it is ready. So another may have taken the bytes: a call
 * that must not wait uses a descriptor that is O_NONBLOCK, and waits again after -EAGAIN. */
enum { RT_READABLE = 1, RT_WRITABLE = 2 };
int rt_wait(int fd, int what, int64_t when);

/* Datagrams. rt_recv_from returns the number of bytes stored, at most n, and the sender
 * in *from; from may be NULL. rt_send_to sends n bytes to the address to, which must be
 * of the socket's own family; NULL means the address that the socket was dialled to.
 * Returns n or a negative errno. To a stream it writes all n bytes, and returns what
 * rt_write would. */
typedef struct {
	uint32_t size; /* of the part of sockaddr in use; that is the kernel's structure */
	uint32_t reserved;
	uint64_t sockaddr[16];
} rt_address;
int64_t rt_recv_from(int fd, void *buf, size_t n, rt_address *from);
int64_t rt_send_to(int fd, const void *buf, size_t n, const rt_address *to);

/* A datagram with what belongs to it. Received: m->n is the room at m->buf, and becomes the
 * datagram's whole length, which may be more; then m->flags has RT_MESSAGE_CUT and the rest
 * is lost. m->from is the sender. m->local is the address that it was sent to, with the
 * socket's port; for IP that is the datagram's own (IP_PKTINFO, IPV6_PKTINFO, which the
 * first call sets on the socket), so a server that listens at all addresses knows which one
 * was meant. A size of 0 means unknown. Sent: to m->from (size 0: where the socket was
 * dialled to), from the address m->local (size 0: the kernel chooses; its port is ignored,
 * and with local sockets all of it), so that a received message with another buf and n is
 * an answer. m->flags is not read. Both return 0 or a negative errno: -EOPNOTSUPP for
 * streams, -ENOTSOCK, -EAFNOSUPPORT if local is of another family than the address sent to.
 * Descriptors that a peer passes are closed: recvmsg with rt_wait receives them. */
typedef struct {
	void *buf;
	size_t n;
	rt_address from;
	rt_address local;
	uint32_t flags;
} rt_message;
enum { RT_MESSAGE_CUT = 1 };
int rt_recv_message(int fd, rt_message *m);
int rt_send_message(int fd, const rt_message *m);

/* Convert text (not a name) to an address, and an address to text as rt_local_address
 * does. "[::ffff:1.2.3.4]:80" is an IPv4 address for "tcp4" and "udp4" alone: a socket of
 * IPv6 wants IPv4 addresses that way. */
int rt_address_parse(rt_address *a, const char *network, const char *text);
int rt_address_format(const rt_address *a, char *buf, size_t size);

/* Returns whether two addresses have an equal meaning: family, host, port and zone, or
 * path. An IPv4 address and its IPv6-mapped form are equal, as rt_address_format shows
 * them. */
bool rt_address_equal(const rt_address *a, const rt_address *b);

/* Looks up a host's addresses and stores up to n of them, in the order of RFC 6724 and with
 * port 0. Returns how many it stores, or a negative errno. */
int rt_lookup_host(const char *host, rt_address *a, int n);

/* Makes a system call that may block, with up to six arguments: integers or pointers of any
 * width. Returns the kernel's result, including a negative errno; the call is not restarted
 * after a signal. A call that changes the state of a thread affects whichever thread runs
 * the goroutine at that moment, but setuid, setgid, setreuid, setregid, setresuid, setresgid
 * and setgroups are made by rt_syscall_all. Do not use it for rt_sigaction and sigaltstack: a handler
 * installed that way would run on a goroutine's stack, which has no room for it and may be
 * preempted. Use rt_signal_notify, or with musl its sigaction.
 *
 * fork returns in the child, too. The child is the calling goroutine alone, on one thread
 * that it keeps. vfork and clone without CLONE_VM and without a stack are like fork, and do
 * not wait for the child. The child should make system calls with rt_syscall only, up to
 * execve or exit_group (or rt_exit); it may also call rt_printf, rt_eprintf, rt_snprintf,
 * rt_vsnprintf, rt_strerror, rt_getenv, rt_environ, rt_write, rt_close and rt_open. Other
 * calls may wait for a lock that no thread holds any more, and one that parks is the fatal
 * error "a goroutine waits in a forked child". fork copies the tables of all memory, and the
 * goroutine keeps its processor meanwhile: rt_process_start is faster. clone and clone3 with
 * CLONE_VM, CLONE_SETTLS or a stack are a fatal error. With musl, call its fork instead, and
 * its setuid and the like, for which this returns -EOPNOTSUPP. */
#define rt_syscall(...) RT_SYSCALL_IMPL(RT_RAW_SYSCALL, __VA_ARGS__)

/* Makes a system call on every thread of the process. Use it to change state that the
 * kernel keeps for each thread - setuid, setgid, setresuid, setresgid, setgroups, setfsuid,
 * capset, prctl (PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_SECCOMP), seccomp, setns and
 * the like - since a goroutine may be on any thread. (unshare would give each thread
 * another namespace.) The world stops; when the call returns, it has taken effect on every
 * thread that runs the program's code, and threads created later inherit the change.
 * Returns the kernel's result, which is the same on all threads: if it is an error on the
 * caller's own thread, nothing has changed. If another thread has a different result, or
 * does not answer for ten seconds, the process ends with a fatal error that says so. Other
 * threads' system calls may be interrupted, as by a signal. Returns -EOPNOTSUPP with a C
 * library, whose own setuid and the like change all threads. See docs/hardening.md,
 * "Dropping rights". */
#define rt_syscall_all(...) RT_SYSCALL_IMPL(rt_raw_syscall_all, __VA_ARGS__)

/* ---- processes ------------------------------------------------------------------- */

/* Programs that run in processes of their own. */
typedef struct rt_process rt_process;

/* Flags of rt_process_options. */
enum {
	RT_PROCESS_SEARCH = 1,        /* look up a path without a slash in PATH */
	RT_PROCESS_NEW_GROUP = 2,     /* a process group of its own */
	RT_PROCESS_NEW_SESSION = 4,   /* a session of its own */
	RT_PROCESS_CLEAR_SIGNALS = 8, /* all signals: default disposition, not blocked */
};

/* How a program is started; all zero is the default. */
typedef struct {
	const char *dir;    /* its working directory; NULL: this process's */
	char *const *env;   /* its environment, ending in NULL; NULL: rt_environ's */
	const int *fds;     /* its descriptor i is a copy of fds[i], in blocking mode, or
	                     * closed if fds[i] is -1. NULL: 0, 1 and 2 are this process's */
	int nfds;           /* how many they are; all others are closed */
	uint32_t flags;     /* of those above, by | */
	const uint32_t *uid, *gid; /* NULL: unchanged; with gid, supplementary groups are
	                            * dropped */
} rt_process_options;

/* Starts the program at path with the arguments args, which end in NULL; options may be
 * NULL. Stores a handle in *p, which must be passed to rt_process_wait or
 * rt_process_detach, and returns 0; or returns why the program could not be started: the
 * child's own errors included, such as -ENOENT, -EACCES, -ENOEXEC and -E2BIG of the
 * program, and chdir's. Also -EINVAL for unknown flags and nfds out of range, -EBADF for a
 * descriptor that is not open, -EAGAIN and -ENOMEM if the system has no room for a process,
 * -EMFILE if there is no descriptor for the handle.
 *
 * No memory is copied: a large heap does not make it slower. The goroutine's thread waits
 * until the program is executed; other goroutines run meanwhile. A relative path is
 * relative to dir. RT_PROCESS_SEARCH uses this process's PATH and passes over places in it
 * that are not absolute. Signals that were ignored when this process was started, or
 * blocked, are so in the child. A socket or terminal that this process uses with rt_read
 * and the like remains usable here, but shares the blocking mode with the child; a pipe
 * does not. */
int rt_process_start(rt_process **p, const char *path, char *const args[],
                     const rt_process_options *options);

/* Parks until the process has ended; returns 0 and its status as wait4 has it (NULL: drops
 * it), or -ECHILD if something else has taken the status: a wait for any child, or SIGCHLD
 * is ignored. The handle is gone then: passing it to these two functions or to
 * rt_process_detach again is the fatal error "use of a process that was waited for or
 * detached". _until may return -ETIMEDOUT; then the handle stays valid. */
int rt_process_wait(rt_process *p, int *status);
int rt_process_wait_until(rt_process *p, int *status, int64_t when);

/* Sends sig to the process. Returns -ESRCH if it has ended, even if the handle is gone:
 * never does another process get the signal that has its number now. -EINVAL for no signal,
 * -EPERM if that is not allowed; sig 0 sends nothing. Does not block. */
int rt_process_signal(rt_process *p, int sig);

/* Returns the process's number, or -ESRCH if it has been waited for. */
int rt_process_pid(const rt_process *p);

/* Gives up the handle: nobody will wait. The process is reaped when it ends. NULL is
 * allowed. */
void rt_process_detach(rt_process *p);

/* ---- a C library beside the runtime ------------------------------------------------ */

/* Runs fn(arg) on a stack of a thread's size and without preemption, for code that computes
 * for long and is not compiled by rtcc: a library of another compiler, or the C library's
 * own. Meanwhile other goroutines run on another thread. The C library's calls that wait do
 * not need it: they park the goroutine, or hand its processor off. The size of the stack is RLIMIT_STACK as of the thread's first such call: 8 MiB if that is unlimited, and
 * at least 256 KiB. Memory is committed as the stack is touched, and kept until the thread
 * ends. Overrunning it is the fatal error "stack overflow". Returns errno as fn left it, or
 * 0 if fn did not set it; without a C library always 0. docs/musl.md has more. */
int rt_cgocall(rt_func *fn, void *arg);

/* The function may call all of this interface except rt_goexit. Most calls make it its goroutine
 * until it returns, on the stack that it has: it parks, is preempted, and keeps its thread and,
 * while it runs, a processor, as a goroutine does between rt_lock_os_thread and
 * rt_unlock_os_thread. What it calls by rt_cgocall then is in a system call again, for code that
 * may block for long. A panic makes the calls that the function has deferred, and ends the
 * process unless an rt_recover in the function recovers it. rt_goexit is the fatal error "... called
 * within rt_cgocall". */

/* These functions leave a function run by rt_cgocall what it is: rt_cgocall, which then is a
 * plain call; rt_malloc, rt_calloc, rt_realloc, rt_free, rt_malloc_usable_size, rt_memstats;
 * rt_chan_make, rt_chan_free, rt_chan_len, rt_chan_cap; rt_nanotime, rt_walltime; rt_printf
 * and rt_eprintf, which block the thread if they must wait; rt_snprintf, rt_vsnprintf,
 * rt_strerror, rt_address_parse, rt_address_format, rt_address_equal; rt_getenv, rt_environ,
 * rt_goid (the calling goroutine's), rt_num_cpu, rt_set_max_threads, rt_timer_c,
 * rt_ctx_background, rt_ctx_done, rt_ctx_deadline, rt_group_ctx; rt_defer; rt_exit, which then
 * runs the destructors on that stack; and rt_panic, if the function has deferred nothing. */

/* ---- signals --------------------------------------------------------------------- */

/* From now on, sends sig to c (a channel of int) instead of the signal's default action. A
 * signal that finds c full is dropped, so give c a buffer. May be called for several
 * signals and channels. Returns -EINVAL for SIGKILL, SIGSTOP, SIGURG (which the runtime
 * uses for preemption), numbers outside 1..64, signals that an emulator reserves (64 under
 * valgrind) and a null c. SIGSEGV, SIGBUS, SIGFPE and SIGILL go to c only if a process sent
 * them, not for faults. A program that has asked for a signal can be woken by it, so "all
 * goroutines are asleep" is no longer reported. */
int rt_signal_notify(int sig, rt_chan *c);

/* Stops sending signals to c; earlier ones are in c when this returns. Once no channel
 * receives a signal any more, it has its former effect again. */
void rt_signal_stop(rt_chan *c);

/* ---- text ------------------------------------------------------------------------ */

/* Like C's printf: d i u x X o c s p f F e E g G %, with flags, width, precision and the
 * lengths hh h l ll z j t L. Floats are correctly rounded, %p prints 0x..., a null %s
 * prints "(null)". Writes to descriptor 1 (rt_eprintf: 2) in pieces of up to 4 KiB, each
 * with one write. Returns the number of bytes written, or a negative errno. */
int rt_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int rt_eprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Write to buf, always terminated when size > 0. Return the full length, without the
 * terminator, or -EOVERFLOW if that is above INT_MAX. */
int rt_snprintf(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int rt_vsnprintf(char *buf, size_t size, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* Returns an errno's meaning in English; accepts both -ENOENT and ENOENT. */
const char *rt_strerror(int err);

/* ---- behind the macros ----------------------------------------------------------- */

/* A deferred call, in the frame of the function that deferred it. */
typedef struct rt_deferred {
	struct rt_deferred *link;
	rt_func *fn;
	void *arg;
} rt_deferred;

/* A structure's value, from the values of all its members. */
#ifdef __cplusplus
#define RT_VALUE(type, ...) (type{ __VA_ARGS__ })
#else
#define RT_VALUE(type, ...) ((type){ __VA_ARGS__ })
#endif

rt_deferred *rt_deferproc(rt_deferred *d);
void rt_deferreturn(rt_deferred *d);

#define RT_DEFER_IMPL(fn, arg) RT_DEFER_NTH(fn, arg, __COUNTER__)
#define RT_DEFER_NTH(fn, arg, n) RT_DEFER_NAMED(fn, arg, n)
#define RT_DEFER_NAMED(fn, arg, n)                                                     \
	rt_deferred rt_deferred_##n __attribute__((__cleanup__(rt_deferreturn))) =              \
		RT_DEFERRED(fn, arg),                                                      \
	            *rt_deferred_##n##_ __attribute__((__unused__)) = rt_deferproc(&rt_deferred_##n)

int64_t rt_raw_syscall(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e, uint64_t f);
int64_t rt_raw_syscall_any(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                           uint64_t e, uint64_t f);
int64_t rt_raw_syscall_all(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                           uint64_t e, uint64_t f);

/* The numbers of fork, vfork, clone, clone3, setuid and the like, wherever Linux has them,
 * take the second way, and so do numbers that are not constant. */
#define RT_RAW_SYSCALL(nr, ...)                                                         \
	(RT_SPECIAL_CALL(nr) ? rt_raw_syscall_any : rt_raw_syscall)(nr, __VA_ARGS__)
#define RT_SPECIAL_CALL(nr)                                                             \
	(!__builtin_constant_p(nr) || ((nr) >= 56 && (nr) <= 58) || (nr) == 220 ||      \
	 (nr) == 435 || ((nr) >= 105 && (nr) <= 119) || ((nr) >= 143 && (nr) <= 159))

/* Fills missing arguments with zeros. The cast extends an integer by its own signedness. */
#define RT_SYSCALL_IMPL(...) RT_SYSCALL_FILL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define RT_SYSCALL_FILL(fn, nr, a, b, c, d, e, f, ...)                                 \
	fn((int64_t)(nr), RT_WORD(a), RT_WORD(b), RT_WORD(c), RT_WORD(d), RT_WORD(e),     \
	   RT_WORD(f))
#define RT_WORD(x) ((uint64_t)(x))

/* A channel of T is a pointer to a function that returns T: a type that contains T and is
 * the same type wherever it is written. The function is never called. */
#define RT_ELEM_OF(c) __typeof__((c)((rt_chan *)0))
#define RT_WITH_ELEM(c, v, call)                                                        \
	__extension__({                                                                 \
		__typeof__(c) rt_t_ = (c);                                              \
		RT_ELEM_OF(rt_t_) rt_v_ = (v);                                          \
		rt_chan *rt_c_ = (rt_chan *)rt_t_;                                      \
		call;                                                                   \
	})
#define RT_ELEM_PTR(c, p)                                                               \
	__extension__({                                                                 \
		RT_ELEM_OF(c) *rt_p_ = (p);                                             \
		rt_p_;                                                                  \
	})

#define rt_chan_close(c) rt_chan_close(RT_ANY_CHAN(c))
#define rt_chan_free(c) rt_chan_free(RT_ANY_CHAN(c))
#define rt_chan_len(c) rt_chan_len(RT_ANY_CHAN(c))
#define rt_chan_cap(c) rt_chan_cap(RT_ANY_CHAN(c))

#ifdef __cplusplus
}

/* fn may take any pointer or integer to which arg converts, since they are all passed in
 * the same register. The cast goes through an integer because compilers warn about casts
 * between function types. */
template <typename T>
struct rt_same {
	typedef T type;
};
template <typename R, typename T>
inline rt_deferred rt_deferred_of(R (*fn)(T), typename rt_same<T>::type arg)
{
	return { 0, (rt_func *)(uintptr_t)fn, (void *)(uintptr_t)arg };
}
inline rt_deferred rt_deferred_of(rt_func *fn, void *arg) /* a lambda, too */
{
	return { 0, fn, arg };
}
template <typename R>
rt_deferred rt_deferred_of(R (*fn)(float), float arg) = delete;
template <typename R>
rt_deferred rt_deferred_of(R (*fn)(double), double arg) = delete;
#define RT_DEFERRED(fn, arg) rt_deferred_of(fn, arg)

inline rt_chan *rt_any_chan(rt_chan *c)
{
	return c;
}
template <typename T>
inline rt_chan *rt_any_chan(T (*c)(rt_chan *))
{
	return (rt_chan *)c;
}
#define RT_ANY_CHAN(c) rt_any_chan(c)

/* Elements are copied as bytes; the copies are neither constructed nor destroyed. */
template <typename T>
constexpr size_t rt_size_of()
{
	static_assert(__is_trivially_copyable(T), "elements of channels are copied as bytes");
	return sizeof(T);
}
#define RT_SIZE_OF(T) (rt_size_of<T>())
#else
#define RT_SIZE_OF(T) sizeof(T)

/* fn may take any pointer or integer, since they are all passed in the same register; arg
 * is checked as if fn were called with it. The cast goes through an integer because
 * compilers warn about casts between function types. */
#define RT_DEFERRED(fn, arg)                                                            \
	{ 0, ((void)(__typeof__((fn)(arg)) *)0, (rt_func *)(uintptr_t)(fn)),            \
	  ((void)sizeof(char[RT_IS_REAL(arg) ? -1 : 1]), (void *)(uintptr_t)(arg)) }
#define RT_IS_REAL(x) (__builtin_classify_type(x) == __builtin_classify_type(0.0))

/* Accepts typed and untyped channels. Any other pointer is an error, since it cannot be
 * called as a typed channel can. */
#define RT_ANY_CHAN(c)                                                                  \
	__extension__(_Generic((c), rt_chan *: (c), void *: (c),                        \
		default: ((void)(__typeof__(RT_CALLABLE(c)((rt_chan *)0)) *)0, (rt_chan *)(c))))
#define RT_CALLABLE(c)                                                                  \
	_Generic((c), rt_chan *: (rt_chan_free), void *: (rt_chan_free), default: (c))
#endif
#endif
