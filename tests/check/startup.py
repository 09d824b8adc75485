"""The part of check-startup that runs inside gdb: the order of the steps, and the state.

    gdb -batch -x tests/check/startup.py PROGRAM

Stops the program at every function of startup-order.txt; the first arrivals of the first
thread must come in the file's order. At each stop the expressions of startup_rows.py that
belong there must hold. All this with GOMAXPROCS=1, 4 and unset; then a start for each of
startup_rows.SETTINGS. What goes wrong is printed to RT0_REPORT, and to RT0_RESULTS a line
"ROW ok" or "ROW bad" for each check, which startup.sh counts.

gdb stops all threads for milliseconds at a time. sysmon would take that for a goroutine
that does not yield, and the rest would depend on timing: so it runs alone at first, and
its first sleep is made to last an hour.
"""

import os
import re
import signal
import sys
import time

import gdb

from report import RESULTS, VERBOSE, run, say, settle

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
import startup_facts  # noqa: E402 (found by the line above)
import startup_rows  # noqa: E402

LIMIT = 100000  # stops in one run: more is a loop
HOUR = 3600 * 1000 * 1000  # us


# The table.

class Check:
    """A line of the table: row (None: a let), who, name, at its return?, which N."""

    LINE = re.compile(r"(?P<row>\d+|let)\s+(?:(?P<who>M1|other):)?(?P<name>\w+)"
                      r"(?P<ret>:ret)?(?:\[(?P<more>>?)(?P<procs>\d+)\])?\s*(?P<text>.*)")

    def __init__(self, line):
        found = self.LINE.fullmatch(line)
        if not found:
            raise ValueError("startup_rows.py: cannot read: " + line)
        self.row = None if found["row"] == "let" else int(found["row"])
        self.who = found["who"] or "first"
        self.name = found["name"]
        self.ret = bool(found["ret"])
        self.text = found["text"]
        self.where = line.split()[1]
        self.procs, self.more = int(found["procs"] or 0), bool(found["more"])

    def wanted(self, procs):
        """Is it meant for a run with so many Ps?"""
        if self.more:
            return procs > self.procs
        return self.procs in (0, procs)


def checks_of(text):
    lines = map(str.strip, text.split("\n"))
    return [Check(line) for line in lines if line and not line.startswith("#")]


def has_musl():
    """Is a C library linked in?"""
    return bool(int(gdb.parse_and_eval("(long)_cgo_thread_start")))


def table():
    checks = checks_of(startup_rows.ROWS)
    if not has_musl():
        return checks
    others = checks_of(startup_rows.MUSL)
    replaced = {(check.row, check.where) for check in others}
    checks = [check for check in checks if (check.row, check.where) not in replaced]
    for check in checks:  # g's word
        check.text = check.text.replace("m0.tls[0]", "*(long*)($fs_base-8)")
    return checks + [check for check in others if check.text]


def order_of_steps():
    with open(os.path.join(HERE, "startup-order.txt"), encoding="ascii") as file:
        order = file.read().split()
    if has_musl():
        order.remove("settls")
        others = {"clone": "x_cgo_thread_start", "exit": "_Exit"}
        order = [others.get(name, name) for name in order]
    return order


# Evaluating.

def split_outside(text, separator):
    """Splits text at the separators that are in no parentheses or brackets."""
    parts, depth, begin = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if depth == 0 and text.startswith(separator, i):
            parts.append(text[begin:i])
            begin = i + len(separator)
    return [part.strip() for part in parts + [text[begin:]]]


def shown(text):
    """Returns the value of an expression for a reader."""
    try:
        value = gdb.parse_and_eval(text)
        if value.type.strip_typedefs().code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR):
            number = int(value) & (1 << 64) - 1
            return f"{value} ({number:#x})" if number > 9 else f"{value}"
        return str(value)
    except gdb.error as error:
        return f"({error})"


def found_in(text):
    """Returns why an expression is false: its first false part, with both sides."""
    for part in split_outside(text, " && "):
        try:
            if bool(gdb.parse_and_eval(part)):
                continue
        except gdb.error as error:
            return f"{part}: {error}"
        for operator in (" == ", " != ", " <= ", " >= ", " < ", " > "):
            sides = split_outside(part, operator)
            if len(sides) == 2:
                return "\n        ".join(f"{side} is {shown(side)}" for side in sides)
        return f"{part} is {shown(part)}"
    return "(true when looked at again)"


def false_instance(text):
    """Returns None when the expression holds, or what was found."""
    loop = re.fullmatch(r"each (.+?)\.\.(.+?): (.+)", text)
    if not loop:
        try:
            return None if bool(gdb.parse_and_eval(text)) else found_in(text)
        except gdb.error as error:
            return str(error)
    low, high = (int(gdb.parse_and_eval(end)) for end in loop.groups()[:2])
    for i in range(low, high + 1):
        startup_facts.setvar("i", i)
        found = false_instance(loop[3])
        if found:
            return f"$i is {i}\n        {found}"
    return None


