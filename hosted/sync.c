// sync.c - the order that semaphores, wait groups and rt_once make.
#include "hosted/wrap.h"

VOID(rt_waitgroup_add, (rt_waitgroup *wg, int n), (wg, n), if (n < 0) publish(wg), )
VOID(rt_waitgroup_done, (rt_waitgroup *wg), (wg), publish(wg), )
VOID(rt_waitgroup_wait, (rt_waitgroup *wg), (wg), , observe(wg))
VALUE(rt_waitgroup_wait_until, int, (rt_waitgroup *wg, int64_t when), (wg, when), ,
      if (r == 0) observe(wg))

VOID(rt_sem_acquire, (rt_sem *s), (s), , observe(s))
VALUE(rt_sem_acquire_until, int, (rt_sem *s, int64_t when), (s, when), ,
      if (r == 0) observe(s))
VALUE(rt_sem_try_acquire, bool, (rt_sem *s), (s), , if (r) observe(s))
VOID(rt_sem_release, (rt_sem *s), (s), publish(s), )

// What the function did is published in once.c.
VOID(rt_once_do, (rt_once *o, rt_func *fn, void *arg), (o, fn, arg), , observe(o))
VALUE(rt_once_do_until, int, (rt_once *o, rt_func *fn, void *arg, int64_t when),
      (o, fn, arg, when), ,
      if (r == 0) observe(o))
