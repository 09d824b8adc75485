// gdb.c - the program that tests/check/gdb.py looks at: a goroutine of each kind, and when
// all of them are in their places, main in stop(). With an argument it ends in a panic there.
#include "../lib/waiting.h"

#define KEPT __attribute__((noipa))

rt_chan *empty, *full, *events;
rt_waitgroup group;
int pipefd[2];
volatile int here, spinning = 1;
int sched = 7; // the runtime has a variable of this name too

static void arrive(void)
{
	__atomic_add_fetch(&here, 1, __ATOMIC_SEQ_CST);
}

KEPT void receiver(void *c)
{
	uint64_t got;

	arrive();
	rt_chan_recv(c, &got);
	here++;
}

KEPT void sender(void *c)
{
	uint64_t sent = 40;

	arrive();
	rt_chan_send(c, &sent);
	here++;
}

KEPT void sleeper(void *arg)
{
	(void)arg;
	arrive();
	rt_sleep(3600 * RT_SECOND);
	here++;
}

KEPT int deeper(int n)
{
	volatile char frame[5000];

	frame[0] = (char)n;
	arrive();
	rt_chan_recv(empty, NULL);
	return frame[0] + here;
}

KEPT void deep(void *arg)
{
	(void)arg;
	here += deeper(5);
}

KEPT void reader(void *arg)
{
	char c;

	(void)arg;
	arrive();
	rt_syscall(SYS_read, pipefd[0], &c, 1); // a read that blocks its thread
	here++;
}

KEPT void spinner(void *arg)
{
	(void)arg;
	arrive();
	while (spinning)
		;
	here++;
}

KEPT void waiter(void *arg)
{
	(void)arg;
	arrive();
	rt_waitgroup_wait(&group);
	here++;
}

KEPT void locked(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	arrive();
	rt_chan_recv(empty, NULL);
	here++;
}

KEPT void forgotten(void *arg)
{
	(void)arg;
	rt_chan_recv(NULL, NULL);
	here++;
}

KEPT void fresh(void *arg)
{
	(void)arg;
	here++;
}

KEPT void stop(int n)
{
	here += n;
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	empty = rt_chan_make(sizeof(uint64_t), 0);
	full = rt_chan_make(sizeof(uint64_t), 3);
	events = rt_chan_make(12, 2);
	for (uint64_t i = 10; i <= 30; i += 10)
		rt_chan_send(full, &i);
	rt_chan_send(events, "twelve bytes");
	rt_syscall(SYS_pipe, pipefd); // rt_pipe makes ones that do not block
	rt_waitgroup_add(&group, 1);
	rt_go(receiver, empty);
	rt_go(sender, full);
	rt_go(sleeper, NULL);
	rt_go(deep, NULL);
	rt_go(reader, NULL);
	rt_go(waiter, NULL);
	rt_go(locked, NULL);
	rt_go(forgotten, NULL);
	await_in(3, "chan receive");
	await_in(1, "chan send");
	await_in(1, "sleep");
	await_in(1, "syscall");
	await_in(1, "sync.WaitGroup.Wait");
	await_in(1, "chan receive (nil chan)");
	rt_leaks(-1, NULL);
	rt_go(spinner, NULL);
	while (here < 8)
		rt_gosched();
	rt_go(fresh, NULL);
	stop(0);
	if (argc > 1)
		rt_panic("the end");
	while (here < 0) // only a debugger makes it so
		rt_sleep(RT_SECOND);
	return 0;
}
