/*
 * rt.h - goroutines, channels and system calls for C programs on rt0.
 *
 * A program in C, or in C++11 and later without exceptions, includes this header, defines
 * rt_main, and is linked by rtcc.
 *
 * What holds for every call:
 *   - Failure is a negative errno value as the result (-ENOENT); there is no errno.
 *   - Misuse that is a panic in Go is a panic here, with Go's words: a line "panic: ...",
 *     a traceback, exit status 2.
 *   - A call that waits parks its goroutine. The thread runs other goroutines meanwhile,
 *     or sits in the kernel with its processor handed to another thread.
 *   - Durations and instants are in nanoseconds.
 *   - A call named ..._until gives up at an instant of rt_nanotime's clock and returns
 *     -ETIMEDOUT. What can be done at once is done even if the instant is over; INT64_MAX
 *     is never. Either the call did its work or it did nothing: no element is lost.
 *   - Synchronisation objects that are all zero are ready for use; the part "synchronisation"
 *     says when their memory may go.
 *   - A goroutine may use 64 MiB of stack. It starts on 2 KiB and grows. Running over it is
 *     the fatal error "stack overflow".
 *   - A goroutine that has run for 10 ms gives way to others, at any instruction of the
 *     program's own code.
 *   - The floating-point control words (mxcsr, the x87 control word) belong to the
 *     goroutine; a new one starts with the defaults. Thread-local variables (__thread)
 *     belong to the thread, and a goroutine may change threads wherever it gives way or
 *     waits: use them only between rt_lock_os_thread and rt_unlock_os_thread.
 *   - memcpy, memmove, memset, memcmp and __stack_chk_fail, which compilers call by
 *     themselves, are supplied; a program may define its own.
 */
#ifndef RT_H
#define RT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define RT_NORETURN [[noreturn]]
#else
#define RT_NORETURN _Noreturn
#endif

/* Used by the runtime, which -fwhole-program does not see. clang has no such option. */
#ifdef __clang__
#define RT_VISIBLE
#else
#define RT_VISIBLE __attribute__((__externally_visible__))
#endif

/* ---- the program ----------------------------------------------------------------- */

/* The program, run on the main goroutine. What it returns is the exit status; goroutines
 * that still exist end with the process. */
RT_VISIBLE int rt_main(int argc, char **argv);

/* Runs the destructors (.fini_array), then ends the process; the kernel keeps the low 8
 * bits of status. */
RT_NORETURN void rt_exit(int status);

/* The value of an environment variable, or NULL. The first of that name counts. */
const char *rt_getenv(const char *name);

/* ---- goroutines ------------------------------------------------------------------ */

typedef void rt_func(void *arg);

/* Starts fn(arg) in a new goroutine. It runs next on this processor unless an idle one
 * is quicker. A null fn is the fatal error "go of nil func value". Does not block. */
void rt_go(rt_func *fn, void *arg);

/* The same, but size bytes at args are copied to the top of the new goroutine's stack,
 * and fn gets the copy's address, aligned to 16. size must be 2007 at most; else "newproc:
 * function arguments too large for new goroutine" is thrown. */
void rt_go_copy(rt_func *fn, const void *args, size_t size);

/* Lets others run first: this goroutine goes to the end of the global queue. */
void rt_gosched(void);

/* Makes this goroutine's deferred calls and ends it. The main goroutine may do so too: the
 * others go on, and when none is left that could, that is a deadlock. */
RT_NORETURN void rt_goexit(void);

/* This goroutine's number: the main goroutine's is 1; never used again. */
uint64_t rt_goid(void);

/* The goroutines of the program that exist, in whatever state; those of the runtime do
 * not count. */
int rt_num_goroutine(void);

/* The processors that the process may use, as they were at its start. */
int rt_num_cpu(void);

/* How many goroutines may run at the same time. n > 0 sets it, which stops all of them for
 * a moment and may park the caller; returns what it was. More than 8192, as many processors
 * as Linux knows, count as 8192. */
int rt_gomaxprocs(int n);

/* The most threads the process may have (10,000 at first); needing one more is the fatal
 * error "thread exhaustion". n > 0 sets it; returns what it was. */
int rt_set_max_threads(int n);

/* Ties this goroutine to the thread it is on: it runs nowhere else and nothing else runs
 * there, until as many rt_unlock_os_thread calls. If it ends before that, the thread ends
 * with it. Unlocking what is not locked does nothing. */
