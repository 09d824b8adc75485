#!/usr/bin/env python3
# tests/check/races.py - the replay build's race detector: each of eight classic races is found with the
# first seed, and none where it is mended; what makes an order makes one, and nothing else does; 10,000
# goroutines; the report names both accesses, and rt0-explore counts it.
# variants: release
# needs: gcc
# stdout: ok
# timeout: 900

import concurrent.futures
import os
import re
import subprocess

from expect import ROOT, TMP, equal, expect, finish

SEEDS = 100
# Programs of tests/hosted: the race, with the line of each of the two places.
PROGRAMS = {
    "race": r"data race: (read|write) in add \(race\.c:19\), write in add \(race\.c:19\)",
    "wronglock": r"data race: read in (place|find) \(wronglock\.c:\d+\), write in insert \(wronglock\.c:4[23]\)",
    "selectorder": r"data race: write in worker \(selectorder\.c:21\), read in rt_main \(selectorder\.c:44\)",
    "closechan": r"data race: read in sender \(closechan\.c:16\), write in rt_main \(closechan\.c:32\)",
    "closefd": r"data race: use in writer \(closefd\.c:21\), close in rt_main \(closefd\.c:34\)",
    "handedover": r"(data race|use of freed memory): write in buyer \(handedover\.c:44\), .* in clerk",
    "reusedstack": r"data race: write in first \(reusedstack\.c:17\), write in second \(reusedstack\.c:23\)",
}
# Cases of tests/replay/order.c: nothing orders the accesses of these.
RACES = """receive_second first_element select_other unlocked_early readers both_done ended group_members
timer_late two_timers started_late buffer freed recovered formatted relaxed relaxed_load relaxed_store one_fence
sequence_ends plain_and_atomic""".split()
STATUS = 66
LONG = ("reusedstack",)                   # 360,000 choices in a run


def build(source, name, *flags):
    subprocess.run([f"{ROOT}/tools/rtcc", "-g", "-O1", "-w", "-fsanitize=thread", *flags, source, "-o",
                    f"{TMP}/{name}"], check=True, env={**os.environ, "CC": "gcc", "RT0_VARIANT": "replay"})


def run(name, *arguments, seed=1, more=""):
    done = subprocess.run([f"{TMP}/{name}", *arguments], capture_output=True, timeout=120, check=False, text=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, "GODEBUG": f"seed={seed}{more}"})
    return done.returncode, done.stderr


def explore(*arguments):
    done = subprocess.run([f"{ROOT}/tools/explore", "-j", "1", *arguments], cwd=TMP, capture_output=True, text=True,
                          check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def pair(name):
    build(f"{ROOT}/tests/hosted/{name}.c", name)
    status, text = run(name)
    expect(re.search("^WARNING: " + PROGRAMS[name] + ".*$", text, re.M) and status in (STATUS, 2),
           f"{name}: found", (status, text))
    right = f"{ROOT}/tests/hosted/{name}_right.c"
    if os.path.exists(right):
        build(right, f"{name}_right")
        seeds = 2 if name in LONG else SEEDS
        equal(explore("-n", f"{seeds}", "--policy", "free", f"./{name}_right")[0], 0, f"{name}_right: no report")


def case(name):
    status, said = explore("-n", f"{SEEDS}", "--policy", "free", "./order", name) # some wait without parking
    if name not in RACES:
        return expect(status == 0, f"order {name}: no report", said)
    kinds = re.findall(r"^\d+ x (.*)$", said, re.M)
    expect(status == 1 and kinds and
           all(kind.startswith(("data race: ", "use of freed memory: ")) for kind in kinds),
           f"order {name}: a race, and nothing else", said)
    line = re.search(r"^  (GODEBUG=.*)$", said, re.M)
    again = subprocess.run(["sh", "-c", line[1]], cwd=TMP, capture_output=True, text=True, check=False,
                           timeout=60)
    return expect(again.returncode == STATUS and "WARNING: " in again.stderr, f"order {name}: the line replays it",
                  again)


REPORT = r"""WARNING: data race: (read|write) in add \(race\.c:19\), write in add \(race\.c:19\)

(read|write) of 4 bytes at (0x[0-9a-f]+) by goroutine (\d+):
add\(\.\.\.\)
	/.*/race\.c:19 \+0x[0-9a-f]+
created by start in goroutine 1
	/.*/race\.c:28 \+0x[0-9a-f]+
rt_main\(\.\.\.\)
	/.*/race\.c:(35|36) \+0x[0-9a-f]+

earlier (read|write) of 4 bytes at (0x[0-9a-f]+) by goroutine (\d+)(, which has ended)?:
add\(\.\.\.\)
	/.*/race\.c:19 \+0x[0-9a-f]+
created by start in goroutine 1
	/.*/race\.c:28 \+0x[0-9a-f]+
rt_main\(\.\.\.\)
	/.*/race\.c:(35|36) \+0x[0-9a-f]+

0x[0-9a-f]+ is byte 0 of counter, a variable of 4 bytes
"""


def report():
    """Both accesses, with their goroutines and calls, and what the memory is."""
    status, text = run("race")
    found = re.search(REPORT, text)
    expect(status == STATUS and found, "the report", text)
    expect(found[4] != found[8] and found[3] == found[7], "two goroutines, one address", text)
    equal(run("race", more=",seedrace=-1"), (0, ""), "seedrace=-1: no detector")
    text = run("handedover")[1]
    expect(re.search(r"is byte 4 of an object of 8 bytes\nallocated by goroutine \d+:\n(?:.*\n)*?buyer", text),
           "where an object comes from", text)
    text = run("closechan")[1]
    expect(re.search(r"by goroutine \d+.*:\nrt_chan_send\(\.\.\.\)\n\t.*\nsender\(\.\.\.\)\n\t.*closechan\.c:16", text),
           "a function of rt.h, and its caller", text)
    status, said = explore("-n", "50", "./race")
    kinds = re.findall(r"^50 x data race: .*$", said, re.M)
    expect(status == 1 and 1 <= len(kinds) <= 2 and "replayed alike 5 of 5" in said,
           "rt0-explore: one kind for each pair of places", said)


def many():
    build(f"{ROOT}/tests/replay/many.c", "many")
    status, text = run("many", "10000")
    expect(status == STATUS and "in count (many.c:15)" in text, "10,000 goroutines, one of them wrong", text)
    equal(run("many", "10000", "right"), (0, ""), "10,000 goroutines")


build(f"{ROOT}/tests/replay/order.c", "order")
names = subprocess.run([f"{TMP}/order"], capture_output=True, text=True, check=True).stdout.split()
equal(set(RACES) - set(names), set(), "cases that there are not")
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for done in [pool.submit(pair, name) for name in PROGRAMS] + [pool.submit(case, name) for name in names]:
        done.result()
report()
many()
finish()
