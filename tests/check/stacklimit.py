#!/usr/bin/env python3
# tests/check/stacklimit.py - a program starts, works and reports its end whatever RLIMIT_STACK
# is, from 16 KiB on, with no arguments and with as many as the kernel takes. If there is no
# memory for a stack either, one line says so.

import os
import resource
import subprocess

from expect import ROOT, TMP, VARIANT, fail, finish

KIB = 1024
LIMITS = (16, 20, 24, 32, 48, 64, 68, 80, 128, 132, 256, 8192)
SOURCE = r"""
#include <rt.h>

static void works(void *c)
{
	volatile char room[100000];

	room[0] = 1;
	rt_chan_send(c, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)argv;
	rt_go(works, c);
	rt_chan_recv(c, NULL);
	rt_panic("%d arguments", argc);
}
"""


def run(program, limit, arguments=(), env=None):
    return subprocess.run(
        [program, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        env=env or {},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK,
                                              (limit, resource.RLIM_INFINITY)))


def panics(program, limit, arguments=()):
    done = run(program, limit, arguments)
    n = len(arguments) + 1
    if done.returncode != 2 or not done.stderr.startswith(b"panic: %d arguments\n" % n) or \
            b"\nrt_main(" not in done.stderr:
        fail(f"{program}, {limit} bytes of stack, {n} arguments: status {done.returncode}",
             done.stderr.decode())


def main():
    os.chdir(TMP)
    with open("limit.c", "w", encoding="ascii") as file:
        file.write(SOURCE)
    for kind in ("-static", "-static-pie"):
        program = "./limit" + kind
        subprocess.run([ROOT + "/tools/rtcc", kind, "-O1", "-g", "limit.c", "-o", program],
                       check=True)
        for limit in LIMITS:
            panics(program, limit * KIB)
        panics(program, 8192 * KIB, ["x" * 100000] * 20)
    if VARIANT.startswith(("debug", "stress")):
        done = run(program, 16 * KIB, env={"RT0_FAIL_MMAP": "1"})
        if done.returncode != 2 or done.stderr.count(b"\n") != 1 or \
                b"RLIMIT_STACK" not in done.stderr:
            fail(f"no memory for a stack: status {done.returncode}", done.stderr.decode())
    finish()


if __name__ == "__main__":
    main()
