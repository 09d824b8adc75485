#!/bin/sh
# tests/check/breakpoints.sh - a breakpoint on a function of the scheduler or the interface
# stops in that function's own lines, not in an inlined function that it begins with; gdb
# finds the sources from any folder; frames behind a switch of stacks are there.
# needs: gdb

. "$RT0_ROOT/tests/lib/expect.sh"
unset RT0_FLAGS
"$rtcc" -O2 -g "$RT0_ROOT/examples/pipeline.c" -o program || exit 1
cat >commands.py <<'END'
import sys

import gdb

FUNCTIONS = ("schedule", "execute", "findrunnable", "gopark", "sysmon", "rt_go", "rt_chan_send",
             "rt_chan_recv")
failures = 0


def check(good, what):
    global failures
    if not good:
        print(f"FAILED: {what}")
        failures += 1


def function_at(symtab, line):
    """Returns the first line of the function that the line of a source belongs to."""
    with open(symtab.fullname(), encoding="utf-8") as file:
        lines = file.read().split("\n")[:line]
    return next(text for text in reversed(lines) if text[:1].isalpha())


gdb.execute("set pagination off")
gdb.execute("set style enabled off")
gdb.execute("set breakpoint pending off")
gdb.execute("handle SIGURG nostop noprint pass", to_string=True)
for name in FUNCTIONS:
    gdb.execute(f"tbreak {name}", to_string=True)
    gdb.execute("run >/dev/null", to_string=True)
    frame = gdb.selected_frame()
    here = frame.find_sal()
    check(frame.name() == name and f"{name}(" in function_at(here.symtab, here.line),
          f"break {name} stops in {frame.name()}, {here.symtab}:{here.line}")
    gdb.execute("delete")

# What a goroutine that makes another calls on g0's stack.
gdb.execute("tbreak rt_main")
gdb.execute("run >/dev/null", to_string=True)
gdb.execute("tbreak stackallocfn", to_string=True)
gdb.execute("continue", to_string=True)
names, frame = [], gdb.selected_frame()
while frame is not None:
    names.append("<signal>" if frame.type() == gdb.SIGTRAMP_FRAME else frame.name())
    frame = frame.older()
check("<signal>" in names and names[-1] == "goexit",
      f"from g0 back to the goroutine: {names}")
gdb.execute("kill", to_string=True)
sys.exit(1 if failures else 0)
END
gdb -nx -q -batch -iex 'set auto-load no' -ex "directory '$RT0_ROOT'" -x commands.py program >log 2>&1 ||
	{ cat log; exit 1; }
grep FAILED log && exit 1
exit 0
