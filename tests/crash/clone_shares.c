// tests/crash/clone_shares.c - clone by rt_syscall is refused where the child would share the
// memory, and with it the goroutine's stack.
// env: WHICH=clone
// env: WHICH=stack
// env: WHICH=clone3
// stderr: fatal error: rt_syscall: clone with shared memory or a stack: use rt_process_start
// exit: 2
#include "../lib/test.h"

enum { CLONE_VM = 0x100, CLONE_VFORK = 0x4000, SIGCHLD = 17 };

int rt_main(int argc, char **argv)
{
	static char stack[4096];
	uint64_t args[8] = { [0] = CLONE_VM | CLONE_VFORK, [4] = SIGCHLD };
	const char *which = rt_getenv("WHICH");

	(void)argc;
	(void)argv;
	if (same(which, "clone"))
		rt_syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0);
	else if (same(which, "stack"))
		rt_syscall(SYS_clone, SIGCHLD, stack + sizeof stack);
	else
		rt_syscall(SYS_clone3, args, sizeof args);
	return 0;
}
