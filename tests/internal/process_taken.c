// tests/internal/process_taken.c - of two waiters for a process, the one that finds the status
// taken and the handle not closed yet ends with a fatal error; it takes no other child's status.
// stderr: fatal error: use of a process that was waited for or detached
// exit: 2
#include "internal.h"

#include "runtime/io/fd.h"

int rt_main(int argc, char **argv)
{
	char *args[] = { "true", NULL };
	rt_process *p, *other;
	Fd *d;

	(void)argc;
	(void)argv;
	equal(rt_process_start(&other, "/bin/true", args, NULL), 0);
	while (rt_process_signal(other, 0) == 0) // its status can be taken now
		rt_gosched();
	equal(rt_process_start(&p, "/bin/true", args, NULL), 0);
	equal(fdhold((int32_t)(uint32_t)(uintptr_t)p - 1, &d), 0);
	equal(rt_syscall(__NR_wait4, d->pid, NULL, 0, NULL), d->pid);
	d->pid = 0; // as after the other's reap
	rt_process_wait(p, NULL);
	return 0;
}
