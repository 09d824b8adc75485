"""The part of gdb.sh that runs inside gdb: the commands of tools/gdb/rt0.py.

    gdb -batch -x tests/check/gdb.py PROGRAM

PROGRAM is gdb.c. Each command's output must have what its regular expressions find, in
their order. First on a process that stands in stop(), then in the handler of a signal; then,
if RT0_CORE names one, on the core file of a process that panicked at the same place. What is
missing is printed to RT0_REPORT, and at the end how many held.
"""

import os
import re

import gdb

from report import VERBOSE, run, say, settle

counts = {"hold": 0, "do not": 0}

# "(?s)" is in force; W is anything within a line, F a frame's number and address.
W = r"[^\n]*"
F = r"#\d+ +(?:0x[0-9a-f]+ in )?"

# On a process and in a core file: where nobody stands depends on neither.
EVERYWHERE = (
    ("info goroutines",
     r"^ +id +state +reason +where\n\*  1 +running +M\d+ ",
     r"\n +2 +waiting +force gc \(idle\), system ",
     r"\n +3 +waiting +GC sweep wait, system ",
     r"\n +4 +waiting +GC scavenge wait, system ",
     r"\n +5 +waiting +chan receive +receiver \(\) at " + W + r"gdb\.c:\d+\n",
     r"\n +6 +waiting +chan send +sender \(\) at",
     r"\n +7 +waiting +sleep +sleeper \(\) at",
     r"\n +8 +waiting +chan receive +deeper \(\) at",
     r"\n +9 +syscall +M\d+ +reader \(\) at",
     r"\n +10 +waiting +sync\.WaitGroup\.Wait +waiter \(\) at",
     r"\n +11 +waiting +chan receive, locked to thread +locked \(\) at",
     r"\n +12 +waiting +chan receive \(nil chan\) \(leaked\) +forgotten \(\) at",
     r"\n +13 +runnable +spinner \(\) at",
     r"\n +14 +runnable +fresh \(\) at " + W + r"gdb\.c:\d+\n$"),
    # Parked.
    ("goroutine 5 bt",
     r"^#0 +" + W + r"mcall \(\) at asm/amd64/switch\.S:\d+\n#1 +" + W + r"gopark \(",
     F + r"receiver \(" + W + r"\n" + F + r"goexit \(\) at asm/amd64/switch\.S:\d+\n$"),
    ("goroutine 5", r"^goroutine 5 \[chan receive\]:\n#0 " + W + "mcall "),
    ("goroutine 5 bt 2", r"^#0 " + W + "mcall " + W + r"\n#1 " + W + "gopark " + W
     + r"\n(?!#)"),
    ("goroutine 5 frame 1", r"^#1 " + W + "gopark "),
    ("goroutine 5 frame", r"^#\d+ " + W + "receiver "),
    ("goroutine 6 p sent", r"^\$\d+ = 40\n$"),
    ("goroutine 7 bt", "mcall .*gopark .*rt_sleep .*sleeper .*goexit "),
    # On its segment, with its first frame on the small stack.
    ("goroutine 8 bt", r"mcall .*gopark .*deeper .*" + F + r"__morestack \(" + W + r"\n"
     + F + r"deep \(" + W + r"\n" + F + "goexit "),
    ("goroutine 8 p sizeof(frame) + frame[0]", r"= 5005\n$"),
    # In a system call.
    ("goroutine 9 bt", "rt_raw_syscall .*reader .*goexit "),
    ("goroutine 10 bt", "mcall .*gopark .*rt_waitgroup_wait .*waiter .*goexit "),
    # Interrupted at some instruction; not begun yet.
    ("goroutine 13 bt", r"^#0 +" + W + "spinner " + W + r"\n#1 +" + W + r"goexit " + W
     + r"\n$"),
    ("goroutine 14 bt", r"^#0 +" + W + r"fresh \(" + W + r"\n#1 +" + W + "goexit " + W
     + r"\n$"),
    ("goroutine all bt", r"^goroutine 1 \[running\]:\n#0 .*\n\ngoroutine 2 \[force gc",
     r"\n\ngoroutine 11 \[chan receive, locked to thread\]:\n#0 +" + W + "mcall ",
     r"\n\ngoroutine 12 \[chan receive \(nil chan\) \(leaked\)\]:\n#0 +" + W + "mcall ",
     r"\n\ngoroutine 14 \[runnable\]:\n#0 +" + W + "fresh " + W + r"\n#1 " + W
     + r"goexit " + W + r"\n\n$"),
    ("goroutine 99 bt", "^there is no goroutine 99$"),
    ("goroutine nobody bt", '^goroutine: No symbol "nobody" in current context.$'),
    # Threads, processors, timers.
    ("info ms", r"^ +id +tid +thread +p +does +where\n", r"\n +1 +\d+ +\d+ +- +sysmon "),
    ("info ms", r"\n +\d+ +\d+ +\d+ +- +waits for goroutine 11 +futexsleep "),
    ("info ms", r" - +goroutine 9 in a system call "),
    ("info ms", r"\n\* +\d+ +\d+ +\d+ +P0 +goroutine 1[ ,]"),
    ("info ps", r"^id +state +m +", r"\n0 +running +M\d+ +\d+ +\d+ +14 +(13|-) ",
     r"\nglobal queue: (13|-); idle Ps: 0; "),
    ("p $getg()", r"goroutine 1 \[running\]\n$"),
    ("p $getg()->goid", r" = 1\n$"),
    ("goroutine 8 p $getg()->goid", r" = 8\n$"),
    # What it prints of the runtime's data.
    ("p *full", r" = channel of 8-byte elements, 3 of 3 in the buffer = \{\[0\] = 10, \[1\] "
     r"= 20, \[2\] = 30, senders = goroutine 6 of 40\}\n$"),
    ("p *empty", r"0 of 0 in the buffer = \{receivers = goroutine (5|8|11), goroutine "
     r"(5|8|11), goroutine (5|8|11)\}\n$"),
    ("p *events", r'12-byte elements, 1 of 2 in the buffer = \{\[0\] = "twelve bytes"\}\n$'),
    ("p full", r"\(rt_chan \*\) 0x[0-9a-f]+ channel of 8-byte elements"),
    ("p *allgs[4]", r" = goroutine 5 \[chan receive\] = \{stack = \{lo = "),
    ("p m0.g0", r"\(G \*\) 0x[0-9a-f]+ " + W + r"system G \(g0, gsignal\) of M0\n$"),
    ("p *allp[0]", r" = P0 \(running\) = \{id = 0, status = "),
    ("p m0", r" = M0 \(thread \d+\) = \{tls = "),
    ("p allp[0]->timersLock", r" = unlocked \(rank Timers\)\n$"),
    ("p/r allp[0]->timersLock", r" = \{key = 0, rank = "),
)

