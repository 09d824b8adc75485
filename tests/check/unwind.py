"""The part of unwind.sh that runs inside gdb.

    gdb -batch -x tests/check/unwind.py PROGRAM

PROGRAM is unwind.c. Each of its calls "outer(middle, n)" is stepped through, instruction by
instruction, from the first of middle until outer goes on; through the runtime too. At each
instruction the stack must be

    ... middle, outer, walker, goexit

in at most 20 frames, and what gdb takes for the preserved registers of outer and of walker
must be what it was before. Where the goroutine is not on its thread, or only half, the stack
may end early, without a complaint of gdb's, in one of the functions of ENDS.

Prints to RT0_REPORT what is wrong, and for each call the instructions seen.
"""

import os

import gdb

from report import VERBOSE, run, say, settle

LIMIT = 200000  # instructions of one call: more is a loop
FRAMES = 20
COMPLAINTS = 10
STACK_PREEMPT = 0x7FFFFFFFFFFFFADE
STACK_GUARD = 928
gdb.execute("source " + os.path.join(os.environ["RT0_ROOT"], "tools/gdb/arch.py"))
ARCH = arch()  # noqa: F821: arch.py's
RUNNING = f"((G *)*(long *)({ARCH.thread} + {ARCH.g}))"
CLEAN = (gdb.FRAME_UNWIND_OUTERMOST, gdb.FRAME_UNWIND_NO_REASON)
# What may be between the functions of the program.
BETWEEN = ("__morestack", "allocreturn", "allocreturn_caller", "recoverreturn",
           "recoverreturn_caller")
# A switch to or from a goroutine.
ENDS = ("mcall", "mcallexit", "gogo", "gostart", "asyncPreempt", "asyncResume")


def value(text):
    return int(gdb.parse_and_eval(text)) & (1 << 64) - 1


def registers(frame):
    return [int(frame.read_register(name)) & (1 << 64) - 1 for name in ARCH.saved]


def stack():
    """Returns the frames, newest first, and why there are no more (None: a good reason)."""
    frames, frame = [], gdb.newest_frame()
    while frame is not None:
        if len(frames) == FRAMES:
            return frames, f"more than {FRAMES} frames"
        frames.append(frame)
        try:
            frame = frame.older()
        except gdb.error as error:
            return frames, str(error)
    reason = frames[-1].unwind_stop_reason()
    if reason in CLEAN:
        return frames, None
    return frames, gdb.frame_stop_reason_string(reason)


def names(frames):
    return [frame.name() or "?" for frame in frames]


def stepi():
    """A step. Over popfq by a breakpoint: the kernel would take the step's trap flag for
    the program's own, and leave it set."""
    pc = value("$pc")
    if value("*(unsigned char *)$pc") != 0x9D:
        gdb.execute("stepi", to_string=True)
        return
    stop = gdb.Breakpoint(f"*{pc + 1:#x}", internal=True, temporary=True)
    gdb.execute("continue", to_string=True)
    if stop.is_valid():
        stop.delete()


