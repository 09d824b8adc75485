#!/bin/sh
# tests/check/qemu.sh - programs run under qemu-user, which pays for each page of address space
# that is reserved: hello starts in less than a second of processor time, and the emulator needs
# less than 128 MiB for it; channels, sleeps, a heap of 300 MiB and many goroutines work there.
# stdout: ok
# needs: qemu-x86_64 python3
# timeout: 120

. "$RT0_ROOT/tests/lib/expect.sh"
cat >works.c <<'END2'
#include <rt.h>

enum { Goroutines = 200, Objects = 3000, Size = 100000 };

static void worker(void *arg)
{
	uint64_t id = rt_goid();

	rt_sleep(RT_MILLISECOND);
	rt_chan_send(arg, &id);
}

int rt_main(int argc, char **argv)
{
	static uint64_t *p[Objects];
	rt_chan *c = rt_chan_make(sizeof(uint64_t), 0);
	uint64_t id, sum = 0;

	(void)argc, (void)argv;
	for (int i = 0; i < Goroutines; i++)
		rt_go(worker, c);
	for (int i = 0; i < Goroutines; i++) {
		rt_chan_recv(c, &id);
		sum += id != 0;
	}
	for (int i = 0; i < Objects; i++) {
		p[i] = rt_malloc(Size);
		p[i][0] = p[i][Size / 8 - 1] = (uint64_t)i;
	}
	for (int i = 0; i < Objects; i++) {
		sum += p[i][0] == (uint64_t)i && p[i][Size / 8 - 1] == (uint64_t)i;
		rt_free(p[i]);
	}
	rt_printf("%lu\n", (unsigned long)sum);
	return 0;
}
END2
"$rtcc" -O2 "$RT0_ROOT/examples/hello.c" -o hello &&
	"$rtcc" -O2 works.c -o works || exit 1

cat >run.py <<'END2'
import resource, subprocess, sys

def run(program, want, seconds, kib):
    """Limits of time are the processor's: a busy machine must not matter. The figures are the
    greatest of all children so far, so the small program goes first."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["qemu-x86_64", program], stdout=subprocess.PIPE, timeout=100)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode or done.stdout != want:
        sys.exit(f"{program}: status {done.returncode}, {done.stdout}")
    if used > seconds or after.ru_maxrss > kib:
        sys.exit(f"{program}: {used:.2f} s, {after.ru_maxrss} KiB")

run("./hello", b"hello, world\n", 1, 128 << 10)
run("./works", b"3200\n", 20, 1 << 20)
print("ok")
END2
exec python3 run.py
