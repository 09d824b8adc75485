#!/usr/bin/env python3
# tests/check/schedtrace.py - GODEBUG's schedtrace, scheddetail and inittrace say what is
# documented, byte for byte, and what they say agrees with itself.
# stdout: ok
# timeout: 120

import collections
import os
import re
import subprocess

from expect import TMP, expect, finish, rtcc

PROGRAM = r"""
#include <rt.h>

static rt_chan *never;

static void waiter(void *arg)
{
	rt_chan_recv(never, arg);
}

static void worker(void *arg)
{
	for (int i = 0; i < 1000; i++)
		rt_gosched();
	rt_chan_send(arg, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);
	int64_t end = rt_nanotime() + 300 * RT_MILLISECOND;

	never = rt_chan_make(0, 0);
	rt_go(waiter, NULL);
	rt_sleep(argc > 1 ? 50 * RT_MILLISECOND : 0); // sysmon's first line is out
	if (argc > 1 && argv[1][0] == 'd') // deadlock
		rt_chan_recv(never, NULL);
	if (argc > 1) // panic
		rt_panic("the end");
	while (rt_nanotime() < end) {
		for (int i = 0; i < 50; i++)
			rt_go(worker, done);
		for (int i = 0; i < 50; i++)
			rt_chan_recv(done, NULL);
	}
	rt_sleep(100 * RT_MILLISECOND); // all Ps are idle: no deep sleep
	return 0;
}
"""

HEAD = (r"SCHED (?P<ms>\d+)ms: gomaxprocs=(?P<procs>\d+) idleprocs=(?P<idleprocs>\d+) "
        r"threads=(?P<threads>\d+) spinningthreads=(?P<spinning>\d+) "
        r"idlethreads=(?P<idlethreads>\d+) runqueue=(?P<runqueue>\d+)")
SHORT = re.compile(HEAD + r" \[(?P<queues>\d+(?: \d+)*)\]")
LONG = re.compile(HEAD + r" gcwaiting=[01] nmidlelocked=(?P<locked>-?\d+) stopwait=\d+ "
                  r"sysmonwait=[01]")
LINES = {
    "P": re.compile(r"  P(?P<id>\d+): status=(?P<status>[0-4]) schedtick=\d+ syscalltick=\d+ "
                    r"m=(?P<m>-1|\d+) runqsize=\d+ gfreecnt=\d+ timerslen=\d+"),
    "M": re.compile(r"  M(?P<id>\d+): p=(?P<p>-1|\d+) curg=(?P<curg>-1|\d+) mallocing=\d+ "
                    r"throwing=(?P<throwing>-1|\d+) preemptoff= locks=\d+ dying=[0-3] "
                    r"spinning=(?:true|false) blocked=(?:true|false) lockedg=(?:-1|\d+)"),
    "G": re.compile(r"  G(?P<id>\d+): status=(?P<status>[0-9])\((?P<reason>.*)\) "
                    r"m=(?:-1|\d+) lockedm=(?:-1|\d+)"),
}
INIT = re.compile(r"init (\w+) @(\d+) ns, (\d+) ns clock")
STEPS = ("tracebackinit moduledataverify stackinit mallocinit fastrandinit initm0 cpuinit "
         "alginit modulesinit typelinksinit itabsinit initsigmask goargs goenvs "
         "parsedebugvars gcinit relroinit initprocs").split()


def run(godebug, *args, procs="2"):
    """Returns the lines of standard error, and the status."""
    done = subprocess.run([f"{TMP}/program", *args], capture_output=True, text=True,
                          timeout=60, check=False,
                          env={**os.environ, "GOMAXPROCS": procs, "GODEBUG": godebug})
    return done.stderr.splitlines(), done.returncode


def agrees(head, text):
    """The header's counts."""
    n = {name: int(value) for name, value in head.groupdict().items()
         if name not in ("queues", "locked")}
    expect(n["idleprocs"] <= n["procs"] and n["idlethreads"] < n["threads"], "counts", text)
    expect(n["spinning"] <= n["procs"], "more spin than there are Ps", text)


def well_timed(times):
    """400 ms: a line at once, then every 20 ms, also while all Ps are idle."""
    return len(times) >= 10 and times[-1] >= 330


