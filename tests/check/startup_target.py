"""What startup.py must know of the processor, and how the program is started: inside gdb.

Here, or by an emulator: RT0_EMULATOR is its command, to which gdb talks as to a debugger's
stub (qemu-aarch64 -g). That has limits:

* A thread that stops does not stop the others, and the stub goes astray when a second one
  stops meanwhile. So one thread at a time has breakpoints (startup.py).
* The thread pointer is not among its registers. A thread's M is found by its number.
* The program's signal masks and handlers are the emulator's variables, not the kernel's. What
  the program asks of the kernel is known from the calls' arguments (Ledger).
"""

import os
import re
import shlex
import signal
import subprocess
import time

import gdb

import startup_facts

HOUR = 3600 * 1000 * 1000  # us
CONNECT = 20  # seconds for the emulator to begin

AMD64 = {"arg0": "(long)$rdi", "arg1": "(long)$rsi", "arg2": "(long)$rdx",
         "arg3": "(long)$rcx", "arg4": "(long)$r8", "result": "(long)$rax",
         "back": "*(long*)$rsp", "top": "((long)$rsp+8)", "running": "m0.tls[0]",
         "entry": "(long)&_rt0_amd64_linux"}
ARM64 = {**{f"arg{i}": f"(long)$x{i}" for i in range(5)}, "result": "(long)$x0",
         "back": "(long)$x30", "top": "(long)$sp", "running": "(*(long*)(m0.tls[0]+8))",
         "entry": "(long)&_rt0_arm64_linux"}


def is_arm64():
    """Is the program that gdb looks at for arm64?"""
    return gdb.selected_inferior().architecture().name() == "aarch64"


def registers(text):
    """Replaces the names that all processors have in an expression."""
    names = ARM64 if is_arm64() else AMD64
    return re.sub(r"\$(\w+)", lambda found: names.get(found[1], found[0]), text)


def value(text):
    return int(gdb.parse_and_eval(registers(text)))


def entry():
    return "_rt0_arm64_linux" if is_arm64() else "_rt0_amd64_linux"


def number(tid):
    """Returns the id of the M of the thread that gdb looks at."""
    if not is_arm64():
        return value("(*(G**)((long)$fs_base-8))->m->id")
    mp = gdb.parse_and_eval("allm")
    while int(mp):
        if int(mp["procid"]) == tid:
            return int(mp["id"])
        mp = mp["alllink"]
    return None


def go_on_to(name):
    """Lets the program run to a function's beginning."""
    stop = gdb.Breakpoint("*" + name, internal=True)
    gdb.execute("continue", to_string=True)
    stop.delete()


def sleep():
    """At a call of clone, on arm64: lets the new thread begin with usleep, not with mstart. It
    gets what is in x0 then, the address of its g0, of which usleep takes half."""
    if value("$arg3") & 0xffffffff < HOUR // 4:
        raise ValueError("sysmon's thread would not sleep long")
    gdb.execute("set $x4 = (long)&usleep")


class Native:
    """A process of this machine's."""

    last = None  # the step behind which threads must be handled one by one
    calls = ()  # the functions that it wants to know all calls of

    def __init__(self):
        self.pid = None

    def setenv(self, name, text):
        gdb.execute(f"set environment {name} = {text}" if text is not None
                    else f"unset environment {name}")

    def setargs(self, *arguments):
        gdb.execute("set args " + " ".join(arguments))

    def start(self):
        """Lets it stop at its first instruction."""
        gdb.execute("starti", to_string=True)
        self.pid = gdb.selected_inferior().pid

    def go_to(self, name):
        """Goes on from the start to a function, however late that comes."""
        go_on_to(name)

    def facts(self, procs):
        return startup_facts.facts(self.pid, procs)

    def status(self, tid):
        mine = startup_facts.status(tid)
        return {"threads": int(mine["Threads"]), "SigBlk": int(mine["SigBlk"], 16),
                "SigCgt": int(mine["SigCgt"], 16)}

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

    def kill(self):
        if gdb.selected_inferior().pid:
            gdb.execute("kill", to_string=True)


