"""tour.py - rt0-tour: a guided walk from the first instruction to rt_main.

    rt0-tour              starts the program, and goes on from step to step (so does Enter)
    rt0-tour prev         one step back: the program is started again
    rt0-tour 12           to step 12;  rt0-tour list: all of them
    rt0-tour transcript FILE   the whole tour as text, without what differs between runs

Needs rt0.py, which comes with it. A program for arm64 is run by qemu elsewhere, with the debugger
gdb-multiarch. docs/startup.md is the transcript, with pictures; "make
docs" writes it and a test compares it.
"""

import atexit
import contextlib
import os
import re
import shlex
import subprocess
import tempfile
import textwrap
import time

import gdb

WIDTH = 78

# A step: where it stops; its title; what happens; what to look at, a line each: an
# expression, perhaps behind "what it means: "; a picture. Values behind a "?" are this
# machine's or this run's.
STEPS = """
== _rt0_amd64_linux: the first instruction
The kernel has mapped the program's segments and jumps to the ELF entry. There is one thread,
no thread pointer, and a stack with argc, argv, the environment and the auxiliary vector on it.
Every other register is without meaning. The entry jumps on and touches nothing.
= argc: *(long *)$rsp
= alignment: $rsp % 16
= $fs_base
= $pc
!entry

== _rt0_amd64: argc and argv
The part of the entry that all systems with this processor share: %rdi and %rsi take argc and
argv from the stack, where they stay. Still nothing is pushed.
= $rsp == $E

== rt0_go: the bootstrap in assembly
This function shows the whole start-up, down to mstart: it makes a stack and a thread pointer
out of what the kernel gave, then calls check, args, osinit, schedinit, newproc and mstart.
%rbp becomes 0, so that chains of frame pointers end here.
= argc: $rdi
= argv: $rsi - $E
= $rsp == $E

== needtls: g0 has a stack
rt0_go has copied argc and argv to an aligned place and declared the 64 KiB below it (less
104 bytes) to be the stack of g0, the goroutine on which the scheduler itself runs. Nothing
was allocated: it is the process stack. CPUID named the processor's maker. No C library has
defined _cgo_init, so the runtime sets up the thread pointer itself.
= argc's copy: *(int *)($rsp + 16)
= below the entry's stack pointer: $E - $rsp
= g0.stack.hi - $rsp
= g0.stack.hi - g0.stack.lo
= g0.stackguard0 - g0.stack.lo
= isIntel?
= processorVersionInfo?
= (long)_cgo_init
!g0

== settls: the thread pointer
The program's initial thread-local data has been copied to the place below m0.tls[0], which
the linker script reserved. settls is one system call: arch_prctl(ARCH_SET_FS, &m0.tls[1]).
From then on %fs:-8 is m0.tls[0]: the word that says which G runs on this thread.
= (void *)$rdi

== ok: the thread pointer works
rt0_go has stored 0x123 through %fs:-8 and found it in m0.tls[0]. Next it puts g0 there, and
links the two: m0 is the first thread, g0 its scheduling stack. Both are plain variables: no
memory has been allocated.
= (void *)$fs_base
= m0.tls[0]
!tls

== check: is the world as expected
g0 runs on m0 now; the first C function is called, on g0's stack. check tries what the
compiler cannot promise: sizes, compare-and-swap, the arithmetic of floats with NaN.
= (void *)m0.tls[0]
= (void *)m0.g0
= (void *)g0.m
= direction flag: ($eflags >> 10) & 1
= the return address and nothing else: g0.stack.hi - $rsp

== args: what the kernel passed
args keeps argc and argv and hands the rest to sysargs, which walks over argv and envp to
the auxiliary vector.
= $edi
= $rsi - $E

== sysauxv: the auxiliary vector
From it come the page size, 16 random bytes, the size of a signal frame, whether the program
is set-user-ID, and the vDSO: an ELF image that the kernel maps, with a clock that can be
read without a system call.
= argc
= the word before the vector: ((long *)$rdi)[-1]

== osinit: what the system is like
How many processors may be used (sched_getaffinity: taskset counts) and how big a huge page
is (a file in /sys). The mask of processors is written to the far end of g0's stack, and so
tells whether RLIMIT_STACK grants all of it; if not, g0 gets memory elsewhere.
= physPageSize
= the vDSO has a clock: vdsoClockgettimeSym != 0
= startupRandomData != 0

== schedinit: everything before the first goroutine
A list of steps, in an order that matters: randomness before what needs a seed, the
processor's features before the hash that uses AES, the allocator before anything that
allocates. GODEBUG=inittrace=1 prints what each costs.
= ncpu?
= physHugePageSize?

== mallocinit: memory
Tracebacks know where goroutines end, the tables of the binary are verified, the pools of
stacks are empty. mallocinit reserves address space for the heap and makes the first cache,
mcache0: P0 will take it over.
= sched.maxmcount
= (void *)skipPC
= firstmoduledata.etext > firstmoduledata.text

== mcommoninit: m0 becomes an M
What every M goes through: a number, a seed for its random numbers, a goroutine gsignal with
the stack on which signal handlers will run, a place on the list allm.
= mcache0 != 0
= $rdi == &m0
= sched.mnext

== cpuinit: what the processor can do
m0 is complete: the signal stack holds what the kernel pushes for the largest vector state,
and more. cpuinit asks CPUID and obeys GODEBUG=cpu.avx2=off and the like.
= (void *)allm
= m0.id
= sched.mnext
= at least 32 KiB: m0.gsignal->stack.hi - m0.gsignal->stack.lo >= 32768
= (void *)m0.gsignal->m

== goargs: arguments and environment
In between: keys for hashes from the random bytes, the list of modules (one), the tables of
types and interfaces (empty, unless the program's compiler made some), and the signal mask
that the process was started with: it is read, not changed.
= initSigmask == m0.sigmask
= modulesSlice.len

== parsedebugvars: GODEBUG and GOTRACEBACK
The strings of argv and envp are counted, not copied. Now that there is an environment, its
variables are read; what is unknown is ignored.
= argslice.len
= envs.len?

== procresize: the processors
The collector's first numbers are set, which few programs use, the clock of the network poller is
started. procresize makes as many Ps as there are processors, or as GOMAXPROCS says: a P is
the right to run goroutines, with a queue of them and with caches nobody else touches.
= $edi
= gcpercent
= sched.lastpoll != 0
= gomaxprocs

== newproc: the first goroutine
m0 holds P0; the other Ps are on the idle list, P1 on top. newproc makes the main goroutine.
Its arguments are on the stack, as in Go: no bytes to pass on, and a pointer to a word that
holds runtime_main's address.
= gomaxprocs
= m0.p == allp[0]
= allp[0]->m == &m0
= allp[0]->status
= sched.npidle
= sched.pidle == allp[1]
= size of the arguments: *(int *)($rsp + 8)
= the function value: *(void **)($rsp + 16)
= the function: *(void **)&mainPC
!procs

== mstart: this thread begins to schedule
Goroutine 1 exists: 2 KiB of stack whose top looks as if goexit had called runtime_main. So
it ends by returning to goexit. It is the next to run on P0, and
nobody was woken: mainStarted is false.
= allglen
= allgs[0]->goid
= allgs[0]->atomicstatus == Grunnable
= allgs[0]->stack.hi - allgs[0]->stack.lo
= allgs[0]->stack.hi - allgs[0]->sched.sp
= its return address: *(void **)allgs[0]->sched.sp
= (void *)allgs[0]->sched.pc
= (void *)allgs[0]->sched.ctxt
= allp[0]->runnext == allgs[0]
= the next number: allp[0]->goidcache
= the end of P0's batch: allp[0]->goidcacheend
= sched.goidgen
!main

== mstart1: the first function of every M
mstart has raised g0's guard: from here on functions of the scheduler notice when its stack
runs out. rt0_go's call of mstart never returns.
= g0.stackguard0 - g0.stack.lo
= StackGuard

== minit: the thread's signals
mstart1 has saved the place to which g0 always comes back: each switch from a goroutine to
the scheduler starts at the same stack pointer, so g0's stack does not grow. minit tells the
kernel about the signal stack and sets the thread's mask.
= in mstart: g0.sched.pc > (long)&mstart
= (void *)g0.sched.g
= g0.sched.sp % 16

== initsig: signal handlers
For the first thread alone. 56 signals get a handler, on the signal stack and with all others
blocked; those that stop or continue a process stay with the kernel, and so do HUP and INT
if they came ignored (nohup).
= m0.newSigstack
= m0.procid?

== schedule: what runs next
The scheduler's round, which never returns: it looks at timers, at the global queue now and
then, at its P's queue, at the others', at the network; and it sleeps when there is nothing.
Here it is easy.
= signalsOK
= allp[0]->runnext == allgs[0]
= allp[0]->schedtick

== gogo: into the goroutine
execute has wired thread and goroutine to each other. gogo puts the goroutine into %fs:-8,
loads its stack pointer and its registers, and goes there. It has taken what is left of P0's time
slice, so P0's tick has not moved.
= m0.curg == allgs[0]
= allgs[0]->m == &m0
= allgs[0]->atomicstatus == Grunning
= (void *)allgs[0]->sched.pc
= allp[0]->schedtick

== runtime_main: on the main goroutine
The first instruction on a goroutine's stack. What gogo loaded is cleared, so that nobody
takes it for the truth later.
= m0.tls[0] == allgs[0]
= allgs[0]->stack.hi - $rsp
= the return address: *(void **)$rsp
= allgs[0]->sched.sp

== newm: a thread for sysmon
mainStarted is true: from now on new goroutines wake threads. systemstack has switched to g0
for this call, as cloning a thread needs more stack than a goroutine starts with. sysmon is
the M without a P that takes Ps back from long system calls and asks goroutines to yield.
= mainStarted
= (void *)$rdi
= m0.tls[0] == &g0
= (void *)allgs[0]->sched.pc

== clone: the second thread
The new M has an id, a g0 with a stack of its own, and a block for the thread pointer. All
signals are blocked until the thread has installed its signal stack.
= flags: $edi
= stack's end: $rsi - ((M *)$rdx)->g0->stack.hi
= ((M *)$rdx)->id
= (void *)allm == (void *)$rdx

== doInit: initialisation
main is locked to the first thread while the program is initialised, since a constructor may
depend on it. The runtime's own part opens descriptors 0 to 2 if they are closed, and starts
the force-gc helper.
= m0.lockedInt
= m0.lockedg == allgs[0]
= allgs[0]->lockedm == &m0
= allglen

== gcenable: the runtime's own goroutines
It starts a sweeper, which waits until the program uses the collector, and the scavenger,
which gives unused memory back; and receives from both on a channel. main blocks for the first
time. It is locked: so the thread hands its P to another, a third one, and waits until main is
ready. No fourth is made: from `runtimeinit` to the end of `gcenable` a claim says that an M
searches for work already. The first thread and its helper may run on one processor alone until
here, so that each runs when the other sleeps; then both may again run where they might.
= allglen
= runtime_inittask.state
= runtimeInitTime > 0

== unlockOSThread: the constructors have run
The helpers wait, each for its own reason. The program's constructors (.preinit_array and
.init_array) have run, here, on the main goroutine. main may change threads from now on.
= allglen
= sched.ngsys
= main_inittask.state
= m0.lockedInt

== rt_main: your program
The runtime is up. rt_main runs like any goroutine: it may be preempted, its stack may grow,
it may continue on another thread. When it returns, destructors run and exit_group ends the
process; goroutines that still exist are dropped.
= allgs[0]->goid
= allgs[0]->lockedm == 0
= allglen
= returns to runtime_main: *(long *)$rsp > (long)&runtime_main
!threads
"""