class Walk:
    """The instructions of one call of middle."""

    def __init__(self, middle, switches=False):
        self.chain = [middle, "outer", "walker", "goexit"]
        self.switches = switches
        self.seen = {}  # function: addresses of instructions, for those of the switch code
        self.steps = 0
        self.bad = 0

    def begin(self):
        """At middle's first instruction."""
        frames, _ = stack()
        self.sp = value("$sp")
        self.goes_on = frames[1].pc()
        self.wanted = [registers(frame) for frame in frames[1:3]]

    def complaint(self, frames, why):
        """Returns what is wrong with the stack, or None."""
        if why:
            return why
        found = names(frames)
        tail = [name for name in found if name not in BETWEEN][-len(self.chain):]
        if value("$sp") > self.sp and found[0] in ("allocreturn", "recoverreturn"):
            tail = self.chain[:1] + tail  # middle has just returned
        if tail != self.chain:
            if self.switches and found[-1] in ENDS:
                return None
            if found[-2:] == ["forcegchelper", "goexit"]:
                return None  # its first turn, which comes late on a busy machine
            return "ends in " + ", ".join(found[-5:])
        for name, frame, wanted in zip(self.chain[1:], frames[-3:], self.wanted):
            for register, one, other in zip(ARCH.saved, registers(frame), wanted):
                if one != other:
                    return f"{register} of {name} is {one:#x}, was {other:#x}"
        return None

    def look(self):
        frames, why = stack()
        self.steps += 1
        self.seen.setdefault(frames[0].name() or "?", set()).add(frames[0].pc())
        why = self.complaint(frames, why)
        if why:
            self.bad += 1
            if self.bad <= COMPLAINTS:
                where = gdb.execute("x/i $pc", to_string=True).strip()
                say(f"{self.chain[0]}: {where}\n    {why}")
                say("    " + " < ".join(names(frames)))
        return why is None

    def step(self):
        """Makes a step; false when the call is over."""
        if self.steps == LIMIT:
            say(f"{self.chain[0]} does not come to its end")
            self.bad += 1
            return False
        stepi()
        if not gdb.selected_inferior().pid:
            say(f"{self.chain[0]}: the program has ended")
            self.bad += 1
            return False
        return value("$pc") != self.goes_on or value("$sp") <= self.sp

    def go(self, at=None):
        """Walks; at(name) is called at each function's first instruction."""
        while True:
            self.look()
            frame = gdb.newest_frame()
            if at and frame.function() and frame.pc() == frame.function().value().address:
                at(frame.name())
            if not self.step():
                return self.finish()

    def finish(self):
        through = {name: len(seen) for name, seen in self.seen.items()
                   if name in BETWEEN + ENDS or name.startswith("__morestack")
                   or name in ("systemstack", "newstack")}
        say(f"{self.chain[0]}: {self.steps} steps, {self.bad} bad; instructions of "
            + ", ".join(f"{name} {n}" for name, n in sorted(through.items())))
        if VERBOSE:
            say("    " + " ".join(sorted(self.seen)))
        return self.bad == 0


def run_to(place):
    stop = gdb.Breakpoint("*" + place, internal=True, temporary=True)
    gdb.execute("continue", to_string=True)
    if value("$pc") != value(f"(long)&{place}"):
        raise gdb.error(f"did not arrive at {place}")
    if stop.is_valid():
        stop.delete()


def walk_to(middle, switches=False):
    gdb.execute("set scheduler-locking off")
    run_to(middle)
    gdb.execute("set scheduler-locking on")
    withdraw_request()
    walk = Walk(middle, switches)
    walk.begin()
    return walk


def withdraw_request():
    """At a function's first instruction, on the small stack: gdb is slow, sysmon may have
    asked for another goroutine's turn, and the prologue would serve it."""
    if value(ARCH.guard) == STACK_PREEMPT:
        g = RUNNING
        gdb.execute(f"set {ARCH.guard} = {g}->stack.lo + {STACK_GUARD}")
        gdb.execute(f"set {g}->stackguard0 = {g}->stack.lo + {STACK_GUARD}")
        gdb.execute(f"set {g}->preempt = 0")
        gdb.execute(f"set {g}->m->p->preempt = 0")


def ask_to_yield(name, truly):
    """At inner_small's first instruction: its prologue will find StackPreempt."""
    if name == "inner_small":
        gdb.execute(f"set {ARCH.guard} = {STACK_PREEMPT}")
        if truly:
            gdb.execute(f"set {RUNNING}->preempt = 1")


def spin():
    """inner_spins is interrupted by sysmon's signal."""
    walk = walk_to("middle_spins", switches=True)
    gdb.execute("set scheduler-locking off")
    run_to("asyncPreempt")
    gdb.execute("set scheduler-locking on")
    while gdb.newest_frame().name() != "inner_spins":
        walk.look()
        if not walk.step():
            return walk.finish()
    gdb.execute("set var spinning = 0")
    return walk.go()


def recover():
    """From the call that follows rt_recover."""
    walk = walk_to("middle_recovers")
    run_to("inner_recovered")
    return walk.go()


def main():
    settle("backtrace limit unlimited")
    gdb.execute("handle SIGURG nostop noprint pass", to_string=True)
    gdb.execute("set environment GOMAXPROCS = 1")
    gdb.execute("set environment GODEBUG = asyncpreemptoff=0")
    gdb.Breakpoint("*walker", internal=True, temporary=True)
    gdb.execute("run", to_string=True)
    good = walk_to("middle").go()
    good &= walk_to("middle_small").go(lambda name: ask_to_yield(name, False))
    good &= walk_to("middle_small", True).go(lambda name: ask_to_yield(name, True))
    good &= walk_to("middle_alloca").go()
    good &= walk_to("middle_blocks").go()
    good &= recover()
    good &= walk_to("middle_yields", True).go()
    good &= spin()
    return good


run("unwind.py", main)