void rt_lock_os_thread(void);
void rt_unlock_os_thread(void);

/* A goroutine whose result is wanted. */
typedef struct rt_task rt_task;

/* Starts fn(arg), as rt_go does. The handle must be given to rt_join or rt_detach, once;
 * then nothing of it is left when the goroutine has ended. */
rt_task *rt_spawn(void *(*fn)(void *arg), void *arg);

/* Parks until fn has returned, and returns what it returned. The handle is gone: giving it
 * to any of these once more is the fatal error "use of a task that was joined or detached". */
void *rt_join(rt_task *t);

/* The same, with *result (NULL: dropped) set and 0 returned; or -ETIMEDOUT, and the
 * handle is good still. */
int rt_join_until(rt_task *t, int64_t when, void **result);

/* Nobody will join. NULL is fine. */
void rt_detach(rt_task *t);

/* ---- channels -------------------------------------------------------------------- */

typedef struct rt_chan rt_chan;

/* A channel of elements of elem_size bytes (0 is allowed) that buffers cap of them. Panics
 * with "makechan: size out of range" when that is too much. */
rt_chan *rt_chan_make(size_t elem_size, size_t cap);

/* Gives its memory back. No goroutine may be using it: one that waits is a fatal error. NULL
 * is fine. */
void rt_chan_free(rt_chan *c);

/* Sends *elem; parks until there is a receiver or room. Panics with "send on closed
 * channel", also when it is closed while waiting. A null channel blocks for ever. */
void rt_chan_send(rt_chan *c, const void *elem);

/* Receives into *elem (NULL: drops it); parks until there is a sender, an element, or the
 * channel is closed. False: closed and drained, *elem is all zero. A null channel blocks
 * for ever. */
bool rt_chan_recv(rt_chan *c, void *elem);

/* The same without waiting. False: it would have waited (a null channel always). A closed
 * channel makes the send panic, and the receive return true with *ok false; ok may be
 * NULL. */
bool rt_chan_try_send(rt_chan *c, const void *elem);
bool rt_chan_try_recv(rt_chan *c, void *elem, bool *ok);

/* No more will be sent. Panics on a closed channel and on a null one. */
void rt_chan_close(rt_chan *c);

/* Elements in the buffer now; elements it has room for. 0 for a null channel. */
size_t rt_chan_len(rt_chan *c);
size_t rt_chan_cap(rt_chan *c);

/* rt_chan_send and rt_chan_recv with a deadline: 0 when sent; 1 when received, 0 when
 * closed and drained; or -ETIMEDOUT. */
int rt_chan_send_until(rt_chan *c, const void *elem, int64_t when);
int rt_chan_recv_until(rt_chan *c, void *elem, int64_t when);

typedef enum { RT_CASE_SEND, RT_CASE_RECV, RT_CASE_DEFAULT } rt_case_kind;

/* One of the things that a select waits for. */
typedef struct {
	rt_case_kind kind;
	rt_chan *chan; /* NULL: this case is never ready */
	void *elem;    /* what to send; where to receive, or NULL */
	bool ok;       /* set when this receive was done: false if the channel was closed */
} rt_case;

#define RT_SEND(c, p) RT_VALUE(rt_case, RT_CASE_SEND, (c), (void *)(p), false)
#define RT_RECV(c, p) RT_VALUE(rt_case, RT_CASE_RECV, (c), (p), false)
#define RT_DEFAULT    RT_VALUE(rt_case, RT_CASE_DEFAULT, 0, 0, false)

/* Parks until one of the n cases can be done, does that one and returns its index. Among
 * those that can be done each is chosen with the same probability. With a default (at most
 * one) it does not park, and returns that one's index when no other can be done. The same
 * channel may stand in several cases. Without any case it blocks for ever. A send on a
 * closed channel panics when it is chosen. */
int rt_select(rt_case *cases, int n);
int rt_select_until(rt_case *cases, int n, int64_t when);

/* ---- channels of a type ---------------------------------------------------------- */

