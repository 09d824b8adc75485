// keepthread.c - functions of a C library that block signals and wait before they unblock them.
//
// The mask is the thread's. A goroutine that parks may continue on another thread: the first
// would keep its signals blocked. So these keep their thread.
//
// An archive member, so that a program links the functions only if it calls them.
//
// Unyielding: as gate_libc.c.
//
// built: unyielding
#include "cgo/gate.h"

int __real_forkpty(int *master, char *name, const void *termios, const void *size);
int __wrap_forkpty(int *master, char *name, const void *termios, const void *size);
int __real_wordexp(const char *words, void *result, int flags);
int __wrap_wordexp(const char *words, void *result, int flags);

// The child keeps it.
int __wrap_forkpty(int *master, char *name, const void *termios, const void *size)
{
	bool keeps = __rt0_keepthread();
	int pid = __real_forkpty(master, name, termios, size);

	if (keeps && pid != 0)
		rt_unlock_os_thread();
	return pid;
}

int __wrap_wordexp(const char *words, void *result, int flags)
{
	bool keeps = __rt0_keepthread();
	int r = __real_wordexp(words, result, flags);

	if (keeps)
		rt_unlock_os_thread();
	return r;
}
