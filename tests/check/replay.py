#!/usr/bin/env python3
# tests/check/replay.py - with GODEBUG=seed=N a run is drawn from N: each of seven classic errors
# comes within a hundred seeds, and comes again each time; programs of the suite are one and the
# same run ten times out of ten, and another one with another seed; time is virtual.
# variants: release
# needs: gcc
# stdout: ok
# timeout: 900

import concurrent.futures
import os
import re
import subprocess

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
PROGRAMS = """closed_first ctxbind defer group join net_deadline net_dial net_messages net_udp recover
segments signalwakes sigpipe typed""".split()
LAST = re.compile(rb"^replay: seed \d+: .*$", re.M)


def build(source, name, *flags):
    subprocess.run([f"{ROOT}/tools/rtcc", "-g", "-O1", "-w", *flags, source, "-o", f"{TMP}/{name}"],
                   check=True, env={**os.environ, "CC": "gcc", "RT0_VARIANT": "replay"})


def run(name, seed, more="", arguments=()):
    """Returns the status, standard error without the last line, and that line."""
    done = subprocess.run([f"{TMP}/{name}", *arguments], capture_output=True, timeout=60, check=False,
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


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for done in [pool.submit(find, name) for name in BUGS] + [pool.submit(same, name) for name in PROGRAMS] + \
            [pool.submit(virtual)]:
        done.result()
untouched()
stop()
finish()
