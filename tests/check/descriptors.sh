#!/bin/sh
# tests/check/descriptors.sh - a program that begins with descriptors 0 to 2 closed finds
# them open on /dev/null, so that no file of its own gets their numbers.
# needs: gcc

. "$RT0_ROOT/tests/lib/expect.sh"
gcc -O1 "$here/execve.c" -o execve || exit 1
cat >look.c <<'END'
#include <rt.h>

#include <fcntl.h>
#include <sys/syscall.h>

// /proc/self/fd/N is /dev/null.
static bool isnull(int fd)
{
	char name[] = "/proc/self/fd/0", target[32] = "";

	name[sizeof name - 2] += (char)fd;
	rt_syscall(SYS_readlink, name, target, sizeof target - 1);
	for (int i = 0; i < 10; i++) {
		if (target[i] != "/dev/null"[i])
			return false;
	}
	return true;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int fd = 0; fd < 3; fd++) {
		if (!isnull(fd))
			return 10 + fd;
	}
	if (rt_open("/dev/zero", O_RDONLY, 0) < 3)
		return 20;
	return rt_printf("into the void\n") == 14 ? 77 : 30;
}
END
"$rtcc" look.c -o look || exit 1
./execve ./look closed
got=$?
[ $got -eq 77 ] || {
	echo "exit status $got: 10 + N is a descriptor N that is not /dev/null"
	exit 1
}
./look <&- >&-
[ $? -eq 12 ] || { # descriptor 2 is open and not /dev/null
	echo "an open descriptor was replaced"
	exit 1
}
