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
import sys

import gdb

from report import RESULTS, VERBOSE, run, say, settle

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
import startup_facts  # noqa: E402 (found by the line above)
import startup_rows  # noqa: E402
import startup_target  # noqa: E402
from startup_target import HOUR, registers, value  # noqa: E402

LIMIT = 100000  # stops in one run: more is a loop
NOBODY = ("nobody", "", False, 0)  # a point that stays when all have been there


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
        self.name = startup_target.entry() if found["name"] == "entry" else found["name"]
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
    if startup_target.is_arm64():
        others = checks_of(startup_rows.ARM64)
    elif has_musl():
        others = checks_of(startup_rows.MUSL)
        for check in checks:  # g's word
            check.text = check.text.replace("$running", "*(long*)($fs_base-8)")
    else:
        others = []
    replaced = {(check.row, check.where) for check in others}
    checks = [check for check in checks if (check.row, check.where) not in replaced]
    checks += [check for check in others if check.text]
    for check in checks:
        check.text = registers(check.text)
    return checks


def order_of_steps():
    with open(os.path.join(HERE, "startup-order.txt"), encoding="ascii") as file:
        order = file.read().split()
    if startup_target.is_arm64():
        order[:2] = [startup_target.entry()]
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

    def __init__(self, target, procs, checks, order):
        self.target, self.asked = target, procs
        self.name = f"GOMAXPROCS={procs}" if procs else "GOMAXPROCS unset"
        self.checks, self.order = checks, order
        self.arrived = []  # names in the order of the first thread's first arrivals
        self.first = self.procs = None
        self.asleep = False  # sysmon
        self.points = {}  # address: {(caller, name, ret, sp at the call)}
        self.breakpoints = {}
        self.called = {}  # address: the name of a function whose calls the target notes

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
        for name in self.target.calls:
            self.called[address_of(name)] = name
            self.watch(address_of(name), NOBODY)
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
        if tid == self.first:
            yield "first"
            return
        yield "other"
        if startup_target.number(tid) == 1:
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
            self.watch(value("$back"), (who, name, True, value("$top")))
        self.at(who, name, ret)
        if who == "M1" and name == "usleep":
            gdb.execute(registers(f"set $arg0 = {HOUR}").replace("(long)", ""))
            self.asleep = True
        if who == "first" and name == "lockOSThread":
            self.run_sysmon()

    def run_sysmon(self):
        """The second thread has just been made: runs it alone until it sleeps."""
        first = gdb.selected_thread()
        gdb.execute("set scheduler-locking on")
        for thread in gdb.selected_inferior().threads():
            if thread.ptid[1] != self.first:
                thread.switch()
        self.stopped()  # it may be at one of its steps already
        while not self.asleep:
            gdb.execute("continue", to_string=True)
            if not self.stopped():
                break
        gdb.execute("set scheduler-locking off")
        first.switch()

    def look_around(self):
        """Sets what differs from stop to stop, and returns which thread this is."""
        tid = gdb.selected_thread().ptid[1]
        for name, number in self.target.status(tid).items():
            startup_facts.setvar(name, number)
        startup_facts.setvar("tid", tid)
        return tid

    def stopped(self):
        """Handles a stop: false when it is not one of ours."""
        if not gdb.selected_inferior().pid:
            return False
        address = value("(long)$pc")
        if address not in self.points:
            return False
        tid = self.look_around()
        sp = value("(long)$sp")
        names = set(self.who(tid))
        for point in sorted(self.points[address]):
            # This call returns when the stack pointer is its caller's.
            if point[0] in names and (not point[2] or sp == point[3]):
                self.arrive(address, point)
        if address in self.called:
            self.target.ledger.note(self.called[address])
        return True

    def begin(self):
        """Returns whether the program is at its first instruction, with all breakpoints."""
        self.target.start()  # now the program is where it will be
        self.first = gdb.selected_thread().ptid[1]
        values = self.target.facts(self.asked)
        self.procs = values["N"]
        for name, number in values.items():
            startup_facts.setvar(name, number)
        return self.watch_names()

    def end(self):
        for breakpoint in self.breakpoints.values():
            breakpoint.delete()
        self.target.kill()

    def go(self):
        """Returns whether the program ran to its end as it should."""
        last = self.target.last or self.order[-1]
        try:
            if not self.begin():
                return False
            for _ in range(LIMIT):
                if not self.stopped():
                    say(f"{self.name}: unexpected stop:\n"
                        + gdb.execute("info program", to_string=True))
                    return False
                if last in self.arrived:
                    break
                gdb.execute("continue", to_string=True)
            else:
                say(f"{self.name}: does not come to an end")
                return False
            if not self.target.last:
                return self.finished(self.target.let_go())
        finally:
            self.end()
        return Late(self).go()

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