def short():
    best = False
    for procs in ("1", "2", "5", "1", "2", "5"):
        lines, status = run("schedtrace=20", procs=procs)
        expect(status == 0, "status", str(status))
        heads = [SHORT.fullmatch(line) for line in lines]
        expect(heads and all(heads), "schedtrace: not the documented format", "\n".join(lines))
        if not heads or not all(heads):
            continue
        times = [int(head["ms"]) for head in heads]
        expect(times[0] == 0 and times == sorted(times), "times", str(times))
        expect(times[-1] >= 19 * (len(times) - 1) - 19, "too often", str(times))
        best = best or well_timed(times)  # once is enough on a busy machine
        for head, line in zip(heads, lines):
            agrees(head, line)
            expect(head["procs"] == procs and len(head["queues"].split()) == int(procs),
                   "queues", line)
    expect(best, "in no run were there enough lines")


def blocks(lines):
    """Yields the detailed traces: a head, and the lines of each letter."""
    for line in lines:
        head = LONG.fullmatch(line)
        if head:
            block = head, collections.defaultdict(list), [line]
            yield block
            continue
        found = line[2:3] in LINES and LINES[line[2]].fullmatch(line)
        if not found:
            return
        block[1][line[2]].append(found)
        block[2].append(line)


def consistent(head, found, lines, dying=False):
    text = "\n".join(lines)
    agrees(head, lines[0])
    expect([int(p["id"]) for p in found["P"]] == list(range(int(head["procs"]))), "Ps", text)
    ids = [int(m["id"]) for m in found["M"]]
    expect(ids == list(range(len(ids) - 1, -1, -1)), "Ms, newest first", text)
    if not dying:  # under sched.lock
        expect(len(ids) == int(head["threads"]), "threads", text)
    # Written while others run: but a P in use has an M of this list.
    for p in found["P"]:
        expect(p["m"] == "-1" or int(p["m"]) in ids, "a P's m", text)
    expect(found["G"][0]["id"] == "1", "G1 is the first", text)
    for reason in ("force gc (idle)", "GC sweep wait", "GC scavenge wait"):
        expect(any(g["reason"] == reason and g["status"] == "4" for g in found["G"]),
               f"no goroutine waits for {reason}", text)


def detailed():
    lines, status = run("schedtrace=50,scheddetail=1")
    expect(status == 0, "status", str(status))
    read = 0
    heads = list(blocks(lines))
    for block in heads[1:]:  # the first may come before G2 to G4
        consistent(*block)
    read = sum(len(block[2]) for block in heads)
    expect(read == len(lines), "scheddetail: not the documented format",
           "\n".join(lines[read:read + 1]))
    expect(2 <= len(heads) <= 12, "number of traces", str(len(heads)))


def dying():
    """A crash prints a detailed trace first, whichever of the two is set."""
    for godebug in ("schedtrace=100000", "scheddetail=1", "schedtrace=100000,scheddetail=1"):
        for how, words in (("panic", "panic: the end"),
                           ("deadlock", "fatal error: all goroutines are asleep - deadlock!")):
            lines, status = run(godebug, how)
            text = "\n".join(lines)
            expect(status == 2, f"{godebug} {how}: status {status}", text)
            while lines and SHORT.fullmatch(lines[0]):  # sysmon's first
                lines = lines[1:]
            found = list(blocks(lines))
            expect(bool(found), f"{godebug} {how}: no trace", text)
            for block in found[-1:]:
                consistent(*block, dying=True)
            rest = lines[sum(len(block[2]) for block in found):]
            expect(rest and rest[0] == words, f"{godebug} {how}: not first", text)
            if found and how == "panic":
                curg = [m for m in found[-1][1]["M"] if m["curg"] == "1"]
                expect(len(curg) == 1, "who panics is on its M", text)


def silent():
    for godebug in ("schedtrace=0", "schedtrace=-5", "schedtrace=x", "schedtrace",
                    "scheddetail=1", "inittrace=0"):
        lines, status = run(godebug)
        expect(status == 0 and not lines, f"{godebug}: says something", "\n".join(lines))


def inittrace():
    lines, status = run("inittrace=1")
    found = [INIT.fullmatch(line) for line in lines]
    expect(status == 0 and all(found), "inittrace", "\n".join(lines))
    if all(found):
        expect([step[1] for step in found] == STEPS, "steps", "\n".join(lines))
        times = [(int(step[2]), int(step[3])) for step in found]
        expect(all(a + cost == b for (a, cost), (b, _) in zip(times, times[1:])),
               "each step begins where the one before ends", "\n".join(lines))


def main():
    with open(f"{TMP}/program.c", "w", encoding="ascii") as file:
        file.write(PROGRAM)
    rtcc(f"{TMP}/program.c", "program")
    short()
    detailed()
    dying()
    silent()
    inittrace()
    finish()


if __name__ == "__main__":
    main()
