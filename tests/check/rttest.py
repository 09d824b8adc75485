#!/usr/bin/env python3
# tests/check/rttest.py - rt_test_seeds finds the seeds with which a test fails, and the line that it
# prints runs that test again, alike; a test does not depend on those before it; without GODEBUG
# it is drawn from seed 1. rt0-explore takes tests, too. The race detector knows what they order. The
# example's tests pass in every build.
# variants: release
# needs: gcc
# stdout: ok
# timeout: 300

import os
import re
import subprocess

from expect import ROOT, TMP, equal, expect, finish


def build(source, name, variant="replay", *flags):
    subprocess.run([f"{ROOT}/tools/rtcc", "-g", "-O1", "-Wall", "-Wextra", "-Werror", *flags, source, "-o", f"{TMP}/{name}"],
                   check=True, env={**os.environ, "CC": "gcc", "RT0_VARIANT": variant})


def run(*command, **env):
    done = subprocess.run(command, cwd=TMP, capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, **env})
    return done.returncode, done.stdout, done.stderr


def line(text):
    """Returns the seed and the command of the line that runs the test again."""
    found = re.search(r"^GODEBUG=seed=(\d+) (.*)$", text, re.M)
    return (int(found[1]), found[2]) if found else (0, "")


def last(text):
    """Returns what a run prints about its choices."""
    return re.search(r"^replay: .*$", text, re.M)[0]


build(f"{ROOT}/tests/replay/tested.c", "tested")

status, _, said = run("./tested", "alternates", GODEBUG="seedtrace=1")
seed, command = line(said)
expect(status == 2 and said.startswith("panic: it alternates\n"), "a rare error is found", said)
expect(seed > 1 and command == "./tested alternates", "the line names its seed", said)
for _ in range(10):
    again = run(*command.split(), GODEBUG=f"seed={seed},seedtrace=1")
    expect(again[0] == 2 and last(again[2]) == last(said), "the line replays it", again)
status, out, said = run("./tested", "sleeps", "alternates", GODEBUG=f"seed={seed},seedtrace=1")
expect(status == 2 and last(said) == again[2].strip().splitlines()[-1], "after another test, too", said)
equal(run("./tested", "alternates", GODEBUG=f"seed={seed + 1}")[0], 0, "the next seed passes")

alone = run("./tested", "sleeps")
expect(alone[0] == 0 and alone[1].endswith(": 10 s\n"), "ten seconds of sleep", alone)
expect(all(run("./tested", "sleeps") == alone for _ in range(10)), "without GODEBUG it is one run")
equal(run("./tested", "sleeps", GODEBUG="seed=1"), alone, "that of seed 1")
equal(run("./tested", "leaves", "sleeps", "sleeps")[1], 2 * alone[1], "after others, it is that too")
expect(run("./tested", "sleeps", GODEBUG="seed=2") != alone, "seed 2 is another")

status, _, said = run("./tested", "leaves", GODEBUG="seed=3")
expect(status == 1 and said.startswith("rt_test: 1 goroutine is left\nGODEBUG=seed=3 ./tested leaves\n\ngoroutine ") and
       "\nreceives(...)\n" in said, "a goroutine is left", said)

status, out, said = run(f"{ROOT}/tools/explore", "-n", "1000", "./tested", "alternates")
expect(status == 1 and "x status 2: panic: it alternates\n" in out, "rt0-explore finds it", out + said)
paste = re.search(r"^  (GODEBUG=\S+ .*)$", out, re.M)
expect(paste and "it alternates" in run("sh", "-c", paste[1])[2], "rt0-explore's line replays it", out)

# What goroutines did before they ended, or before rt_test_wait returned, is no race with what comes next.
for name in "test_world", "wait_alone":
    build(f"{ROOT}/tests/programs/{name}.c", f"{name}-races", "replay", "-fsanitize=thread", "-Wno-tsan")
    status, out, said = run(f"./{name}-races")
    expect(status == 0 and out == "ok\n" and "WARNING" not in said, f"{name}: no race", said)

for variant in "replay", "release":
    build(f"{ROOT}/examples/retry.c", f"retry-{variant}", variant)
    equal(run(f"./retry-{variant}"), (0, "3 tests passed, with 100 seeds each\n", ""), f"the example, {variant}")
finish()