# What is different on arm64: a step's title and text, unless they are "..."; its values. A step
# without anything is left out. In the others the registers have the names of that processor.
ARM64 = """
== _rt0_amd64_linux: _rt0_arm64_linux: the first instruction
The kernel has mapped the program's segments and jumps to the ELF entry. There is one thread,
no thread pointer, and a stack with argc, argv, the environment and the auxiliary vector on it.
Every other register is without meaning. The entry takes argc and argv from the stack, where they
stay, into the registers x0 and x1, and jumps on.
= argc: *(long *)$sp
= alignment: $sp % 16
= $pc

== _rt0_amd64

== rt0_go: ...
This function shows the whole start-up, down to mstart: it makes a stack and a thread pointer
out of what the kernel gave, then calls check, args, osinit, schedinit, newproc and mstart.
x29 becomes 0, so that chains of frame pointers end here.
= argc: $x0
= argv: $x1 - $E
= $sp == $E

== needtls: ...
rt0_go has copied argc and argv below their place and declared the 64 KiB below that to be the
stack of g0, the goroutine on which the scheduler itself runs. Nothing was allocated: it is
the process stack. No C library has defined _cgo_init, so the runtime sets up the thread pointer
itself.
= argc's copy: *(int *)($sp + 8)
= below the entry's stack pointer: $E - $sp
= g0.stack.hi - $sp
= g0.stack.hi - g0.stack.lo
= g0.stackguard0 - g0.stack.lo
= (long)_cgo_init

== settls: ...
The program's initial thread-local data has been copied to the place that the linker script
reserved, behind two words. settls is one instruction: msr tpidr_el0. From then on the second word
there says which G runs on this thread.
= (void *)$x0
= (void *)m0.tls[0]

== ok: the thread pointer is set
Nothing can have failed. Next rt0_go puts g0 into that word, links it to m0, the first thread, whose
scheduling stack it is, and puts its guard into force. Both are plain variables: no memory has
been allocated.
= g: ((long *)m0.tls[0])[1]

== check: ...
...
= (void *)((long *)m0.tls[0])[1]
= (void *)m0.g0
= (void *)g0.m
= g0.stackguard0 - g0.stack.lo
= g0.stack.hi - $sp

== cpuinit: ...
m0 is complete: the signal stack holds what the kernel pushes for the largest vector state,
and more. cpuinit reads AT_HWCAP in the auxiliary vector and obeys GODEBUG=cpu.atomics=off and
the like.
= (void *)allm
= m0.id
= sched.mnext
= at least 32 KiB: m0.gsignal->stack.hi - m0.gsignal->stack.lo >= 32768
= (void *)m0.gsignal->m

== newproc: ...
m0 holds P0; the other Ps are on the idle list, P1 on top. newproc makes the main goroutine. Its
arguments are in registers: no bytes to pass on, and a pointer to a word that holds
runtime_main's address.
= gomaxprocs
= m0.p == allp[0]
= allp[0]->m == &m0
= allp[0]->status
= sched.npidle
= size of the arguments: $x0
= the function value: (void *)$x1
= the function: *(void **)&mainPC

== mstart: ...
Goroutine 1 exists: 64 MiB of address space, as no function checks its stack, with words below its
stack pointer as if goexit had called runtime_main. So it ends by returning to goexit. It is the
next to run on P0, and nobody was woken: mainStarted is false.
= allglen
= allgs[0]->goid
= allgs[0]->atomicstatus == Grunnable
= allgs[0]->stack.hi - allgs[0]->stack.lo
= allgs[0]->stack.hi - allgs[0]->sched.sp
= its return address: (void *)((long *)allgs[0]->sched.sp)[-3]
= (void *)allgs[0]->sched.pc
= (void *)allgs[0]->sched.ctxt
= allp[0]->runnext == allgs[0]
= the next number: allp[0]->goidcache
= the end of P0's batch: allp[0]->goidcacheend
= sched.goidgen

== mstart1: ...
mstart has set g0's guard, as it does for every M; rt0_go had done so for this one. rt0_go's call of
mstart never returns.
= g0.stackguard0 - g0.stack.lo
= StackGuard

== gogo: ...
execute has wired thread and goroutine to each other. gogo puts the goroutine into the word at the
thread pointer, loads its stack pointer and its registers, and goes there. It has taken what is
left of P0's time slice, so P0's tick has not moved.
= m0.curg == allgs[0]
= allgs[0]->m == &m0
= allgs[0]->atomicstatus == Grunning
= (void *)allgs[0]->sched.pc
= allp[0]->schedtick

== runtime_main: ...
...
= ((long *)m0.tls[0])[1] == allgs[0]
= allgs[0]->stack.hi - $sp
= the return address: (void *)$x30
= allgs[0]->sched.sp

== newm: ...
...
= mainStarted
= (void *)$x0
= ((long *)m0.tls[0])[1] == &g0
= (void *)allgs[0]->sched.pc

== rt_main: ...
...
= allgs[0]->goid
= allgs[0]->lockedm == 0
= allglen
= returns to runtime_main: $x30 > (long)&runtime_main
"""

