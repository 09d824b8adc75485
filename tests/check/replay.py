#!/usr/bin/env python3
# tests/check/replay.py - with GODEBUG=seed=N a run is drawn from N: each of seven classic errors
# comes within a hundred seeds, and comes again each time; programs of the suite are one and the
# same run ten times out of ten, and another one with another seed; time is virtual.
# With --all, in make stress: how many of all programs of the suite are one run ten times.
# variants: release
# needs: gcc
# stdout: ok
# timeout: 900

import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

os.environ.setdefault("RT0_ROOT", os.path.realpath(f"{os.path.dirname(os.path.abspath(__file__))}/../.."))
os.environ.setdefault("RT0_TMP", tempfile.mkdtemp())
sys.path.append(f"{os.environ['RT0_ROOT']}/tests/lib")

from expect import ROOT, TMP, equal, expect, finish

DEADLOCK = "fatal error: all goroutines are asleep - deadlock!"
# name: what else GODEBUG says, what the run ends with
BUGS = {
    "lost": ("", "panic: lost update"),
    "wake": ("", DEADLOCK),
    "dead": ("", DEADLOCK),
    "selclose": ("", "panic: send on closed channel"),
    "ring": ("", DEADLOCK),
    "phil": ("", DEADLOCK),
    "deep": (",seedpct=3,seedsteps=170", "panic: phase 4"),
}
SEEDS, REPLAYS, TIMES = 100, 100, 10
# Programs of the suite: of channels, locks, timers, stacks, descriptors, panics and signals.
PROGRAMS = """ctxbind defer group join net_deadline net_dial net_messages net_udp recover
segments signalwakes sigpipe typed""".split()
LAST = re.compile(rb"^replay: seed \d+: .*$", re.M)


def build(source, name, *flags):
    subprocess.run([f"{ROOT}/tools/rtcc", "-g", "-O1", "-w", *flags, source, "-o", f"{TMP}/{name}"],
                   check=True, env={**os.environ, "CC": "gcc", "RT0_VARIANT": "replay"})


def run(name, seed, more="", arguments=(), timeout=60):
    """Returns the status, standard error without the last line, and that line."""
    done = subprocess.run([f"{TMP}/{name}", *arguments], capture_output=True, timeout=timeout, check=False,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "GODEBUG": f"seed={seed}{more},seedtrace=1"})
    last = LAST.search(done.stderr)
    return done.returncode, LAST.sub(b"", done.stderr), last[0] if last else b""


def find(name):
    more, message = BUGS[name]
    build(f"{ROOT}/tests/replay/{name}.c", name)
    for seed in range(1, SEEDS + 1):
        first = run(name, seed, more)
        if first[0] != 0:
            break
    expect(first[0] == 2 and message.encode() in first[1], f"{name} fails within {SEEDS} seeds", first)
    alike = sum(run(name, seed, more) == first for _ in range(REPLAYS))
    equal(alike, REPLAYS, f"{name}, seed {seed}: runs that are alike")


def same(name):
    with open(f"{ROOT}/tests/programs/{name}.c", encoding="utf-8") as file:
        head = file.read()
    flags = re.findall(r"^// cflags: (.*)", head, re.M)
    build(f"{ROOT}/tests/programs/{name}.c", name, *" ".join(flags).split())
    runs = {run(name, 1) for _ in range(TIMES)}
    expect(len(runs) == 1 and b"real time" not in next(iter(runs))[2],
           f"{name}: {TIMES} runs of one seed are one run", runs)
    expect(next(iter(runs))[0] == 0, f"{name} passes", runs)
    expect(run(name, 2)[2].split()[3:] != next(iter(runs))[2].split()[3:],
           f"{name}: another seed is another run", runs)


def virtual():
    build(f"{ROOT}/tests/replay/sleeps.c", "sleeps")
    said = subprocess.run([f"{TMP}/sleeps"], capture_output=True, timeout=60, check=False,
                          env={**os.environ, "GODEBUG": "seed=1"})
    equal(said.stdout, b"1 after 980 ms\n3600 s\n", "an hour of sleep")


def untouched():
    """Without a seed the program is like the debug build's: nothing is drawn."""
    said = subprocess.run([f"{TMP}/phil"], capture_output=True, timeout=60, check=False,
                          env={**os.environ, "GODEBUG": "seedtrace=1"})
    equal((said.returncode, said.stderr), (0, b""), "a run without a seed")


def stop():
    """After the choices that matter, the others need not be drawn."""
    status, text, last = run("dead", 1)
    choices = int(last.split()[3])
    equal(run("dead", 1, f",seedstop={choices}")[0], status, "dead, all choices drawn")
    equal(run("dead", 1, ",seedstop=1")[0], 0, "dead, first come, first served")


def fair():
    """One that waits in a loop with rt_gosched lets those run whose priority has dropped."""
    for seed in 4, 6, 7, 8, 9:
        status, text, _ = run("ctxbind", seed, ",seedpct=3,seedsteps=50")
        equal((status, text), (0, b"\n"), f"ctxbind with priorities, seed {seed}")


def foreign():
    """A thread that is no goroutine calls what is a choice for those."""
    build(f"{ROOT}/tests/programs/musl_thread_create.c", "foreign", "--musl")
    for seed in 1, 2, 3:
        equal(run("foreign", seed)[0], 0, f"a thread that is no goroutine, seed {seed}")


LEAST = 130  # of some 200: others have other processes, signals from outside, loops without calls


def alike(path):
    """Returns whether the runs of a program, whatever it does, are one run."""
    name = os.path.basename(path).removesuffix(".c")
    with open(path, encoding="utf-8") as file:
        head = file.read()
    flags = " ".join(re.findall(r"^// cflags: (.*)", head, re.M)).split()
    try:
        build(path, f"all-{name}", *flags)
        first = run(f"all-{name}", 1, timeout=20)
        return first[2] != b"" and b"real time" not in first[2] and \
            all(run(f"all-{name}", 1, timeout=20)[::2] == first[::2] for _ in range(TIMES - 1))
    except (subprocess.SubprocessError, OSError):
        return False


def whole():
    paths = sorted(glob.glob(f"{ROOT}/tests/programs/*.c") + glob.glob(f"{ROOT}/tests/crash/*.c"))
    with concurrent.futures.ThreadPoolExecutor(2 + os.cpu_count()) as pool:
        good = [path for path, one in zip(paths, pool.map(alike, paths)) if one]
    print(f"{len(good)} of {len(paths)} programs are one run {TIMES} times out of {TIMES}")
    sys.exit(len(good) < LEAST)


if sys.argv[1:] == ["--all"]:
    whole()
# Many of them wait for descriptors: more at a time than there are processors.
with concurrent.futures.ThreadPoolExecutor(2 + os.cpu_count()) as pool:
    for done in [pool.submit(same, name) for name in PROGRAMS] + [pool.submit(find, name) for name in BUGS] + \
            [pool.submit(virtual), pool.submit(foreign)]:
        done.result()
untouched()
stop()
fair()
finish()