class Ledger:
    """What the first thread has asked of the kernel: its mask, the signals' handlers."""

    BLOCK, UNBLOCK, SETMASK = range(3)  # the kernel's SIG_...

    def __init__(self, blocked):
        self.blocked, self.caught = blocked, 0

    def note(self, name):
        """The thread is at the beginning of a call."""
        if not value("$arg1"):
            return
        if name == "sigaction":
            bit = 1 << value("(int)$arg0") - 1
            handled = value("*(long*)$arg1") not in (0, 1)  # SIG_DFL, SIG_IGN
            self.caught = self.caught & ~bit | (bit if handled else 0)
            return
        how, bits = value("(int)$arg0"), value("*(unsigned long*)$arg1")
        bits &= ~(1 << signal.SIGKILL - 1 | 1 << signal.SIGSTOP - 1)
        self.blocked = (bits if how == self.SETMASK else
                        self.blocked | bits if how == self.BLOCK else self.blocked & ~bits)


def full_pipe():
    """Returns a pipe that takes no byte more."""
    out = os.pipe()[1]
    os.set_blocking(out, False)
    try:
        while True:
            os.write(out, bytes(4096))
    except BlockingIOError:
        os.set_blocking(out, True)
    return out


class Emulated:
    """A process under an emulator, which is itself one of this machine's."""

    last = "clone"
    calls = ("sigprocmask", "sigaction")

    def __init__(self, command):
        self.command, self.arguments = shlex.split(command), ()
        self.environ = dict(os.environ)
        self.process = self.ledger = None
        self.program = gdb.current_progspace().filename
        self.socket = os.path.join(os.environ["RT0_TMP"], "stub")
        self.full = full_pipe()

    def setenv(self, name, text):
        self.environ.pop(name, None)
        if text is not None:
            self.environ[name] = text

    def setargs(self, *arguments):
        self.arguments = arguments

    def start(self, endless=False):
        """endless: it does not come to an end, if it prints anything."""
        self.kill()
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [*self.command, "-g", self.socket, self.program, *self.arguments],
            env=self.environ, stdin=subprocess.DEVNULL,
            stdout=self.full if endless else subprocess.DEVNULL)
        self.connect()
        mine = startup_facts.status(self.process.pid)
        self.ledger = Ledger(int(mine["SigBlk"], 16))

    def connect(self):
        for _ in range(CONNECT * 100):
            try:
                gdb.execute(f"target remote {self.socket}", to_string=True)
                return
            except gdb.error:  # it does not listen yet
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
        raise ValueError("the emulator does not begin")

    def go_to(self, name):
        go_on_to(self.last)
        sleep()
        stop = gdb.Breakpoint("*" + name, internal=True)
        gdb.execute("continue", to_string=True)
        while not self.others_sleep():
            time.sleep(0.001)
        stop.delete()

    def others_sleep(self):
        """Are all threads but the stopped one in system calls, as that is itself?"""
        pid = self.process.pid
        return all(startup_facts.status(f"{pid}/task/{tid}")["State"].startswith("S")
                   for tid in os.listdir(f"/proc/{pid}/task"))

    def facts(self, procs):
        text = gdb.execute("info auxv", to_string=True)
        auxv = {int(tag): int(number, 0) for tag, number in
                re.findall(r"^(\d+) .* (\w+)(?: \".*\")?$", text, re.MULTILINE)}
        values = startup_facts.facts(self.process.pid, procs, auxv, self.program)
        values["argc"] = 1 + len(self.arguments)
        values["vdsolo"] = values["vdsohi"] = 0  # it has none
        return values

    def status(self, _):
        gdb.execute("info threads", to_string=True)  # asks the stub again
        return {"threads": len(gdb.selected_inferior().threads()),
                "SigBlk": self.ledger.blocked, "SigCgt": self.ledger.caught}

    def status_of_all(self):
        """Runs the program without a debugger, and returns its status."""
        return subprocess.run([*self.command, self.program, *self.arguments], env=self.environ,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              timeout=CONNECT, check=False).returncode

    def kill(self):
        if gdb.selected_inferior().pid:
            gdb.execute("disconnect", to_string=True)
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        if os.path.exists(self.socket):
            os.unlink(self.socket)


def target():
    command = os.environ.get("RT0_EMULATOR")
    return Emulated(command) if command else Native()