# The registers of the values above, on arm64.
REGISTERS = {"rdi": "x0", "rsi": "x1", "rdx": "x2", "edi": "w0"}

# What runs a program for another processor than this one, and shows it to gdb.
EMULATORS = {"aarch64": ["qemu-aarch64", "-R", "65536G"]}
CONNECT = 20  # seconds for it to begin


class Step:
    """where it stops: a symbol; title; text; values; picture."""

    def __init__(self, text):
        head, *lines = text.strip().split("\n")
        self.place, _, self.title = head.partition(": ")
        self.text = " ".join(line for line in lines if line[0] not in "=!")
        self.values = [line[2:] for line in lines if line[0] == "="]
        self.picture = next((line[1:] for line in lines if line[0] == "!"), None)


def steps(text):
    return [Step(part) for part in text.strip("\n= ").split("\n== ")]


def on_arm64(step, others):
    """Returns a step as it is there, or None."""
    step.picture = None  # those show amd64
    step.values = [re.sub(r"\$(\w+)", lambda found: "$" + REGISTERS.get(found[1], found[1]), value)
                   for value in step.values]
    other = others.get(step.place)
    if not other:
        return step
    if other.title not in ("", "..."):
        step.place, colon, step.title = other.title.rpartition(": ")
        step.place = step.place if colon else other.place
    if other.text != "...":
        step.text = other.text
    step.values = other.values
    return step if other.title else None


