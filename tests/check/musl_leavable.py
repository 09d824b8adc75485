#!/usr/bin/env python3
# tests/check/musl_leavable.py - the runtime's code that a handler may leave by siglongjmp where it
# was interrupted (linker.ld, cgo/jump.c) calls nothing else, as the machine code shows, except in
# places that the list here gives a reason for.
# stdout~: ^ok$
# needs: gcc objdump nm
"""Reads a program that has all of rt0_musl.o."""

import re
import subprocess

from expect import TMP, expect, finish, rtcc

# What leavable code calls or jumps to besides itself, and why no handler's jump comes from there.
HELD = "the caller holds jumps"
BLOCKED = "the caller has signals blocked"
ENDS = "the process ends"
OWN = "called by a function of the runtime's own with the name of a leavable one"
REASONS = {
    "newstack": "on g0",
    "badmorestack": ENDS,
    "yieldcheck": HELD,
    "asyncPreempt2": HELD,
    "rt0.abort": ENDS,
    "guardfor": HELD,
    "forgetallocs": HELD,
    "heldcall": HELD,
    "keepcancelaio": HELD,
    "rt_raw_syscall_any": BLOCKED,
    "__rt0_forked": BLOCKED,
    "libraryforked": BLOCKED,
    "keepsignal": BLOCKED,
    "sendtogoroutine": BLOCKED,
    "wakesent": BLOCKED,
    "inhandler": BLOCKED,
    "futexreadyone": BLOCKED,
    "futexsend": BLOCKED,
    "futexsendlater": BLOCKED,
    "alone": BLOCKED,
    "lock": BLOCKED,
    "unlock": BLOCKED,
    "osyield": BLOCKED,
    "takepending": BLOCKED,
    "makecommon": BLOCKED,
    "anyasked": BLOCKED,
    "askthreads": BLOCKED,
    "holdthread": BLOCKED,
    "freethread": BLOCKED,
    "selfpending": BLOCKED,
    "changegoroutines": BLOCKED,
    "__lock": BLOCKED,
    "__unlock": BLOCKED,
    "tidof": BLOCKED,
    "instant": "the caller holds jumps, or is no goroutine",
    "getpermit": "the caller holds jumps, or is no goroutine",
    "killthread": "the caller has signals blocked, or: " + OWN,
    "lockowner": OWN,
    "gettid.cold": OWN,
}
# Where code jumps through a register: to the function whose stack this is, to where it was.
INDIRECT = ("__morestack", "__morestack_non_split", "asyncResume")

PROGRAM = r"""
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

static sigjmp_buf place;

static void *thread(void *arg)
{
	pthread_testcancel();
	return arg;
}

int main(void)
{
	pthread_t t;

	if (sigsetjmp(place, 1) == 0)
		siglongjmp(place, 1);
	pthread_create(&t, NULL, thread, NULL);
	pthread_cancel(t);
	return pthread_join(t, NULL);
}
"""

FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
BRANCH = re.compile(r"^ +[0-9a-f]+:\t(?:notrack |bnd )?(?:call|j[a-z]+)(?:,p[nt])? +(.*)$")
DIRECT = re.compile(r"([0-9a-f]+) <([^+>]+)(?:\+0x[0-9a-f]+)?>")


def run(*command):
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout


def branches(path, first, end):
    """Yields the function, the address and the name of each target, None for one in a register."""
    caller = ""
    for line in run("objdump", "-d", "--no-show-raw-insn", f"--start-address={first:#x}",
                    f"--stop-address={end:#x}", path).splitlines():
        begin = FUNCTION.match(line)
        branch = BRANCH.match(line)
        if begin:
            caller = begin[1]
        elif branch:
            target = DIRECT.match(branch[1])
            yield (caller, int(target[1], 16), target[2]) if target else (caller, None, branch[1])


def main():
    with open(f"{TMP}/all.c", "w", encoding="utf-8") as file:
        file.write(PROGRAM)
    rtcc(f"{TMP}/all.c", "all", "--musl", "-Wl,--no-gc-sections")
    path = f"{TMP}/all"
    at = {name: int(address, 16)
          for address, name in re.findall(r"^(\w{16}) . (\S+)$", run("nm", path), re.MULTILINE)}
    first, end = at["__leavable_text_start"], at["__leavable_text_end"]
    # memcpy and the like may be left if their caller may.
    runtime = range(at["__memory_text_end"], at["__runtime_text_end"])
    calls = 0
    for caller, target, name in branches(path, first, end):
        calls += 1
        if target is None:
            expect(caller in INDIRECT, f"{caller} jumps through {name}")
        elif target in runtime and not first <= target < end:
            expect(name in REASONS, f"{caller} calls {name}, which is not leavable")
    expect(calls > 100, f"{calls} calls")
    for name in ("__syscall_cp", "gatecall", "__pthread_testcancel", "canread", "touchread"):
        expect(first <= at[name] < end, f"{name} is leavable")
    finish()


main()