def judge(row, where, text, run):
    """Evaluates one check of the table and writes the result down."""
    found = false_instance(text)
    print(row, "bad" if found else "ok", file=RESULTS, flush=True)
    if found:
        say(f"row {row} at {where} ({run}):\n        {text}\n    found:\n        {found}")
    elif VERBOSE:
        say(f"{row:3} {where:22} {text}")


# Running.

def address_of(name):
    """Returns where the runtime's function begins: beside musl, some have another symbol."""
    try:
        return int(gdb.parse_and_eval(f"(long)&'rt0.{name}'"))
    except gdb.error:
        return int(gdb.parse_and_eval(f"(long)&{name}"))


class Run:
    """One start of the program, from its first instruction to its end."""

    def __init__(self, procs, checks, order):
        self.asked = procs
        self.name = f"GOMAXPROCS={procs}" if procs else "GOMAXPROCS unset"
        self.checks, self.order = checks, order
        self.arrived = []  # names in the order of the first thread's first arrivals
        self.pid = None
        self.asleep = False  # sysmon
        self.points = {}  # address: {(caller, name, ret, sp at the call)}
        self.breakpoints = {}

    def watch(self, address, point):
        if address not in self.points:
            self.points[address] = set()
            self.breakpoints[address] = gdb.Breakpoint(f"*{address:#x}", internal=True)
        self.points[address].add(point)

    def unwatch(self, address, point):
        self.points[address].discard(point)
        if not self.points[address]:
            del self.points[address]
            self.breakpoints.pop(address).delete()

    def watch_names(self):
        """Returns whether all names are symbols."""
        wanted = {("first", name) for name in self.order}
        wanted |= {(c.who, c.name) for c in self.checks} | {("M1", "usleep")}
        good = True
        for who, name in sorted(wanted):
            try:
                address = address_of(name)
            except gdb.error as error:
                say(f"{name} is no symbol of the program ({error})")
                good = False
                continue
            self.watch(address, (who, name, False, 0))
        return good

    def who(self, tid):
        """Yields what the stopped thread is called in the table."""
        if tid == self.pid:
            yield "first"
            return
        yield "other"
        if int(gdb.parse_and_eval("(*(G**)((long)$fs_base-8))->m->id")) == 1:
            yield "M1"

    def at(self, who, name, ret):
        """Runs the table's lines for a place."""
        for check in self.checks:
            if (check.who, check.name, check.ret) != (who, name, ret):
                continue
            if check.row is None:
                gdb.execute("set " + check.text)
            elif check.wanted(self.procs):
                judge(check.row, check.where, check.text, self.name)

    def arrive(self, address, point):
        who, name, ret, _ = point
        self.unwatch(address, point)
        if who == "first" and not ret and name in self.order:
            self.arrived.append(name)
        if not ret and any((c.who, c.name, c.ret) == (who, name, True)
                           for c in self.checks):
            sp = int(gdb.parse_and_eval("(long)$sp"))
            back = int(gdb.parse_and_eval("*(long*)$sp"))
            self.watch(back, (who, name, True, sp))
        self.at(who, name, ret)
        if who == "M1" and name == "usleep":
            gdb.execute(f"set $edi = {HOUR}")
            self.asleep = True
        if who == "first" and name == "lockOSThread":
            self.run_sysmon()

    def run_sysmon(self):
        """The second thread has just been made: runs it alone until it sleeps."""
        first = gdb.selected_thread()
        gdb.execute("set scheduler-locking on")
        for thread in gdb.selected_inferior().threads():
            if thread.ptid[1] != self.pid:
                thread.switch()
        self.stopped()  # it may be at one of its steps already
        while not self.asleep:
            gdb.execute("continue", to_string=True)
            if not self.stopped():
                break
        gdb.execute("set scheduler-locking off")
        first.switch()

    def stopped(self):
        """Handles a stop: false when it is not one of ours."""
        if not gdb.selected_inferior().pid:
            return False
        address = int(gdb.parse_and_eval("(long)$pc"))
        if address not in self.points:
            return False
        tid = gdb.selected_thread().ptid[1]
        if self.pid is None:
            self.pid = gdb.selected_inferior().pid
            values = startup_facts.facts(self.pid, self.asked)
            self.procs = values["N"]
            for name, value in values.items():
                startup_facts.setvar(name, value)
        mine = startup_facts.status(tid)
        startup_facts.setvar("tid", tid)
        startup_facts.setvar("threads", int(mine["Threads"]))
        startup_facts.setvar("SigBlk", int(mine["SigBlk"], 16))
        startup_facts.setvar("SigCgt", int(mine["SigCgt"], 16))
        sp = int(gdb.parse_and_eval("(long)$sp"))
        names = set(self.who(tid))
        for point in sorted(self.points[address]):
            # This call returns when its return address is off the stack.
            if point[0] in names and (not point[2] or sp == point[3] + 8):
                self.arrive(address, point)
        return True

    def let_go(self):
        """Lets the program end by itself, at its call of exit, and returns its status.

        gdb would still wait for the other threads, and trip over their deaths.
        """
        gdb.execute("detach", to_string=True)
        for _ in range(1000):
            pid, how = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(how)
            time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None

    def go(self):
        """Returns whether the program ran to its end as it should."""
        gdb.execute("starti", to_string=True)  # now the program is where it will be
        try:
            if not self.watch_names():
                return False
            for _ in range(LIMIT):
                if not self.stopped():
                    say(f"{self.name}: unexpected stop:\n"
                        + gdb.execute("info program", to_string=True))
                    return False
                if self.order[-1] in self.arrived:
                    return self.finished(self.let_go())
                gdb.execute("continue", to_string=True)
            say(f"{self.name}: does not come to an end")
            return False
        finally:
            for breakpoint in self.breakpoints.values():
                breakpoint.delete()
            if gdb.selected_inferior().pid:
                gdb.execute("kill", to_string=True)

    def finished(self, code):
        print(103, "ok" if code == 0 else "bad", file=RESULTS)
        if code != 0:
            say(f"row 103 ({self.name}): exit status {code}, wanted 0")
        for points in self.points.values():
            for who, name, ret, _ in points:
                self.never(who, name, ret)
        return self.in_order()

    def never(self, who, name, ret):
        """Some checks were not made: their step was not reached."""
        for check in self.checks:
            if ((check.who, check.name, check.ret) == (who, name, ret) and check.row
                    and check.wanted(self.procs)):
                print(check.row, "bad", file=RESULTS)
                say(f"row {check.row} ({self.name}): {check.where} was never reached")

    def in_order(self):
        for i, name in enumerate(self.order):
            came = self.arrived[i] if i < len(self.arrived) else "the end"
            if came != name:
                say(f"order ({self.name}): step {i + 1} of startup-order.txt is {name}, "
                    f"but {came} came")
                say("    before it: " + " ".join(self.arrived[max(0, i - 4):i]))
                return False
        say(f"order ({self.name}): {len(self.order)} steps, each in its place")
        return True