def tour():
    """Returns the steps for the program's processor."""
    found = steps(STEPS)
    if not is_arm64():
        return found
    others = {other.place: other for other in steps(ARM64)}
    return [step for step in (on_arm64(step, others) for step in found) if step]


def is_arm64():
    return gdb.selected_inferior().architecture().name() == "aarch64"


class Emulator:
    """Runs programs for another processor."""

    def __init__(self):
        self.process = self.folder = None

    @staticmethod
    def command():
        """Returns what runs the program, or None: this machine."""
        name = gdb.selected_inferior().architecture().name()
        return EMULATORS.get(name) if os.uname().machine != name else None

    def start(self):
        """Starts the program, which stops at its first instruction."""
        self.end()
        self.folder = self.folder or tempfile.mkdtemp()
        socket = os.path.join(self.folder, "stub")
        environment = gdb.execute("show environment", to_string=True)
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [*self.command(), "-g", socket, gdb.current_progspace().filename,
             *shlex.split(gdb.parameter("args"))],
            env=dict(line.split("=", 1) for line in environment.split("\n") if "=" in line))
        for _ in range(CONNECT * 100):
            try:
                gdb.execute(f"target remote {socket}", to_string=True)
                return
            except gdb.error:  # it does not listen yet
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
        raise Error("rt0-tour: cannot start " + " ".join(self.command()))

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
            if gdb.selected_inferior().pid:
                gdb.execute("disconnect", to_string=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.folder, "stub"))

    def remove(self):
        self.end()
        if self.folder:
            os.rmdir(self.folder)


