#!/bin/sh
# tests/check/signals.sh - the signals that the runtime handles, those that it leaves
# ignored, and the mask, as the kernel shows them.
# needs: gcc nohup

. "$RT0_ROOT/tests/lib/expect.sh"
gcc -O1 "$here/execve.c" -o execve || exit 1
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
"$rtcc" show.c -o show || exit 1
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

what='all blocked'
./execve ./show deaf >out
has "SigBlk:${tab}fffffffe3bba3a00"

# Loops are interrupted too.
cat >loops.c <<'END'
#include <rt.h>

static volatile bool stop;

static void loop(void *done)
{
	while (!stop)
		;
	rt_waitgroup_done(done);
}

int rt_main(int argc, char **argv)
{
	rt_waitgroup done = { 0 };
	int n = rt_gomaxprocs(0);

	(void)argc, (void)argv;
	rt_waitgroup_add(&done, n);
	for (int i = 0; i < n; i++)
		rt_go(loop, &done);
	rt_sleep(RT_MILLISECOND);
	stop = true;
	rt_waitgroup_wait(&done);
	return 0;
}
END
"$rtcc" loops.c -o loops || exit 1
timeout 20 ./execve ./loops deaf || { echo "FAILED: loops where all signals are blocked"; status=1; }

# Signals that the program asks for and then does not want any more.
cat >asks.c <<'END'
#include <rt.h>

#include <fcntl.h>
#include <sys/syscall.h>

static void show(void)
{
	static char text[8192];
	int fd = rt_open("/proc/self/status", O_RDONLY, 0);
	int64_t n = rt_read(fd, text, sizeof text);

	rt_write(1, text, n > 0 ? (size_t)n : 0);
	rt_close(fd);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 8);
	int sig = 0;

	(void)argc, (void)argv;
	for (int s = 1; s <= 64; s++)
		rt_signal_notify(s, c);
	for (int i = 0; i < 3; i++) {
		rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 12); // SIGUSR2
		rt_chan_recv(c, &sig);
		if (sig != 12)
			return 1;
	}
	show();
	rt_signal_stop(c);
	show();
	// Nobody wants it: blocked still, or swallowed.
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 12);
	rt_sleep(RT_MILLISECOND);
	return (int)rt_chan_len(c);
}
END
"$rtcc" asks.c -o asks || exit 1

# shows LINE LINE: with all signals asked for, and after that.
shows() {
	printf '%s\n' "$1" "$2" >wanted
	grep "^${1%%:*}:" out | cmp -s - wanted && return
	echo "FAILED: $what: '$1', then '$2'; it is:"
	grep '^Sig' out
	status=1
}

what='asked for'
timeout 10 ./asks >out || { echo "FAILED: $what: status $?"; status=1; }
shows "SigCgt:${tab}fffffffffffbfeff" "SigCgt:${tab}fffffffe7fc1feff"
what='asked for, SIGHUP ignored'
timeout 10 nohup ./asks >out 2>/dev/null || { echo "FAILED: $what: status $?"; status=1; }
shows "SigCgt:${tab}fffffffffffbfeff" "SigCgt:${tab}fffffffe7fc1fefe"
grep -q "^SigIgn:${tab}0000000${libc}0000001\$" out || { echo "FAILED: $what: ignored again"; status=1; }
what='asked for, SIGUSR2 blocked'
timeout 10 ./execve ./asks masked >out || { echo "FAILED: $what: status $?"; status=1; }
exit $status
