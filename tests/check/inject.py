#!/usr/bin/env python3
# tests/check/inject.py - each system call of a run fails once, hello's and those of a program
# that uses a little of everything: the program does what it should nevertheless, or says in
# one line what failed. It never hangs, crashes without a word, or goes wrong in silence.
#
# needs: gcc
# timeout: 400
"""See above; run by tests/run."""

import concurrent.futures
import errno
import os
import re
import subprocess
import sys

from expect import ROOT, TMP, fail, finish

LIMIT = 60
# What the kernel may say of a call; others get the errors of OTHERS in turn.
ERRORS = {"mmap": ("ENOMEM",), "mprotect": ("ENOMEM",), "madvise": ("EINVAL", "ENOMEM"),
          "clone": ("EPERM", "EAGAIN"), "openat": ("EMFILE", "EINTR"),
          "read": ("EIO", "EINTR"), "write": ("EIO", "EINTR"),
          "close": ("EIO", "EINTR"), "futex": ("EINVAL", "EINTR"), "socket": ("EMFILE",),
          "accept4": ("EMFILE", "ECONNABORTED", "EINTR"), "nanosleep": ("EINTR",),
          "connect": ("ECONNREFUSED", "EINTR"), "epoll_ctl": ("ENOMEM", "ENOSPC"),
          "epoll_pwait": ("EINTR", "EINVAL")}
OTHERS = ("EPERM", "ENOSYS", "ENOMEM")
REPORTS = re.compile(rb"^(fatal error: |panic: |runtime: |futexwakeup |failed: )", re.M)


def names():
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", encoding="ascii") as file:
        return {int(n): name for name, n in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}


def run(program, number, error):
    """Returns the status (None: it hung), standard output and error, and which calls failed."""
    reader, writer = os.pipe()
    child = subprocess.Popen([f"{TMP}/inject", str(writer), str(number), str(error), program],
                             pass_fds=[writer], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(writer)
    try:
        out, err = child.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        child.kill()
        out, err = child.communicate()
        child.returncode = None
    with os.fdopen(reader) as file:
        return child.returncode, out, err, file.read().split()


def judge(program, number, error, want):
    status, out, err, which = run(program, number, errno_of(error))
    if status == 0 and out == want:
        return
    if status in (2, 3) and REPORTS.search(err):
        return
    # These two fault on purpose, as Go's do, and there may be nobody to handle that.
    if status == 139 and re.search(b"arch_prctl failed|^futexwakeup ", err):
        return
    call = NAMES.get(int(which[0]), which[0]) if which else "?" # it varies
    if error not in ERRORS.get(call, OTHERS):
        return # another call came as this one this time, and the kernel never says that of it
    if call == "write" and status == 0 and program.endswith("hello"):
        return # it does not look at what rt_printf returns
    fail(f"{os.path.basename(program)}: call {number}, {call}: {error}: status {status}",
         f"{out!r}, {err[:300]!r}")


def errno_of(name):
    return getattr(errno, name)


def inject(pool, program):
    status, out, err, calls = run(program, 0, 0)
    if status != 0 or err:
        sys.exit(f"{program} does not work: {status} {err}")
    calls = [NAMES.get(int(nr), nr) for nr in calls]
    jobs = []
    for number, call in enumerate(calls, 1):
        if call == "rt_sigaction" and number % 8:
            continue # one of many
        errors = ERRORS.get(call, OTHERS)
        jobs.append(pool.submit(judge, program, number, errors[number % len(errors)], out))
    for job in jobs:
        job.result()
    print(f"{os.path.basename(program)}: {len(jobs)} of {len(calls)} calls failed")


NAMES = names()
subprocess.run(["cc", "-O2", f"{ROOT}/tests/check/inject.c", "-o", f"{TMP}/inject"], check=True)
for source in ("examples/hello.c", "tests/check/inject_work.c"):
    path = f"{TMP}/" + os.path.basename(source)[:-2]
    subprocess.run([f"{ROOT}/tools/rtcc", "-O2", f"{ROOT}/{source}", "-o", path], check=True)
with concurrent.futures.ThreadPoolExecutor(4) as workers:
    for name in ("hello", "inject_work"):
        inject(workers, f"{TMP}/{name}")
finish()
