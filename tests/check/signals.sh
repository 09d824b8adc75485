#!/bin/sh
# tests/check/signals.sh - the signals that the runtime handles, those that it leaves
# ignored, and the mask, as the kernel shows them.
# needs: gcc nohup

cd "$RT0_TMP" || exit 1
gcc -O1 "$RT0_ROOT/tests/check/execve.c" -o execve || exit 1
cat >show.c <<'END'
#include <rt.h>

#include <fcntl.h>
#include <sys/syscall.h>

static char text[8192];

static void show(const char *path)
{
	int fd = rt_open(path, O_RDONLY, 0);
	int64_t n = rt_read(fd, text, sizeof text);

	rt_write(1, text, n > 0 ? (size_t)n : 0);
	rt_close(fd);
}

static void on_a_new_thread(void *done)
{
	char path[64];

	rt_lock_os_thread();
	rt_snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)rt_syscall(SYS_gettid));
	show(path);
	rt_chan_send(done, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	show("/proc/self/status");
	// The main thread's is taken, so this one gets another.
	rt_lock_os_thread();
	rt_go(on_a_new_thread, done);
	rt_chan_recv(done, NULL);
	return 0;
}
END
"$RT0_ROOT/tools/rtcc" show.c -o show || exit 1
status=0

# has LINE: both threads' status has it.
has() {
	[ "$(grep -c "^$1\$" out)" -eq 2 ] && return
	echo "FAILED: $what: '$1' of both threads; they have:"
	grep '^Sig' out
	status=1
}

tab=$(printf '\t')
libc='[01][08]' # 32 and 33, which a C library's posix_spawn may leave ignored: not ours
what=plain
./show >out
has "SigCgt:${tab}fffffffe7fc1feff"
has "SigIgn:${tab}0000000${libc}0000000"
has "SigBlk:${tab}0000000000000000"

what=nohup # SIGHUP is ignored and stays so
nohup ./show >out 2>/dev/null
has "SigCgt:${tab}fffffffe7fc1fefe"
has "SigIgn:${tab}0000000${libc}0000001"

what='SIGINT ignored'
(trap '' INT; ./show >out)
has "SigCgt:${tab}fffffffe7fc1fefd"
has "SigIgn:${tab}0000000${libc}0000002"

what='SIGUSR2 blocked'
./execve ./show masked >out
has "SigBlk:${tab}0000000000000800"
exit $status
