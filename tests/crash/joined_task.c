// tests/crash/joined_task.c - a task that was joined or detached cannot be joined or detached
// once more, in every build: while its memory is free, when it is another object, while its
// goroutine runs still.
// env: FIRST=join THEN=join
// env: FIRST=join THEN=detach
// env: FIRST=join THEN=join_until
// env: FIRST=detach THEN=join
// env: FIRST=detach THEN=detach
// env: FIRST=join_until THEN=join
// env: FIRST=join THEN=join WHAT=used
// env: FIRST=detach THEN=join WHAT=runs
// env: FIRST=detach THEN=detach WHAT=runs
// stderr~: ^fatal error: use of (a task that was joined or detached|a freed task): 0x[0-9a-f]+(, which is memory now)?$
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
// timeout: 20
#include "../lib/test.h"

static rt_sem run;

static void *work(void *arg)
{
	rt_sem_acquire(&run);
	return arg;
}

static void giveup(const char *how, rt_task *t)
{
	if (same(how, "join"))
		rt_join(t);
	else if (same(how, "detach"))
		rt_detach(t);
	else
		rt_join_until(t, rt_nanotime() + 10 * RT_SECOND, NULL);
}

int rt_main(int argc, char **argv)
{
	const char *what = rt_getenv("WHAT");
	rt_task *t = rt_spawn(work, NULL);
	size_t n = rt_malloc_usable_size(t);
	void *p;

	(void)argc, (void)argv;
	if (!what || same(what, "used")) {
		rt_sem_release(&run);
		while (rt_num_goroutine() > 1)
			rt_gosched();
	}
	giveup(rt_getenv("FIRST"), t);
	if (what && same(what, "used")) {
		do {
			p = rt_malloc(n);
			__builtin_memset(p, 1, n);
		} while (p != t);
	}
	giveup(rt_getenv("THEN"), t);
	return 0;
}
