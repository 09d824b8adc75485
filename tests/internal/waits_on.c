// tests/internal/waits_on.c - a parked goroutine leads to what it waits on: a semaphore's
// counter, an address within an rwmutex, a cond, a task; a system call's arguments are in its
// frame.
// matrix: GOMAXPROCS=1,4
#include "internal.h"
#include "runtime/sched/g.h"
#include "../lib/waiting.h"

// Waits for the state and returns what the goroutine in it waits on.
static uintptr_t waits_on(const char *state, uint8_t reason)
{
	await_in(1, state);
	for (uintptr_t i = 0; i < allglen; i++) {
		G *gp = allgs[i];

		if (readgstatus(gp) != Gwaiting || gp->waitreason != reason)
			continue;
		check(gp->waiting && gp->waiting->g == gp);
		return (uintptr_t)gp->waiting->addr;
	}
	check(!"nobody waits");
	return 0;
}

static bool within(uintptr_t p, const void *object, size_t size)
{
	return p - (uintptr_t)object < size;
}

typedef struct {
	rt_mutex m;
	rt_rwmutex rw;
	rt_waitgroup wg;
	rt_cond c;
	rt_sem sem;
} Things;

static void *mutex(void *p)
{
	Things *t = p;

	rt_mutex_lock(&t->m);
	rt_mutex_unlock(&t->m);
	return NULL;
}

static void *reader(void *p)
{
	Things *t = p;

	check(rt_rwmutex_rlock_until(&t->rw, rt_nanotime() + 3600 * RT_SECOND) == 0);
	rt_rwmutex_runlock(&t->rw);
	return NULL;
}

static void *waiter(void *p)
{
	Things *t = p;

	rt_waitgroup_wait(&t->wg);
	return NULL;
}

static void *cond(void *p)
{
	Things *t = p;

	rt_mutex_lock(&t->m);
	rt_cond_wait(&t->c);
	rt_mutex_unlock(&t->m);
	check(getg()->waiting == NULL);
	return NULL;
}

static void *sem(void *p)
{
	Things *t = p;

	rt_sem_acquire(&t->sem);
	check(getg()->waiting == NULL);
	return NULL;
}

// ---- a system call ----

static int ends[2];

static void *reads(void *p)
{
	(void)p;
	check(rt_syscall(SYS_read, ends[0], rt_malloc(100), 77) == 1);
	return NULL;
}

// Is n among the words of the frame that ends at sp?
static bool inframe(uintptr_t sp, uintptr_t n)
{
	enum { Frame = 256 };
	bool found = false;

	for (uintptr_t p = sp - Frame; p < sp; p += 8)
		found |= *(volatile uintptr_t *)p == n;
	return found;
}

static void syscalls(void)
{
	rt_task *t;
	G *gp = NULL;

	check(rt_syscall(SYS_pipe2, ends, 0) == 0);
	t = rt_spawn(reads, NULL);
	while (!gp) {
		rt_gosched();
		for (uintptr_t i = 0; i < allglen; i++) {
			if (readgstatus(allgs[i]) == Gsyscall)
				gp = allgs[i];
		}
	}
	check(inframe(gp->syscallsp, 77));
	check(inframe(gp->syscallsp, (uintptr_t)ends[0]));
	check(rt_syscall(SYS_write, ends[1], "", 1) == 1);
	rt_join(t);
}

int rt_main(int argc, char **argv)
{
	Things *t = rt_calloc(1, sizeof *t);
	rt_task *task;

	(void)argc, (void)argv;
	t->c.l = &t->m;

	rt_mutex_lock(&t->m);
	task = rt_spawn(mutex, t);
	check(within(waits_on("sync.Mutex.Lock", WaitReasonMutexLock), &t->m, sizeof t->m));
	rt_mutex_unlock(&t->m);
	rt_join(task);

	rt_rwmutex_lock(&t->rw);
	task = rt_spawn(reader, t);
	check(within(waits_on("sync.RWMutex.RLock", WaitReasonRWMutexRLock), &t->rw, sizeof t->rw));
	rt_rwmutex_unlock(&t->rw);
	rt_join(task);

	rt_waitgroup_add(&t->wg, 1);
	task = rt_spawn(waiter, t);
	check(within(waits_on("sync.WaitGroup.Wait", WaitReasonWaitGroupWait), &t->wg, sizeof t->wg));
	rt_waitgroup_done(&t->wg);
	rt_join(task);

	task = rt_spawn(cond, t);
	check(waits_on("sync.Cond.Wait", WaitReasonCondWait) == (uintptr_t)&t->c);
	rt_mutex_lock(&t->m);
	rt_cond_signal(&t->c);
	rt_mutex_unlock(&t->m);
	rt_join(task);

	task = rt_spawn(sem, t);
	check(within(waits_on("semacquire", WaitReasonSemacquire), &t->sem, sizeof t->sem));
	rt_sem_release(&t->sem);
	rt_join(task);

	syscalls();
	rt_printf("ok\n");
	return 0;
}
