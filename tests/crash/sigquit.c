// tests/crash/sigquit.c - SIGQUIT shows where it struck, every goroutine and the registers.
// env: GOMAXPROCS=1
// stderr~: \ASIGQUIT: quit\nPC=0x[0-9a-f]+ m=[0-9]+ sigcode=0\n\n
// stderr~: ^goroutine 1 \[sleep\]:\n(rt_sleep\(\.\.\.\)\n\t.*\n)?rt_main\(\.\.\.\)\n
// stderr~: ^goroutine [0-9]+ \[chan receive\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?receives\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^r0     0x[0-9a-f]+\nr1     0x[0-9a-f]+\n(r[0-9]+ +0x[0-9a-f]+\n){28}lr     0x[0-9a-f]+\nsp     0x[0-9a-f]+\npc     0x[0-9a-f]+\npstate 0x[0-9a-f]+\nfault  0x[0-9a-f]+\n\Z|^rax    0x[0-9a-f]+\nrbx    0x[0-9a-f]+\n(r[a-z0-9]+ +0x[0-9a-f]+\n){16}cs     0x[0-9a-f]+\nfs     0x[0-9a-f]+\ngs     0x[0-9a-f]+\n\Z
// exit: 2
#include <rt.h>
#include <sys/syscall.h>

static volatile int kept;

static void receives(void *arg)
{
	rt_chan_recv(arg, NULL);
	kept++;
}

static void kills(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++)
		rt_gosched(); // the others wait by then: there is one processor
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 3);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(receives, rt_chan_make(0, 0));
	rt_go(kills, NULL);
	rt_sleep(100 * RT_SECOND); // nobody else can end it
	return 0;
}