def shown(expression):
    """Returns a value for a reader: numbers as numbers, addresses with their symbols."""
    value = gdb.parse_and_eval(re.sub(r"\$r?sp\b", r"((long)\g<0>)", expression))
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        return gdb.execute(f"output/a {int(value) & (1 << 64) - 1:#x}", to_string=True)
    if kind.code == gdb.TYPE_CODE_BOOL or re.search(r" (==|!=|>=?|<) ", expression):
        return "yes" if value else "no"
    number = int(value)
    return str(number) if -10 < number < 10 else f"{number} ({number & (1 << 64) - 1:#x})"


class Values:
    """The values of a step, as rows of two columns."""

    def __init__(self, step, normal):
        self.rows = []
        for line in step.values:
            what, expression = line.rsplit(": ", 1) if ": " in line else ("", line)
            varies = expression.endswith("?")
            expression = expression.rstrip("?")
            text = "(differs)" if varies and normal else shown(expression)
            if normal:
                text = re.sub(r"0x[0-9a-f]{6,}", "0x...", text)
            self.rows.append((f"{what}: {expression}" if what else expression, text))

    def lines(self):
        width = max((len(what) for what, _ in self.rows if len(what) < WIDTH - 24), default=0)
        return [f"    {what:{width}}  {text}" for what, text in self.rows]


def stack():
    """Returns on whose stack the processor is, in words."""
    sp = int(gdb.parse_and_eval("(long)$sp")) & (1 << 64) - 1

    def on(gp):
        return int(gp["stack"]["lo"]) <= sp <= int(gp["stack"]["hi"])

    g0 = gdb.parse_and_eval("g0")
    if on(g0):
        return "on g0's stack"
    for gp in gs():
        if on(gp):
            return f"on goroutine {int(gp['goid'])}'s stack"
    return "on the process stack"


