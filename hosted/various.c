// various.c - functions that take or fill memory of the program's, and order nothing; and
// functions that wait for others' end.
#include <errno.h>

#include "hosted/wrap.h"

VOID(rt_go_copy, (rt_func *fn, const void *args, size_t size), (fn, args, size),
      readby(args, size), )
VALUE(rt_join_until, int, (rt_task *t, int64_t when, void **result), (t, when, result), ,
      if (r == 0) writtenby(result, sizeof *result))
VALUE(rt_stack, size_t, (char *buf, size_t size, bool all), (buf, size, all), ,
      writtenby(buf, r < size ? r + 1 : size))
VALUE(rt_trace_start, int, (const char *path), (path), stringread(path), )
VALUE(rt_getenv, const char *, (const char *name), (name), stringread(name), )
VOID(rt_memstats, (struct rt_memstats *m), (m), , writtenby(m, sizeof *m))

// The objects are the C library's: a sanitizer knows what leads to them (hosted/leak.c).
int64_t rt_leaks(int fd, rt_leak_counts *counts)
{
	(void)fd;
	(void)counts;
	return -ENOSYS;
}

void rt_root_add(const void *lo, size_t size)
{
	(void)lo;
	(void)size;
}

void rt_root_remove(const void *lo)
{
	(void)lo;
}

VALUE(rt_wait_alone, int, (int64_t when, int fd), (when, fd), , observe(&__rt0_left))
VALUE(rt_test, int, (rt_func *fn, void *arg), (fn, arg), __rt0_testing = true,
      __rt0_testing = false; observe(&__rt0_left))
VALUE(rt_test_seeds, int, (int n, rt_func *fn, void *arg), (n, fn, arg), __rt0_testing = true,
      __rt0_testing = false; observe(&__rt0_left))
VOID(rt_test_wait, (void), (), , observe(&__rt0_left))
