// tests/programs/freed_locks.c - the last one to use a lock may free it at once.
//
// Each object has a page of its own. The goroutine that finds, with the lock held, that it is
// the last one unmaps the page as soon as it has unlocked. If another's unlock still read the
// object, that would be a fault.
// matrix: GOMAXPROCS=1,2,4
// arch: not qemu: it needs minutes for so many mappings
#include "../lib/rounds.h"
#include "../lib/test.h"

#include <sys/mman.h>

enum { Users = 4, Rounds = 1500 };

typedef struct {
	rt_mutex m;
	rt_rwmutex rw;
	rt_cond cond;
	rt_sem sem;
	rt_waitgroup wg;
	int left;
	bool ready;
} Shared;

static rt_waitgroup all;

static Shared *map(void)
{
	int64_t p = rt_syscall(SYS_mmap, 0, sizeof(Shared), PROT_READ | PROT_WRITE,
	                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p > 0);
	return (Shared *)p;
}

static void unmap(Shared *s)
{
	equal(rt_syscall(SYS_munmap, s, sizeof(Shared)), 0);
}

static void usemutex(void *arg)
{
	Shared *s = arg;
	bool last;

	if (rt_goid() % 2)
		rt_mutex_lock(&s->m);
	else
		while (rt_mutex_lock_until(&s->m, rt_nanotime() + 20 * RT_MICROSECOND) < 0)
			;
	rt_gosched();
	last = --s->left == 0;
	rt_mutex_unlock(&s->m);
	if (last)
		unmap(s);
	rt_waitgroup_done(&all);
}

static void readlock(void *arg)
{
	Shared *s = arg;

	rt_rwmutex_rlock(&s->rw);
	rt_gosched();
	__atomic_sub_fetch(&s->left, 1, __ATOMIC_SEQ_CST);
	rt_rwmutex_runlock(&s->rw);
	rt_waitgroup_done(&all);
}

// Readers may hold it together, so it takes a writer to know that none is there any more.
static void writelock(void *arg)
{
	Shared *s = arg;
	bool last;

	do {
		while (rt_rwmutex_lock_until(&s->rw, rt_nanotime() + 20 * RT_MICROSECOND) < 0)
			;
		last = s->left == 0;
		rt_rwmutex_unlock(&s->rw);
	} while (!last);
	unmap(s);
	rt_waitgroup_done(&all);
}

static void finish(void *arg)
{
	rt_waitgroup_done(&((Shared *)arg)->wg);
	rt_waitgroup_done(&all);
}

static void wait(void *arg)
{
	Shared *s = arg;

	rt_waitgroup_wait(&s->wg);
	unmap(s);
	rt_waitgroup_done(&all);
}

static void release(void *arg)
{
	rt_sem_release(&((Shared *)arg)->sem);
	rt_waitgroup_done(&all);
}

static void acquire(void *arg)
{
	Shared *s = arg;

	for (int i = 0; i < Users - 1; i++)
		rt_sem_acquire(&s->sem);
	unmap(s);
	rt_waitgroup_done(&all);
}

static void signal(void *arg)
{
	Shared *s = arg;

	rt_mutex_lock(&s->m);
	s->ready = true;
	if (s->left % 2)
		rt_cond_signal(&s->cond);
	else
		rt_cond_broadcast(&s->cond);
	rt_mutex_unlock(&s->m);
	rt_waitgroup_done(&all);
}

static void await(void *arg)
{
	Shared *s = arg;

	rt_mutex_lock(&s->m);
	while (!s->ready)
		rt_cond_wait(&s->cond);
	rt_mutex_unlock(&s->m);
	unmap(s);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int i = 0, n = rounds(Rounds); i < n; i++) {
		Shared *s = map();

		s->left = Users;
		go_all(&all, Users, usemutex, s);
		s = map();
		s->left = Users - 1;
		go_all(&all, 1, writelock, s);
		go_all(&all, Users - 1, readlock, s);
		s = map();
		rt_waitgroup_add(&s->wg, Users - 1);
		go_all(&all, Users - 1, finish, s);
		go_all(&all, 1, wait, s);
		s = map();
		go_all(&all, 1, acquire, s);
		go_all(&all, Users - 1, release, s);
		s = map();
		s->cond.l = &s->m;
		s->left = i;
		go_all(&all, 1, await, s);
		go_all(&all, 1, signal, s);
		if (i % 16 == 15)
			rt_waitgroup_wait(&all);
	}
	rt_waitgroup_wait(&all);
	return 0;
}
