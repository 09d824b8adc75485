#!/usr/bin/env python3
# tests/check/frames.py - at GOTRACEBACK=system each frame has fp=, sp= and pc= as Go writes
# them. The frame is from sp up to fp, and its caller's begins where it ends, except for one
# step of a goroutine, from the segment to the small stack.
# stdout: ok

import os
import re
import subprocess
import sys

ROOT = os.environ["RT0_ROOT"]
program = os.path.join(os.environ["RT0_TMP"], "frames")
subprocess.run([ROOT + "/tools/rtcc", "-O1", "-g", ROOT + "/tests/check/frames.c", "-o", program],
               check=True)
FRAME = re.compile(r"^\t.+:\d+ \+0x[0-9a-f]+(.*)$")
ADDRESSES = re.compile(r"^ fp=0x([0-9a-f]+) sp=0x([0-9a-f]+) pc=0x[0-9a-f]+$")


def check(stack):
    """Looks at the frames of a goroutine; returns how many there are."""
    n = jumps = 0
    below = None
    for line in stack.splitlines():
        if line.startswith("created by "):
            break
        frame = FRAME.match(line)
        if not frame:
            continue  # a function's name, or an inlined function
        found = ADDRESSES.match(frame[1])
        if not found:
            sys.exit(f"no addresses: {line}\n{stack}")
        fp, sp = (int(found[i], 16) for i in (1, 2))
        if sp >= fp:
            sys.exit(f"empty frame: {line}\n{stack}")
        jumps += below not in (None, sp)
        below = fp
        n += 1
    if jumps > 1:
        sys.exit(f"frames do not meet {jumps} times:\n{stack}")
    return n


for argument in [], ["fault"]:
    for procs in "1", "4":
        env = dict(os.environ, GOTRACEBACK="system", GOMAXPROCS=procs)
        run = subprocess.run([program, *argument], env=env, stderr=subprocess.PIPE, text=True)
        stacks = [s for s in run.stderr.split("\n\n") if re.match(r"goroutine \d+ \[", s)]
        if run.returncode != 2 or len(stacks) < 8:
            sys.exit(f"status {run.returncode}:\n{run.stderr}")
        if sum(check(s) for s in stacks) < 30:
            sys.exit(f"few frames:\n{run.stderr}")
print("ok")