def settings():
    """A start for each variable that changes what schedinit does."""
    for row, name, value, text in startup_rows.SETTINGS:
        gdb.execute(f"set environment {name} = {value}")
        stop = gdb.Breakpoint("*newproc", internal=True)
        gdb.execute("run", to_string=True)
        judge(row, "newproc", text, f"{name}={value}")
        stop.delete()
        gdb.execute("kill", to_string=True)
        gdb.execute(f"unset environment {name}")


def grace(end):
    """Main returns while another goroutine dies: rows 101 and 102, which need variables
    that no program sets at will."""
    # A signal or another thread's event that comes at a breakpoint makes gdb count it twice.
    # With a C library, sysmon needs signals; on a busy machine threads begin late.
    gdb.execute("set environment GODEBUG asyncpreemptoff=1")
    extra = 50
    main = gdb.Breakpoint("*rt_main", internal=True)
    cases = ((101, "runningPanicDefers", 1000), (102, "panicking", 0))
    for row, variable, steps in cases:
        gdb.execute("run", to_string=True)
        gdb.execute(f"set var {variable} = 1")
        yields = gdb.Breakpoint("*rt_gosched", internal=True)
        yields.ignore_count = LIMIT
        stops = [gdb.Breakpoint("*" + end, internal=True)]
        if row == 102:
            stops.append(gdb.Breakpoint("*gopark if $edx == WaitReasonPanicWait",
                                        internal=True))
        gdb.execute("continue", to_string=True)
        startup_facts.setvar("yields", yields.hit_count)
        at = "gopark" if row == 102 else end
        text = f"$yields >= {steps} && $yields <= {steps + extra} && $pc == (long)&{at}"
        judge(row, "after rt_main", text, f"{variable} is 1")
        gdb.execute("kill", to_string=True)
        for breakpoint in [yields, *stops]:
            breakpoint.delete()
    main.delete()
    gdb.execute("unset environment GODEBUG")


def prepare():
    settle("disable-randomization off", "args one two")
    gdb.execute("handle SIGURG nostop noprint pass", to_string=True)
    for name in ("GOMAXPROCS", "GODEBUG", "GOTRACEBACK", "GOGC"):
        gdb.execute("unset environment " + name)
    startup_facts.Inside()
    startup_facts.Zero()


def main():
    prepare()
    order = order_of_steps()
    checks, good, seeds = table(), True, set()
    for procs in (1, 4, 0):
        if procs:
            gdb.execute(f"set environment GOMAXPROCS = {procs}")
        else:
            gdb.execute("unset environment GOMAXPROCS")
        good = Run(procs, checks, order).go() and good
        seeds.add(int(gdb.parse_and_eval("$seed")))
    print(30, "ok" if len(seeds) == 3 else "bad", file=RESULTS)
    if len(seeds) != 3:
        say("row 30: fastrandseed was the same in two runs")
    settings()
    grace(order[-1])
    for title, notes in (("deviates", startup_rows.DEVIATIONS),
                         ("not looked at", startup_rows.ELSEWHERE)):
        for row, note in notes.items():
            if VERBOSE:
                say(f"row {row} {title}: {note}")
    for row in startup_rows.ELSEWHERE:
        print(row, "elsewhere", file=RESULTS)
    return good


run("startup.py", main)
