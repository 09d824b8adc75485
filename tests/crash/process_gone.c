// tests/crash/process_gone.c - waiting for a process again, or after giving it up, is a fatal
// error.
// env: WHICH=wait
// env: WHICH=until
// env: WHICH=detach
// env: WHICH=null
// stderr: fatal error: use of a process that was waited for or detached
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	const char *which = rt_getenv("WHICH");
	rt_process *p;

	(void)argc;
	(void)argv;
	equal(rt_process_start(&p, "/bin/true", (char *[]){ "true", NULL }, NULL), 0);
	equal(rt_process_wait(p, NULL), 0);
	if (same(which, "wait"))
		rt_process_wait(p, NULL);
	else if (same(which, "until"))
		rt_process_wait_until(p, NULL, 0);
	else if (same(which, "detach"))
		rt_process_detach(p);
	else
		rt_process_wait(NULL, NULL);
	return 0;
}