def paragraph(text):
    return textwrap.fill(text, WIDTH)


class Tour(gdb.Command):
    """rt0-tour: a guided walk through the start-up, from the first instruction to rt_main.
rt0-tour (and Enter): begin, and the next step; rt0-tour prev; rt0-tour N: step N;
rt0-tour list: the steps; rt0-tour transcript FILE: all of it, as text."""

    def __init__(self):
        super().__init__("rt0-tour", gdb.COMMAND_RUNNING)
        self.at = 0
        self.steps = []
        self.emulator = Emulator()
        atexit.register(self.emulator.remove)

    def go(self, number):
        """Moves to a step; starts the program when it has to."""
        if number <= self.at or not gdb.selected_inferior().pid:
            self.at = 0
        self.steps = tour()
        while self.at < number:
            if self.at == 0:  # a position-independent program has addresses only in a process
                if self.emulator.command():
                    self.emulator.start()
                else:
                    self.quietly("starti")
                entry = gdb.parse_and_eval("(long)$sp")
                gdb.set_convenience_variable("E", entry)
            else:
                if self.emulator.process and self.steps[self.at - 1].place == "clone":
                    # The stub cannot bear that sysmon runs while breakpoints change: its thread
                    # begins with a sleep. It gets what is in x0, half an address.
                    gdb.execute("set $x4 = (long)&usleep")
                self.run_to(self.steps[self.at].place)
            self.at += 1

    def run_to(self, place):
        where = int(gdb.parse_and_eval(f"(long)&{place}"))
        stop = gdb.Breakpoint(f"*{where:#x}", internal=True, temporary=True)
        stop.silent = True
        self.quietly("continue")
        if not gdb.selected_inferior().pid:
            self.at = 0
            raise Error(f"rt0-tour: the program ended before {place}")
        if stop.is_valid():  # a breakpoint of the user's, perhaps
            stop.delete()
            raise Error("rt0-tour: stopped on the way; rt0-tour goes on")

    @staticmethod
    def quietly(command):
        pagination = gdb.parameter("pagination")
        gdb.execute("set pagination off")
        try:
            gdb.execute(command, to_string=True)
        finally:
            gdb.execute(f"set pagination {'on' if pagination else 'off'}")

    def show(self):
        step = self.steps[self.at - 1]
        title = f"-- {self.at}/{len(self.steps)} -- {step.place} -- {step.title} "
        gdb.write(title.ljust(WIDTH, "-") + f"\n{stack()}\n\n" + paragraph(step.text) + "\n\n"
                  + "".join(line + "\n" for line in Values(step, False).lines()) + "\n"
                  + gdb.execute("x/i $pc", to_string=True))
        if self.at == 1:
            gdb.write("(rt0-tour goes on, and then Enter does; rt0-tour prev, list, 12)\n")
        if self.at == len(self.steps):
            gdb.write("The tour ends here; continue runs the program.\n")

    def transcript(self, name):
        with open(name, "w", encoding="utf-8") as file:
            for number, step in enumerate(tour(), 1):
                self.go(number)
                file.write(self.text(number, step))
        self.at = 0
        if self.emulator.process:
            self.emulator.end()
        else:
            self.quietly("kill")

    @staticmethod
    def text(number, step):
        """Returns a step in Markdown."""
        picture = ""
        if step.picture:
            picture = f"\n![{step.title}](pictures/{step.picture}.svg)\n"
        return (f"\n### {number}. `{step.place}`: {step.title}\n\n"
                + paragraph(step.text) + f"\n\n    {stack()}\n"
                + "".join(line + "\n" for line in Values(step, True).lines()) + picture)

    def invoke(self, text, from_tty):
        del from_tty
        text = text.strip()
        if text == "list":
            for number, step in enumerate(tour(), 1):
                gdb.write(f"{number:4}  {step.place:20} {step.title}\n")
        elif text.startswith("transcript "):
            self.transcript(text.split(None, 1)[1])
        else:
            if text.isdigit():
                number = int(text)
            elif text in ("", "next", "prev"):
                number = self.at + (-1 if text == "prev" else 1)
            else:
                raise Error("rt0-tour: next, prev, a number, list or transcript FILE")
            if number > len(tour()):
                raise Error("rt0-tour: it ended; rt0-tour 1 begins again")
            self.go(max(number, 1))
            self.show()


Tour()