/* rt_chan_of(T) is the type of a channel of Ts: T an object type but no array. To the
 * compiler it differs from that of every other T, so that it checks what is sent, where
 * it is received, and which channel is given to whom. At run time it is an rt_chan *, and
 * these macros are the calls above:
 *
 *	rt_chan_of(int) c = rt_make_chan(int, 16);
 *
 *	rt_send(c, 42);
 *	int v = rt_recv(c);                   all zero when the channel is closed
 *	while (rt_recv_ok(c, &v)) ...         false: closed and drained
 *	rt_chan_close(c);
 *	rt_chan_free(c);
 *
 * rt_try_send(c, v), rt_try_recv(c, &v, &ok), rt_send_until(c, v, when) and
 * rt_recv_until(c, &v, when) are the other forms; RT_SEND_OF(c, &v) and RT_RECV_OF(c, &v)
 * are cases of a select. rt_chan_close, rt_chan_free, rt_chan_len and rt_chan_cap take
 * channels of either kind; for other calls rt_untyped(c) is the rt_chan *. Arguments are
 * evaluated once. */
#define rt_chan_of(T) __typeof__(__typeof__(T) (*)(rt_chan *))
#define rt_make_chan(T, cap) ((rt_chan_of(T))rt_chan_make(RT_SIZE_OF(__typeof__(T)), (cap)))
#define rt_untyped(c)                                                                   \
	__extension__({                                                                 \
		__typeof__(c) rt_c_ = (c);                                              \
		(void)sizeof(RT_ELEM_OF(rt_c_)); /* it is a channel of something */     \
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

/* A clock that never goes back, for differences; never 0. */
int64_t rt_nanotime(void);

/* Nanoseconds since the beginning of 1970. */
int64_t rt_walltime(void);

/* Parks for at least d; returns at once when d <= 0. */
void rt_sleep(rt_duration d);

/* Parks until rt_nanotime() is at least when. */
void rt_sleep_until(int64_t when);

typedef struct rt_timer rt_timer;

/* A timer that is due in d (at once if d <= 0; INT64_MAX: never) and then, if period > 0,
 * every period: multiples of it that are over already are left out. When it is due it runs
 * fn(arg) in a goroutine of its own, or sends the int64_t rt_nanotime() on its channel, of
 * capacity 1; a tick that finds the last one still there is dropped. */
rt_timer *rt_timer_func(rt_duration d, rt_duration period, rt_func *fn, void *arg);
rt_timer *rt_timer_chan(rt_duration d, rt_duration period);

/* The channel of the ticks; NULL for a function's timer. It is the timer's: do not free or
 * close it. */
rt_chan *rt_timer_c(rt_timer *t);

/* Stops it. True: it had been pending, or its tick had not been received; fn will not be
 * called, and no tick of before will be received. False: it was stopped before, or has
 * fired; fn may be running. */
bool rt_timer_stop(rt_timer *t);

/* Stops it and starts it anew, in one. Returns what stopping did. */
bool rt_timer_reset(rt_timer *t, rt_duration d, rt_duration period);

/* Stops it and gives its memory back, its channel's too. NULL is fine. A second time is the
 * fatal error "use of a freed timer". */
void rt_timer_free(rt_timer *t);

/* ---- synchronisation ------------------------------------------------------------- */

/* All zero is ready for use, but for what is said below. What lets others through (unlock,
 * done, release, signal, broadcast) does not look at the object once it has: the last one
 * to lock or wait may free it, though the call that let it through has not returned. */

/* Mutual exclusion. Not tied to a goroutine: another one may unlock. Who has waited for
 * more than 1 ms goes before those who come. Unlocking what is not locked is a fatal
 * error, and so is waiting with 4,194,303 others. */
typedef struct {
	uint32_t state, sema;
} rt_mutex;

void rt_mutex_lock(rt_mutex *m);
int rt_mutex_lock_until(rt_mutex *m, int64_t when);
bool rt_mutex_try_lock(rt_mutex *m); /* false: it is locked, or others are first */
void rt_mutex_unlock(rt_mutex *m);

/* Many readers or one writer. A writer that waits keeps new readers out, so a goroutine
 * must not lock for reading twice; when a writer unlocks, the readers that wait go first.
 * Unlocking what is not locked is a fatal error. */
typedef struct {
	rt_mutex w;
	uint32_t writer_sem, reader_sem;
	int32_t reader_count, reader_wait;
} rt_rwmutex;

void rt_rwmutex_rlock(rt_rwmutex *m);
int rt_rwmutex_rlock_until(rt_rwmutex *m, int64_t when);
bool rt_rwmutex_try_rlock(rt_rwmutex *m);
void rt_rwmutex_runlock(rt_rwmutex *m);
void rt_rwmutex_lock(rt_rwmutex *m);
int rt_rwmutex_lock_until(rt_rwmutex *m, int64_t when);
bool rt_rwmutex_try_lock(rt_rwmutex *m);
void rt_rwmutex_unlock(rt_rwmutex *m);

/* Counts goroutines (or anything); wait parks until the count is 0. A count below zero
 * panics. An add to a count of 0 must happen before the wait. */
typedef struct {
	uint64_t state;
	uint32_t sema;
} rt_waitgroup;

void rt_waitgroup_add(rt_waitgroup *wg, int delta);
void rt_waitgroup_done(rt_waitgroup *wg);
void rt_waitgroup_wait(rt_waitgroup *wg);
int rt_waitgroup_wait_until(rt_waitgroup *wg, int64_t when);

/* Waiting for a change of what l protects. Set l before use. wait unlocks l, parks until it
 * is signalled, and locks l again; it is to be called in a loop that looks at what it waits
 * for. Signal wakes who has waited longest, broadcast all; the caller need not hold l. */
typedef struct {
	rt_mutex *l;
	uint32_t wait, notify;
	uintptr_t lock, head, tail;
} rt_cond;

void rt_cond_wait(rt_cond *c);
int rt_cond_wait_until(rt_cond *c, int64_t when); /* l is locked again in either case */
void rt_cond_signal(rt_cond *c);
void rt_cond_broadcast(rt_cond *c);

/* Runs fn(arg) unless that was done before with the same o; returns when it is over. Not
 * from within fn. rt_once_do_until gives up waiting for another who runs it. */
typedef struct {
	uint32_t done;
	rt_mutex m;
} rt_once;

void rt_once_do(rt_once *o, rt_func *fn, void *arg);
int rt_once_do_until(rt_once *o, rt_func *fn, void *arg, int64_t when);

/* A number of permits, at most 2^32 - 1; acquire parks until there is one and takes it.
 * RT_SEM(n) is one with n permits. */
typedef struct {
	uint32_t count;
} rt_sem;

#define RT_SEM(n) RT_VALUE(rt_sem, (uint32_t)(n))

void rt_sem_acquire(rt_sem *s);
int rt_sem_acquire_until(rt_sem *s, int64_t when);
bool rt_sem_try_acquire(rt_sem *s);
void rt_sem_release(rt_sem *s);

/* ---- contexts -------------------------------------------------------------------- */

/* What belongs together and ends together: a request, a connection, the program. A context
 * is over when it is cancelled, its deadline comes or its parent is over. Those who work
 * for it wait for its channel in a select, beside what else they wait for, or hand its
 * deadline to an ..._until call. */
typedef struct rt_ctx rt_ctx;

/* The root of all: never over. Need not be freed. */
rt_ctx *rt_ctx_background(void);

/* A child of parent. One with a deadline (an instant; a duration from now) is over then, or
 * with its parent if that is sooner. */
rt_ctx *rt_ctx_with_cancel(rt_ctx *parent);
rt_ctx *rt_ctx_with_deadline(rt_ctx *parent, int64_t when);
rt_ctx *rt_ctx_with_timeout(rt_ctx *parent, rt_duration d);

/* It is over now, and all that descend from it. A second time does nothing. */
void rt_ctx_cancel(rt_ctx *c);

/* A channel that is closed when c is over; NULL for the background. Not to be freed. */
rt_chan *rt_ctx_done(rt_ctx *c);

/* 0, or once it is over why: -ECANCELED, -ETIMEDOUT. */
int rt_ctx_err(rt_ctx *c);

/* When it will be over at the latest; INT64_MAX: it has no deadline. */
int64_t rt_ctx_deadline(rt_ctx *c);

/* Another handle of c, for one who frees it by himself. Returns c. */
rt_ctx *rt_ctx_ref(rt_ctx *c);

/* Gives a handle back; does not cancel. The memory goes with the last handle, when no
 * child is left. Handles of parents may be given back before their children's. NULL is
 * fine. */
void rt_ctx_free(rt_ctx *c);

/* ---- panics ---------------------------------------------------------------------- */

/* Makes the deferred calls of this goroutine, the last deferred first. If none of them ends
 * the panic (rt_recover), prints "panic: <text>", a blank line, "goroutine N [running]:"
 * and the traceback on descriptor 2, and ends the process with status 2. Text beyond 1023
 * bytes is cut off. */
RT_NORETURN void rt_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Calls fn(arg) when the enclosing braced scope ends, by any way out of it: at its end, by
 * return, break, continue or goto, by a panic, by rt_goexit; not by rt_exit. The last
 * deferred is called first. fn takes arg, a pointer or an integer of any type, and may
 * return anything: rt_defer(rt_mutex_unlock, &m), rt_defer(rt_close, fd). Both arguments are evaluated here and now. It is a declaration:
 * it may stand wherever one may, as often as one likes. Nothing is allocated. */
#define rt_defer(fn, arg) RT_DEFER_IMPL(fn, arg)

/* Calls fn(arg); false: it returned. If it panics, makes the calls deferred since then, ends
 * the panic and returns true, with the text in buf (cut off to fit, and always terminated
 * when size > 0). The panics of the runtime end here too: misuse of channels and the like, a
 * null pointer in the program's own code (SIGSEGV below address 4096), an integer division
 * by zero (SIGFPE). Fatal errors do not, and rt_goexit does not: it makes the calls deferred
 * here and passes; if one of them panics and that would end here, the goexit goes on. A
 * panic of the function that called rt_recover, before it returns, tells of the one that
 * ended here as well: "panic: first [recovered]". */
bool rt_recover(rt_func *fn, void *arg, char *buf, size_t size);

/* The traceback of this goroutine, or of all of the program's with this one first, as the
 * report of a panic has it; all stops the world for it. The text is cut off to fit and always
 * terminated when size > 0. Returns its whole length. */
size_t rt_stack(char *buf, size_t size, bool all);

/* ---- traces ---------------------------------------------------------------------- */

/* Records what goroutines, processors and threads do, in a file at path, which is made anew;
 * docs/trace.md tells how to look at it. The world stops for a moment, in which all
 * goroutines are written down. Returns 0, -EBUSY while a trace is recorded, -ENOMEM, or why
 * the file cannot be written. GODEBUG=trace=FILE does it for the whole program; such a trace
 * can be stopped here too. May park the caller, and its thread may block in the file
 * system. */
int rt_trace_start(const char *path);

/* Ends the trace and waits until the file is complete. A trace that is not stopped ends when
 * the program does, by rt_exit or in a panic. Returns 0, -EINVAL when none is recorded, or
 * the first error of writing: then the file lacks what came after it. */
int rt_trace_stop(void);

/* ---- memory ---------------------------------------------------------------------- */

/* size bytes, aligned to 16. Never NULL: running out of memory is fatal; a size above
 * PTRDIFF_MAX panics. Any goroutine may free what another allocated. */
void *rt_malloc(size_t size);

/* n * size bytes of zeros; panics when the product overflows. */
void *rt_calloc(size_t n, size_t size);

/* The object's content in an object of size bytes, perhaps elsewhere. NULL is like
 * rt_malloc; size 0 gives a minimal object. */
void *rt_realloc(void *p, size_t size);

/* NULL is fine. A second rt_free of the same object is the fatal error "free of a free
 * object", any other address "free of a pointer that was not allocated"; both name the
 * address and the size of the objects there. Debug builds find what was written outside of
 * objects or to freed ones, and the use of all objects of this interface after they were
 * freed: docs/memory.md. */
void rt_free(void *p);

/* The bytes at p that may be used: at least what was asked for, in debug builds just that.
 * 0 for NULL. */
size_t rt_malloc_usable_size(const void *p);

/* What the heap is made of, in bytes where nothing else is said. Read while others go on, so
 * the numbers may be a moment apart. */
struct rt_memclass {
	uint32_t size;    /* of an object */
	uint64_t spans;   /* runs of pages that such objects are cut from */
	uint64_t objects; /* how many the program has */
	uint64_t cached;  /* how many are ready in the processors' caches */
};
struct rt_memstats {
	uint64_t objects;       /* how many the program has, */
	uint64_t object_bytes;  /* and their sizes, rounded up to those of the classes */
	uint64_t large_objects; /* those of them above 32 KiB */
	uint64_t large_bytes;
	uint64_t heap;          /* the heap so far: objects, small stacks and free pages */
	uint64_t heap_free;     /* of it in free pages, */
	uint64_t heap_released; /* of these given back to the system, or not yet taken */
	uint64_t stacks;        /* of the heap for small stacks */
	uint64_t segments;      /* 64 MiB segments of stack: how many there are, */
	uint64_t segments_free; /* and how many of them nobody uses */
	uint64_t other;         /* the runtime's own structures, outside of the heap */
	struct rt_memclass by_class[72]; /* objects of up to 32 KiB, by growing size */
};
void rt_memstats(struct rt_memstats *m);

/* ---- files, network, system calls ------------------------------------------------ */

/* Descriptors are plain numbers; those opened here are close-on-exec. Those that epoll can
 * watch make only their goroutine wait; the others (regular files) keep their thread in the
 * kernel, and the processor is handed to another. A descriptor that came from outside is
 * taken in at its first use here, and keeps its mode: it is waited for before each call. One
 * that is used here must be closed here. Interrupted calls are begun again. One goroutine
 * at a time reads, and one writes; others wait for their turn. A bad pointer to what the kernel
 * reads or writes - bytes, a path, an rt_iovec, a pipe's numbers, an offset, an rt_address - is
 * -EFAULT; one to text, options or results that are the runtime's own is a fault.
 * docs/network.md has more. */

/* flags and mode are open(2)'s, from <fcntl.h>. */
int rt_open(const char *path, int flags, int mode);

/* Up to n bytes; 0 at the end of the file. */
int64_t rt_read(int fd, void *buf, size_t n);

/* All n bytes, or a negative errno: never a short count. A broken pipe at descriptor 1 or 2
 * ends the process by SIGPIPE, as it does other programs, unless that is ignored. */
int64_t rt_write(int fd, const void *buf, size_t n);

/* Calls that wait for fd return -EBADF. */
int rt_close(int fd);

/* A pipe: fd[0] reads what fd[1] writes. */
int rt_pipe(int fd[2]);

/* As rt_read and rt_write, from and to several pieces of memory: a struct iovec each. The
 * write changes v while it works. */
typedef struct {
	void *base;
	size_t len;
} rt_iovec;
int64_t rt_readv(int fd, const rt_iovec *v, int n);
int64_t rt_writev(int fd, rt_iovec *v, int n);

/* n bytes of the file in from *offset on, or from its position if offset is NULL, to the
 * descriptor out, without copying them here. Returns how many, and adds that to the offset or
 * the position: fewer at the end of the file, and when out's deadline passes or an error comes
 * after some of them have gone out. Then the next call returns that as a negative errno, as
 * this one does when none went out: a deadline stays passed until another one is set. */
int64_t rt_sendfile(int out, int in, int64_t *offset, size_t n);

/* network is "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6" with "host:port"
 * ("127.0.0.1:8080", "[::1]:0", ":8080": all addresses of this machine), or "unix",
 * "unixgram", "unixpacket" with a path ("@name": abstract, no file). A host that is a
 * name is looked up in /etc/hosts and then by DNS. They return a descriptor or a
 * negative errno; for a name that does not exist -ENOENT, for a server that does not answer
 * -ETIMEDOUT. */
int rt_listen(const char *network, const char *address);
int rt_dial(const char *network, const char *address);

/* The same with options: 0 everywhere is rt_listen. */
typedef struct {
	int backlog;     /* of connections not yet accepted; 0: the system's limit */
	bool reuse_port; /* several sockets listen at the address and share what comes in */
} rt_listen_options;
int rt_listen_with(const char *network, const char *address, const rt_listen_options *o);

/* The next connection, once it is there. Without descriptors or memory for it, the error
 * comes after a pause (5 ms, up to 1 s if it goes on): a loop that tries again is fine. */
int rt_accept(int fd);

/* Half of a connection: how is 0 for no more reading, 1 writing, 2 both. */
int rt_shutdown(int fd, int how);

/* "127.0.0.1:41234", a path, or "@name"; empty for a socket without a name. Return the
 * length it wanted, as snprintf does, or a negative errno. */
int rt_local_address(int fd, char *buf, size_t size);
int rt_peer_address(int fd, char *buf, size_t size);

/* Instants of rt_nanotime, 0: none. Calls that begin or wait after them return -ETIMEDOUT,
 * until they are set anew. Not for files. */
int rt_set_deadline(int fd, int64_t read_when, int64_t write_when);

/* Datagrams. rt_recv_from returns the datagram's length or what fits of it, and where it
 * came from; from may be NULL. to is of the socket's own family; NULL: to whom the socket
 * is dialled. */
typedef struct {
	uint32_t size; /* of what is used of sockaddr, the kernel's structure */
	uint32_t reserved;
	uint64_t sockaddr[16];
} rt_address;
int64_t rt_recv_from(int fd, void *buf, size_t n, rt_address *from);
int64_t rt_send_to(int fd, const void *buf, size_t n, const rt_address *to);

/* An address from text (not a name), and the text of one, as rt_local_address gives it. */
int rt_address_parse(rt_address *a, const char *network, const char *text);
int rt_address_format(const rt_address *a, char *buf, size_t size);

/* The addresses of a host, up to n, in the order in which rt_dial tries them. Returns how
 * many there are, or a negative errno. Their port is 0. */
int rt_lookup_host(const char *host, rt_address *a, int n);

/* A system call that may block: up to six arguments, integers or pointers of any width.
 * Returns what the kernel returned, a negative errno included; not begun again after a
 * signal. What it changes of a thread, it changes of the one that it happens to be on. Not for
 * rt_sigaction and sigaltstack: a handler installed so would run on a goroutine's stack, where
 * it has no room and may be preempted. Use rt_signal_notify, or with musl its sigaction. */
#define rt_syscall(...) RT_SYSCALL_IMPL(rt_raw_syscall, __VA_ARGS__)

/* A system call on every thread of the process. For what the kernel keeps for each thread -
 * setuid, setgid, setresuid, setresgid, setgroups, setfsuid, capset, prctl
 * (PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_SECCOMP), seccomp, setns and the like - use
 * this: a goroutine may be on any thread. (unshare would give each thread another namespace.)
 * The world stops; when this returns, no thread that runs code of the program is as it was,
 * and threads made later are as these are. Returns what the kernel returned, the same on all
 * threads: an error of the caller's own thread has changed nothing. If another thread has
 * another result, or does not answer for ten seconds, the process ends with a fatal error that
 * says so. Other threads' system calls may be interrupted, as by a signal. -EOPNOTSUPP with a
 * C library, whose own setuid and the like change all threads. docs/hardening.md, "Dropping
 * rights". */
#define rt_syscall_all(...) RT_SYSCALL_IMPL(rt_raw_syscall_all, __VA_ARGS__)

/* ---- a C library beside the runtime ------------------------------------------------ */

/* Runs fn(arg) on a stack like a thread's, for code that knows nothing of goroutines, and
 * without preempting it; other goroutines go on meanwhile on another thread. The stack has
 * RLIMIT_STACK bytes, as it is at the thread's first such call: 8 MiB if that is no limit, and
 * 256 KiB at least. It takes memory as it is touched, and keeps it as long as the thread lives.
 * Running over it is the fatal error "stack overflow". Returns errno as fn left it, 0 if that
 * was not touched: without a C library always. docs/musl.md has more. */
int rt_cgocall(rt_func *fn, void *arg);

/* What a function that rt_cgocall runs may call of this interface: rt_cgocall, which then is a
 * plain call; rt_malloc, rt_calloc, rt_realloc, rt_free, rt_malloc_usable_size, rt_memstats;
 * rt_chan_make, rt_chan_free, rt_chan_len, rt_chan_cap; rt_nanotime, rt_walltime; rt_printf and
 * rt_eprintf, which keep the thread waiting if need be; rt_snprintf, rt_vsnprintf, rt_strerror,
 * rt_address_parse, rt_address_format; rt_getenv, rt_goid (the calling goroutine's),
 * rt_num_cpu, rt_set_max_threads, rt_timer_c, rt_ctx_background, rt_ctx_done, rt_ctx_deadline;
 * rt_defer; rt_exit, whose destructors then run there; and rt_panic, which ends the
 * process there: nothing catches it. Any other call is the fatal error "... called within
 * rt_cgocall", with the function's name. */

/* ---- signals --------------------------------------------------------------------- */

/* From now on sends sig to c (elements: int) instead of doing what it does by default;
 * what does not fit into c is dropped, so give it room. May be called for several signals
 * and channels. -EINVAL for SIGKILL, SIGSTOP, SIGURG (which the runtime uses for
 * preemption), numbers outside 1..64, what an emulator keeps for itself (64 under valgrind)
 * and a null c. SIGSEGV, SIGBUS, SIGFPE and SIGILL are sent to c only when somebody sent
 * them. A program that has asked for a signal can be woken by it: "all goroutines are
 * asleep" is not reported any more. */
int rt_signal_notify(int sig, rt_chan *c);

/* No more signals to c; those that came before are in it when this returns. A signal that
 * no channel wants any more does what it did before. */
void rt_signal_stop(rt_chan *c);

/* ---- text ------------------------------------------------------------------------ */

/* printf as in C: d i u x X o c s p f F e E g G %, with flags, width, precision and the
 * lengths hh h l ll z j t L. Floats are correctly rounded, %p is 0x..., a null %s is
 * "(null)". Text goes to descriptor 1 (rt_eprintf: 2) in pieces of up to 4 KiB, each in
 * one write. Returns the bytes written, or a negative errno. */
int rt_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int rt_eprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Into buf, always terminated when size > 0. Returns the length it wanted, without the
 * terminator; -EOVERFLOW when that is above INT_MAX. */
int rt_snprintf(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int rt_vsnprintf(char *buf, size_t size, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* What an errno means in English; takes -ENOENT and ENOENT alike. */
const char *rt_strerror(int err);

/* ---- behind the macros ----------------------------------------------------------- */

/* A deferred call, in the frame of who deferred it. */
typedef struct rt_deferred {
	struct rt_deferred *link;
	rt_func *fn;
	void *arg;
} rt_deferred;

/* A value of a structure, by all of its members. */
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
int64_t rt_raw_syscall_all(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                           uint64_t e, uint64_t f);

/* Fills up with zeros what is not given. The cast widens an integer with its own sign. */
#define RT_SYSCALL_IMPL(...) RT_SYSCALL_FILL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define RT_SYSCALL_FILL(fn, nr, a, b, c, d, e, f, ...)                                 \
	fn((int64_t)(nr), RT_WORD(a), RT_WORD(b), RT_WORD(c), RT_WORD(d), RT_WORD(e),     \
	   RT_WORD(f))
#define RT_WORD(x) ((uint64_t)(x))

/* A channel of T is a pointer to a function that returns T: a type that holds T, that is
 * the same wherever it is written, and that nobody calls. */
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

/* fn may take any pointer or integer, to which arg converts: they all come in the same
 * register. The type in between is the one that compilers let be cast into any other. */
template <typename T>
struct rt_same {
	typedef T type;
};
template <typename R, typename T>
inline rt_deferred rt_deferred_of(R (*fn)(T), typename rt_same<T>::type arg)
{
	return { 0, (rt_func *)(void (*)())fn, (void *)(uintptr_t)arg };
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

/* Elements are copied as bytes, and nobody constructs or destroys the copies. */
template <typename T>
constexpr size_t rt_size_of()
{
	static_assert(__is_trivially_copyable(T), "elements of channels are copied as bytes");
	return sizeof(T);
}
#define RT_SIZE_OF(T) (rt_size_of<T>())
#else
#define RT_SIZE_OF(T) sizeof(T)

/* fn may take any pointer or integer, and is looked at as if it were called with arg: they all
 * come in the same register. The type in between is the one that compilers let be cast into
 * any other. */
#define RT_DEFERRED(fn, arg)                                                            \
	{ 0, ((void)(__typeof__((fn)(arg)) *)0, (rt_func *)(void (*)(void))(fn)),       \
	  ((void)sizeof(char[RT_IS_REAL(arg) ? -1 : 1]), (void *)(uintptr_t)(arg)) }
#define RT_IS_REAL(x) (__builtin_classify_type(x) == __builtin_classify_type(0.0))

/* A channel of either kind. Any other pointer is refused, since it cannot be called as a
 * typed channel can. */
#define RT_ANY_CHAN(c)                                                                  \
	__extension__(_Generic((c), rt_chan *: (c), void *: (c),                        \
		default: ((void)(__typeof__(RT_CALLABLE(c)((rt_chan *)0)) *)0, (rt_chan *)(c))))
#define RT_CALLABLE(c)                                                                  \
	_Generic((c), rt_chan *: (rt_chan_free), void *: (rt_chan_free), default: (c))
#endif
#endif