LIVE = (
    ("p sched", r" = 7\n$"),  # the program's own
    ("bt", r"^#0 +stop .*rt_main .*runtime_main .*goexit " + W + r"\n$"),
    ("info timers", r"^p +due +period +calls +with\nP0 +\+3[0-9.]+ ms +- +\w+ +goroutine 7\n$"),
)

CORE = (
    ("bt", "rt_panic .*rt_main .*runtime_main .*goexit " + W + r"\n$"),
    ("info timers", r"\nP0 +\d+ ns +- +\w+ +goroutine 7\n$"),
)

# At the first instruction of doSigPreempt, for the spinner that just went on.
HANDLER = (
    ("bt", r"^#0 +doSigPreempt .*sigtrampgo .*<signal handler called>\n" + F
     + r"spinner \(.*goexit "),
    ("p $getg() == $getg()->m->gsignal", r" = 1\n$"),
    ("info goroutines", r"\n\* +13 +running +M\d+ +spinner \(\) at"),
    ("goroutine 13 bt", r"<signal handler called>\n#\d+ +" + W + r"spinner \("),
    ("info ms", r"\n\* +\d+ +\d+ +\d+ +P0 +handles a signal, goroutine 13"),
)


def output(command):
    try:
        return gdb.execute(command, to_string=True)
    except gdb.error as error:
        return str(error)


def look(where, rows):
    for command, *wanted in rows:
        text = output(command)
        at, missing = 0, None
        for pattern in wanted:
            found = re.compile(pattern, re.DOTALL).search(text, at)
            if not found:
                missing = pattern
                break
            at = max(found.end() - 1, 0)  # the line's end may begin the next
        counts["do not" if missing else "hold"] += 1
        if missing:
            say(f"{where}: {command}\n    does not match {missing}\n    in:")
        if missing or VERBOSE:
            say("".join(f"    {line}\n" for line in text.splitlines()))


def main():
    settle()
    look("no process", (("info goroutines", "^rt0: there is no process and no core file$"),))
    gdb.execute("set environment GOMAXPROCS = 1")
    stop = gdb.Breakpoint("stop", internal=True)
    gdb.execute("run", to_string=True)
    look("process", EVERYWHERE + LIVE)
    stop.delete()
    # Main goes to sleep forever, and the spinner is interrupted.
    gdb.execute("set var here = -1000000")
    gdb.Breakpoint("*doSigPreempt", internal=True)
    for _ in range(100):
        gdb.execute("continue", to_string=True)
        if int(gdb.parse_and_eval("((G *)$rdi)->goid")) == 13:
            break
    look("handler", HANDLER)
    gdb.execute("kill", to_string=True)
    core = os.environ.get("RT0_CORE")
    if core:
        gdb.execute(f"core-file {core}", to_string=True)
        look("core", EVERYWHERE + CORE)
    say(f"{counts['hold']} commands hold, {counts['do not']} do not")
    return counts["do not"] == 0


run("gdb.py", main)
