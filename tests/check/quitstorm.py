#!/usr/bin/env python3
# tests/check/quitstorm.py - SIGQUIT ends a program with one report, whole and alone, also while the
# world is being stopped and started: with 1, 2 and 4 processors, sent to the process or to any
# of its threads, and also if it looks for leaks first. It has every goroutine's stack down to its first function, wherever they were.
# An argument is the number of signals: 1000 by make stress.
# timeout: 600

import collections
import ctypes
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

ROOT = os.environ.get("RT0_ROOT") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.realpath(__file__))))
PROCS = (1, 2, 4)
SIGNALS = 60
SYS_TGKILL, SIGQUIT = 234, 3
REPORT = re.compile(
    r"SIGQUIT: quit\nPC=0x[0-9a-f]+ m=\d+ sigcode=-?\d+\n"
    r"(\n(goroutine \d+ \[.*\]:|runtime stack:)\n([^\n]+\n)*)+"
    r"\n(r[a-z0-9]+ +0x[0-9a-f]+\n){18}cs     0x[0-9a-f]+\nfs .*\ngs .*\n")

GOROUTINE = re.compile(r"^goroutine (\d+) \[.*\]:\n((?:[^\n]+\n)*)", re.MULTILINE)
FIRST = re.compile(r"^(resizes|looks|calls|sleeps|locked|loops)\(\.\.\.\)\n\t.*\n"
                   r"created by rt_main in goroutine 1\n", re.MULTILINE)

libc = ctypes.CDLL(None, use_errno=True)


def strike(process):
    """Sends the signal to the process, or to one of its threads."""
    tasks = os.listdir(f"/proc/{process.pid}/task")
    if random.randrange(3) == 0:
        process.send_signal(SIGQUIT)
    elif libc.syscall(SYS_TGKILL, process.pid, int(random.choice(tasks)), SIGQUIT) != 0:
        process.send_signal(SIGQUIT)  # the thread has ended


def fault(text):
    """Returns what is wrong with a report, or None."""
    if not REPORT.fullmatch(text):
        return "not one whole report"
    goroutines = GOROUTINE.findall(text)
    if len(goroutines) < 12:
        return f"{len(goroutines)} goroutines"
    for goid, stack in goroutines:
        if goid == "1":
            whole = re.search(r"^rt_main\(\.\.\.\)$", stack, re.MULTILINE)
        else:
            whole = FIRST.search(stack)
        if not whole:
            return f"the stack of goroutine {goid}"
    return None


def run(program, procs, leaks):
    """Returns what is wrong, or None. leaks: the dump looks for leaked goroutines first."""
    process = subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={"GOMAXPROCS": str(procs), "GODEBUG": f"leaks={leaks:d}"})
    process.stdout.readline()
    time.sleep(random.random() / 50)  # anywhere in the storm
    strike(process)
    try:
        _, text = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        return "it hangs:\n" + process.communicate()[1].decode("utf-8", "replace")
    text = text.decode("utf-8", "replace")
    if process.returncode != 2:
        return f"status {process.returncode}\n{text}"
    why = fault(text)
    return f"{why}:\n{text}" if why else None


def main():
    signals = int(sys.argv[1]) if len(sys.argv) > 1 else SIGNALS
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wrong = collections.Counter()
    with tempfile.TemporaryDirectory() as place:
        program = os.path.join(place, "quitstorm")
        subprocess.run([ROOT + "/tools/rtcc", "-O2", "-g",
                        ROOT + "/tests/check/quitstorm.c", "-o", program], check=True)
        for i in range(signals):
            procs = PROCS[i % len(PROCS)]
            leaks = i // len(PROCS) % 2 == 1
            why = run(program, procs, leaks)
            if why:
                wrong[procs] += 1
                if sum(wrong.values()) <= 3:
                    print(f"FAILED: GOMAXPROCS={procs} leaks={leaks:d}: {why}")
    print(f"{signals} signals, {signals - sum(wrong.values())} with one report each")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
