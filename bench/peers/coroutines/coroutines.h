// coroutines.h - what the workloads ask of a library with coroutines in C: neco (-DNECO) or
// libdill. Both have one thread, and nothing but calls of theirs lets another coroutine run.
#ifndef COROUTINES_H
#define COROUTINES_H

#include "../peer.h"
#include "../procstatus.h"

#ifdef NECO
#include <neco.h>

#define bench_main neco_main

// Defines a coroutine of that name: void name(T *arg).
#define COROUTINE(name, T, arg)                          \
	static inline void name##_body(T *arg);          \
	static void name(int argc, void **argv)          \
	{                                                \
		(void)argc;                              \
		name##_body(argv[0]);                    \
	}                                                \
	static inline void name##_body(T *arg)

#define start(name, arg) neco_start(name, 1, arg)
#define yield() neco_yield()
#define nap(ns) neco_sleep(ns)

// Coroutines that are waited for: each begins by start_in and ends with leave.
typedef neco_waitgroup Group;

#define group_init(group) neco_waitgroup_init(group)
#define start_in(group, name, arg) (neco_waitgroup_add(group, 1), neco_start(name, 1, arg))
#define leave(group) neco_waitgroup_done(group)
#define group_wait(group) neco_waitgroup_wait(group)
#define many_in(group, name, arg, stack) start_in(group, name, arg)

typedef neco_chan *Channel;

static inline Channel chan_make(void)
{
	Channel c;

	neco_chan_make(&c, sizeof(int64_t), 0);
	return c;
}

static inline void chan_free(Channel c)
{
	neco_chan_release(c);
}

static inline int chan_send(Channel c, int64_t v)
{
	return neco_chan_send(c, &v);
}

// Negative when the channel is closed.
static inline int chan_recv(Channel c, int64_t *v)
{
	return neco_chan_recv(c, v) == NECO_OK ? 0 : -1;
}

static inline void chan_close(Channel c)
{
	neco_chan_close(c);
}

static inline int64_t chan_recv4(Channel c[4])
{
	int64_t v;
	int i = neco_chan_selectv(4, c);

	neco_chan_case(c[i], &v);
	return v;
}

#else
#define DILL_DISABLE_RAW_NAMES
#include <libdill.h>

#define bench_main main
#define COROUTINE(name, T, arg) dill_coroutine static void name(T *arg)

static int detached; // the bundle of those that nobody waits for

__attribute__((constructor)) static void detach(void)
{
	detached = dill_bundle();
}

#define start(name, arg) dill_bundle_go(detached, name(arg))
#define yield() dill_yield()
#define nap(ns) dill_msleep(dill_now() + ((ns) + 999999) / 1000000)

typedef int Group;

#define group_init(group) (*(group) = dill_bundle())
#define start_in(group, name, arg) dill_bundle_go(*(group), name(arg))
#define leave(group) ((void)(group))
#define group_wait(group) dill_bundle_wait(*(group), -1)

// The library's own stacks have 256 KiB and a guard, which is a mapping: too many for 100,000.
enum { Stack = 16384 };

#define many_in(group, name, arg, stack) dill_bundle_go_mem(*(group), name(arg), stack, Stack)

typedef struct {
	int end[2];
} Channel;

static inline Channel chan_make(void)
{
	Channel c;

	dill_chmake(c.end);
	return c;
}

static inline void chan_free(Channel c)
{
	dill_hclose(c.end[0]);
	dill_hclose(c.end[1]);
}

static inline int chan_send(Channel c, int64_t v)
{
	return dill_chsend(c.end[0], &v, sizeof v, -1);
}

static inline int chan_recv(Channel c, int64_t *v)
{
	return dill_chrecv(c.end[1], v, sizeof *v, -1);
}

static inline void chan_close(Channel c)
{
	dill_chdone(c.end[0]);
}

static inline int64_t chan_recv4(Channel c[4])
{
	int64_t v;
	struct dill_chclause k[4];

	for (int i = 0; i < 4; i++)
		k[i] = (struct dill_chclause){ DILL_CHRECV, c[i].end[1], &v, sizeof v };
	dill_choose(k, 4, -1);
	return v;
}
#endif

// Because neco ends the process without the C library's exit, which would write what is left.
__attribute__((constructor)) static void write_at_once(void)
{
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

#endif