class Late:
    """What follows the call of clone where only one thread may stop, and breakpoints must stay
    as they are while others run: a start for each place. Of the steps that startup-order.txt has
    behind it none may come first. sysmon's thread is asleep, unless the place
    is its own; for notesleep, where all come in time, the next one is, too."""

    ATTEMPTS = 5  # another thread may come to a place first

    def __init__(self, run):
        self.run, self.target, self.stops = run, run.target, []
        self.rest = run.order[run.order.index(self.target.last) + 1:]
        run.checks = [check for check in run.checks if "$SigBlk" not in check.text]

    def places(self):
        """Returns the places of steps and of checks that the run has not come to."""
        left = {point[:3] for points in self.run.points.values() for point in points}
        left |= {(who, name, True) for who, name, _ in left}
        left &= {(c.who, c.name, c.ret) for c in self.run.checks
                 if c.row and c.wanted(self.run.procs)}
        return sorted(left | {("first", name, False) for name in self.rest})

    def stop_at(self, address, who, others, asleep):
        """Starts the program, and returns whether a thread of these comes there first, and the
        address where one did. asleep: so many of the new threads are asleep."""
        self.end()
        self.target.start(endless=who == "M1")
        startup_target.go_on_to(self.target.last)
        gdb.execute(registers("set $m = (M*)$arg2"))
        for i in range(asleep):
            if i > 0:
                startup_target.go_on_to(self.target.last)
            startup_target.sleep()
        self.run.first = gdb.selected_thread().ptid[1]
        gdb.execute("set $g = allgs[0]")
        self.stops = [gdb.Breakpoint(f"*{place:#x}", internal=True)
                      for place in {address, *others}]
        gdb.execute("continue", to_string=True)
        here = value("(long)$pc")
        return here == address and who in self.run.who(self.run.look_around()), here

    def end(self):
        """The program goes first: its breakpoints stay as they are as long as threads run."""
        self.target.kill()
        while self.stops:
            self.stops.pop().delete()

    def come_to(self, who, name, ret):
        """Returns whether the program is there."""
        run, address, others = self.run, address_of(name), []
        if (who, ret) == ("first", False) and name in self.rest:
            others = [address_of(later) for later in self.rest[self.rest.index(name):]]
        asleep = {"M1": 0}.get(who, 2 if name == "notesleep" else 1)
        found = None
        for _ in range(self.ATTEMPTS):
            good, found = self.stop_at(address, who, others, asleep)
            if good and ret:
                good, found = self.stop_at(value("$back"), who, [], asleep)
            if good:
                return True
        say(f"{name} ({run.name}): {found:#x} came")
        return False

    def go(self):
        run = self.run
        for who, name, ret in self.places():
            try:
                if self.come_to(who, name, ret):
                    if (who, ret) == ("first", False) and name in self.rest:
                        run.arrived.append(name)
                    run.at(who, name, ret)
                else:
                    run.never(who, name, ret)
            finally:
                self.end()
        run.arrived.sort(key=run.order.index)  # each has been before those behind it
        run.points = {}
        return run.finished(self.target.status_of_all())


def settings(target):
    """A start for each variable that changes what schedinit does."""
    others = (startup_rows.SETTINGS_ARM64 if startup_target.is_arm64() else
              startup_rows.SETTINGS_AMD64)
    for row, name, text, expression in others + startup_rows.SETTINGS:
        target.setenv(name, text)
        target.start()
        startup_target.go_on_to("newproc")
        judge(row, "newproc", expression, f"{name}={text}")
        target.kill()
        target.setenv(name, None)


def grace(target, end):
    """Main returns while another goroutine dies: rows 101 and 102, which need variables
    that no program sets at will. With one P, each yield is a tick of it."""
    target.setenv("GODEBUG", "asyncpreemptoff=1")
    target.setenv("GOMAXPROCS", "1")
    extra = 50
    cases = ((101, "runningPanicDefers", 1000), (102, "panicking", 0))
    for row, variable, steps in cases:
        target.start()
        target.go_to("rt_main")
        gdb.execute(f"set var {variable} = 1")
        startup_facts.setvar("ticks", value("allp[0]->schedtick"))
        stops = [gdb.Breakpoint("*" + end, internal=True)]
        if row == 102:
            stops.append(gdb.Breakpoint(
                registers("*gopark if (int)$arg2 == WaitReasonPanicWait"), internal=True))
        gdb.execute("continue", to_string=True)
        startup_facts.setvar("yields", value("allp[0]->schedtick") - value("$ticks"))
        at = "gopark" if row == 102 else end
        text = f"$yields >= {steps} && $yields <= {steps + extra} && $pc == (long)&{at}"
        judge(row, "after rt_main", text, f"{variable} is 1")
        target.kill()
        for breakpoint in stops:
            breakpoint.delete()
    target.setenv("GODEBUG", None)
    target.setenv("GOMAXPROCS", None)


def prepare():
    settle("disable-randomization off", "breakpoint always-inserted on")
    gdb.execute("handle SIGURG nostop noprint pass", to_string=True)
    target = startup_target.target()
    target.setargs("one", "two")
    for name in ("GOMAXPROCS", "GODEBUG", "GOTRACEBACK", "GOGC"):
        target.setenv(name, None)
    startup_facts.Inside()
    startup_facts.Zero()
    return target


def main():
    target = prepare()
    order = order_of_steps()
    checks, good, seeds = table(), True, set()
    for procs in (1, 4, 0):
        target.setenv("GOMAXPROCS", str(procs) if procs else None)
        good = Run(target, procs, checks, order).go() and good
        seeds.add(value("$seed"))
    print(30, "ok" if len(seeds) == 3 else "bad", file=RESULTS)
    if len(seeds) != 3:
        say("row 30: fastrandseed was the same in two runs")
    settings(target)
    grace(target, order[-1])
    elsewhere = {**startup_rows.ELSEWHERE}
    if startup_target.is_arm64():
        elsewhere.update(startup_rows.NOT_ARM64)
    for title, notes in (("deviates", startup_rows.DEVIATIONS),
                         ("not looked at", elsewhere)):
        for row, note in notes.items():
            if VERBOSE:
                say(f"row {row} {title}: {note}")
    if VERBOSE and target.last:
        for row, note in startup_rows.NOT_EMULATED.items():
            say(f"row {row} in part: not {note}")
    for row in elsewhere:
        print(row, "elsewhere", file=RESULTS)
    return good


run("startup.py", main)
