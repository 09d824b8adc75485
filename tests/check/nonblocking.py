#!/usr/bin/env python3
# tests/check/nonblocking.py - what a program writes to its standard output arrives whole, also
# if that is a full pipe that does not block: by rt_printf, by rt_write, by rt_writev.
# stdout: ok
# timeout: 120

import fcntl
import os
import struct
import subprocess
import termios

from expect import TMP, equal, finish, rtcc

LINES = 20000
FULL = 60000  # of the pipe's 65536 bytes: a line may be kept back
# Each alone in its program: what a program does not use of the I/O is not linked.
WAYS = {
    "printf": 'check = rt_printf("line %d\\n", i) > 0;',
    "write": 'n = rt_snprintf(text, sizeof text, "line %d\\n", i);\n'
             "\t\tcheck = rt_write(1, text, (size_t)n) == n;",
    "writev": 'n = rt_snprintf(text, sizeof text, "line %d\\n", i);\n'
              "\t\tv[0] = (rt_iovec){ text, 3 };\n"
              "\t\tv[1] = (rt_iovec){ text + 3, (size_t)n - 3 };\n"
              "\t\tcheck = rt_writev(1, v, 2) == n;",
}
PROGRAM = """
#include <rt.h>

int rt_main(int argc, char **argv)
{
	bool check = true;
	char text[50];
	rt_iovec v[2];
	int n = 0;

	(void)argc, (void)argv, (void)text, (void)v, (void)n;
	for (int i = 0; i < %d && check; i++) {
		%s
	}
	return check ? 0 : 1;
}
"""
WANTED = "".join(f"line {i}\n" for i in range(LINES)).encode()


def waiting(reader):
    return struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))[0]


for name, statement in WAYS.items():
    with open(f"{TMP}/{name}.c", "w", encoding="ascii") as file:
        file.write(PROGRAM % (LINES, statement))
    rtcc(f"{TMP}/{name}.c", name)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    program = subprocess.Popen([f"{TMP}/{name}"], stdout=writer, stderr=subprocess.PIPE)
    while waiting(reader) < FULL and program.poll() is None:
        os.sched_yield()
    os.close(writer)
    with os.fdopen(reader, "rb") as output:
        got = output.read()
    equal(program.wait(), 0, f"status of {name}")
    equal(len(got), len(WANTED), f"bytes of {name}")
    equal(got == WANTED, True, f"{name}: it is what was written")
finish()
