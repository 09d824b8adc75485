// calls.c - functions that order nothing, or tell of it themselves (runtime/base/hosted.h), and
// access no memory of the program's. They are for goroutines, and so wrapped for code that is none.
#include "hosted/wrap.h"

VOID(rt_gosched, (void), (), , )
VOID(rt_sleep, (rt_duration d), (d), , )
VOID(rt_sleep_until, (int64_t when), (when), , )
VALUE(rt_goid, uint64_t, (void), (), , )
VALUE(rt_num_goroutine, int, (void), (), , )
VALUE(rt_gomaxprocs, int, (int n), (n), , )
VOID(rt_lock_os_thread, (void), (), , )
VOID(rt_unlock_os_thread, (void), (), , )

VALUE(rt_join, void *, (rt_task *t), (t), , )
VOID(rt_detach, (rt_task *t), (t), , )
VALUE(rt_group_wait, int, (rt_group *g), (g), , )
VALUE(rt_group_new, rt_group *, (rt_ctx *parent), (parent), , )
VALUE(rt_group_ctx, rt_ctx *, (rt_group *g), (g), , )
VOID(rt_group_limit, (rt_group *g, int n), (g, n), , )
// The mutex orders what a condition is about; a signal is a hint.
VOID(rt_cond_signal, (rt_cond *c), (c), , )
VOID(rt_cond_broadcast, (rt_cond *c), (c), , )

VALUE(rt_timer_func, rt_timer *, (rt_duration d, rt_duration period, rt_func *fn, void *arg),
      (d, period, fn, arg), , )
VALUE(rt_timer_chan, rt_timer *, (rt_duration d, rt_duration period), (d, period), , )
VALUE(rt_timer_c, rt_chan *, (rt_timer *t), (t), , )
VALUE(rt_timer_reset, bool, (rt_timer *t, rt_duration d, rt_duration period), (t, d, period), , )
VALUE(rt_timer_stop, bool, (rt_timer *t), (t), , )
VOID(rt_timer_free, (rt_timer *t), (t), , )

VALUE(rt_ctx_background, rt_ctx *, (void), (), , )
VALUE(rt_ctx_with_cancel, rt_ctx *, (rt_ctx *parent), (parent), , )
VALUE(rt_ctx_with_deadline, rt_ctx *, (rt_ctx *parent, int64_t when), (parent, when), , )
VALUE(rt_ctx_with_timeout, rt_ctx *, (rt_ctx *parent, rt_duration d), (parent, d), , )
VALUE(rt_ctx_done, rt_chan *, (rt_ctx *c), (c), , )
VALUE(rt_ctx_deadline, int64_t, (rt_ctx *c), (c), , )
VALUE(rt_ctx_err, int, (rt_ctx *c), (c), , )
VOID(rt_ctx_cancel, (rt_ctx *c), (c), , )
VALUE(rt_ctx_ref, rt_ctx *, (rt_ctx *c), (c), , )
VOID(rt_ctx_free, (rt_ctx *c), (c), , )
VALUE(rt_ctx_bind, int, (rt_ctx *c, int fd), (c, fd), , )

VALUE(rt_signal_notify, int, (int sig, rt_chan *c), (sig, c), , )
VOID(rt_signal_stop, (rt_chan *c), (c), , )
VALUE(rt_process_pid, int, (const rt_process *p), (p), , )
VOID(rt_process_detach, (rt_process *p), (p), , )
VOID(rt_chan_free, (rt_chan *c), (c), , )
VALUE(rt_chan_len, size_t, (rt_chan *c), (c), , )
VALUE(rt_chan_cap, size_t, (rt_chan *c), (c), , )
