"""record.py - records the start-up, for the page that plays it (docs/tour.html).

    rt0-record FILE       runs the program from its first instruction to its exit, and writes
                          what the memory holds at each step (JSON)

Needs rt0.py and the steps of tour.py; tools/tour-page starts it. To these steps it adds the
moments between them, MOMENTS, at most of which a word is written: a watchpoint stops there.

Only one thread runs at a time: the one that has just run, until it sleeps; then the first that
can run; or that which a moment names. So a run is like any other, although it has threads. A
value that depends on the machine or on the compiler is {"here": value}.
"""

import json
import re

import gdb

# What comes after a step of the tour ("@ its place"): a moment has a name, which is its address
# in the page; where it is; a title; two or three sentences. Where it is:
#
#	at NAME         at a function's first instruction or at a label
#	write EXPR      when a word has been changed, or (write EXPR == VALUE) is equal to it
#	out of NAME     at the return address of the function, where the step before stopped
#
# "on 1, at NAME": on the thread of the M with that id. A step of the tour is on the first thread;
# else the thread of the step before continues.
MOMENTS = r"""
@ rt0_go
== argcopy, write *(long *)($E - 24): argc and argv move
%rsp is 48 lower and a multiple of 16, as C wants it at each call. argc and argv are copied into
the 48 bytes, because %rdi and %rsi will be needed before args gets them from there.

== guard0, write g0.stackguard0: a guard for g0
The first word that the runtime writes into its own data. A guard is the lowest address that a
stack pointer may have; until mstart it is the very end of g0's stack.

== bounds, write g0.stack.hi: g0 has a stack
With these two bounds the part of the process stack below %rsp is g0's. Its pages come into being
when they are touched.

== cpuid, write processorVersionInfo: which processor this is
CPUID is an instruction and needs no system: it tells the vendor, the family, the model and the
features. The features will be looked at in schedinit, by cpuinit.

@ settls
== selfpointer, write m0.tls[1]: the word that holds its own address
m0.tls[1] is where %fs is going to point. The ABI wants its own address there: so code can learn
what the thread pointer is with one load, movq %fs:0.

== fsbase, write $fs_base: %fs points into m0
The system call has changed the base of %fs. From now on each instruction with %fs reaches words of
m0's, and in another thread words of its own M: -8 is g, 0x28 the canary, 0x70 the guard.

@ ok
== g, write m0.tls[0] == (long)&g0: g0 runs
The word at %fs:-8 is g: the goroutine that runs on this thread. From here on getg() works, which
is one load.

== m0g0, write m0.g0: m0 knows g0
Each thread has a goroutine of its own with the stack on which the scheduler runs. m->g0 is how
mcall and systemstack find it.

== g0m, write g0.m: g0 knows m0
g to m and m to g0: the two arrows between which everything is found. getg()->m is the thread,
getg()->m->p its processor.

== guardinforce, write m0.guard: the guard in force
Prologues of functions that check the stack compare %rsp with %fs:0x70. It is a copy of the
running goroutine's stackguard0; each switch changes it.

@ sysauxv
== randomdata, write startupRandomData: 16 random bytes
The kernel has put them on the process stack. They become the seed for the hashes and for fastrand,
without a system call.

@ osinit
== ncpu, write ncpu: how many processors there are
sched_getaffinity has filled a mask, and its bits are counted. It will be the number of Ps, unless
GOMAXPROCS says otherwise; here it says 4.

@ mallocinit
== mcache0, write mcache0: a cache without a P
Allocation takes from a cache that belongs to a P, and there is no P yet. This first cache serves
until procresize gives it to P0.

@ mcommoninit
== id, write sched.mnext: the id 0
Under sched.lock, m0 takes the next number. sched.mnext counts all threads that there have been;
with the number of those that are gone it tells whether there are too many.

== gsignal, write m0.gsignal: a stack for signals
A signal may come when the stack of a goroutine is nearly full. So handlers run on a stack of their
own, which is that of one more G: gsignal.

== allm, write allm: on the list of all threads
allm is the list's head. It is written last, when m0 is complete, since others read it without a
lock.

@ procresize
== allp, write allp: room for four Ps
allp is the array of all Ps, with as many places as Ps are wanted. When gomaxprocs grows, a greater
one replaces it.

== p0, write allp[0]: P0 exists
All Ps come in one piece of memory. A new P is in Pgcstop, as if the world were stopped. P0 has got
mcache0.

== p3, write allp[3]: and P3
The Ps are all alike: each has a queue for 256 goroutines, of which it alone advances the tail, and
caches that it uses without a lock.

== m0p, write m0.p: m0 takes P0
acquirep: m0 now has the right to run goroutines. The M's word is written first, then the P's.

== p0m, write allp[0]->m: P0 knows its M
The two arrows again: m->p and p->m. Others may look at p->m, and so it is stored with release.

== p0running, write allp[0]->status == Prunning: P0 runs
Prunning means that an M owns the P; it does not mean that a goroutine runs.

== idle3, write sched.pidle: the first idle P
procresize walks from the last P to the first, so that the list of idle Ps begins with P1. It is
linked through the Ps themselves.

== idle1, write sched.pidle == (long)allp[1]: P1 is on top
sched.pidle leads to P1, P2 and P3. A P that is wanted is taken from the top.

== gomaxprocs, write gomaxprocs: four Ps
gomaxprocs is stored last. The bootstrap's pointer mcache0 is NULL again, since P0 owns that cache.

@ newproc
== g1dead, write allglen: a goroutine, dead
newproc1 has made a G with 2 KiB of stack and put it on allgs, which never shrinks. Its state is
Gdead meanwhile, so that what walks over allgs does not look at its empty stack.

== faked, write *(long *)(allgs[0]->stack.hi - 40): the faked frame
gostartcall has written goexit+1 to the top of the stack, where a return address would be: as if
the first instruction of goexit had called the function. A traceback ends there, and so does the
goroutine when its function returns.

== runnable, write allgs[0]->atomicstatus == Grunnable: runnable
Everything is in its sched: the stack pointer, the function's address as pc, the argument. A
goroutine that has never run looks like one that was switched away.

== goid, write allgs[0]->goid: the number 1
P0 has taken the numbers 1 to 16 at once from sched.goidgen, which all Ps share, and gives them out
by itself.

== runnext, write allp[0]->runnext: the next one
runqput has made it P0's runnext: what was started last runs first, in the rest of the time slice.
It would go to the queue if another came.

@ mstart
== guard928, write g0.stackguard0: room below the guard
StackGuard: the guard is 928 bytes above the end of the stack now. That is the room for functions
that do not check.

@ mstart1
== save, write g0.sched.sp: where g0 comes back to
save records the stack pointer and the pc of mstart's call. mcall and systemstack switch to this
place, over and over.

@ minit
== sigstack, write m0.newSigstack: the signal stack is in force
sigaltstack has told the kernel about gsignal's stack. A handler that comes from now on starts at
its top.

@ schedule
== take, write allp[0]->runnext: taken from the queue
pick has found goroutine 1 in P0's runnext, and emptied it by compare-and-swap, because another P
might have stolen it.

== curg, write m0.curg: m0 has a goroutine
execute writes m->curg first and g->m next: a running G has an M, for all who look.

== running, write allgs[0]->atomicstatus == Grunning: Grunning
The state changes before the stack does: m0 is still on g0's stack. Only the M that does the switch
may touch goroutine 1 from here on.

@ gogo
== gswitch, write m0.tls[0] == (long)allgs[0]: the switch
One store into %fs:-8, and goroutine 1 is the one that runs. Its guard and its stack pointer
follow, then gogo continues at sched.pc, which is where runtime_main begins.

@ runtime_main
== mainstarted, write mainStarted: the program may have threads
newproc looks at this byte: from now on a new goroutine wakes another M.

@ newm
== m1, write allm: a second M
allocm has made the M with the block of thread-local words below it, in one piece. The canary is a
copy of m0's. tls[1] is still empty: the thread writes it itself, in settls.

@ clone
== cloned, out of clone: there are two threads
The kernel has started a thread at the same instruction, with 0 in %rax. It calls settls, puts
its g0 at %fs:-8 and calls mstart, as the first one did. Here gdb holds it for a moment.

== sysmon, on 1, at sysmon: sysmon watches
The second thread has passed mstart and mstart1 and is at sysmon, which needs no P and never
returns: it sleeps for 20 us or longer, looks for Ps to take back, and sleeps again.

@ doInit
== g2, write allglen: a second goroutine
forcegchelper starts first. It is a goroutine of the runtime's own: counted in sched.ngsys, and no
part in deadlocks.

@ gcenable
== g4, write allglen == 4: the sweeper and the scavenger
Four goroutines exist now. P0's runnext is the youngest, the others are in its queue: what came
before was moved there.

== parked, write m0.curg: the main goroutine waits
It has called rt_chan_recv on an empty channel: gopark, mcall, park_m. Its state is Gwaiting, and
it is on no queue but the channel's. m0 is on g0's stack again and has no goroutine.

== handoff, write m0.p == 0: m0 lets P0 go
m0 may run no other goroutine while main is locked to it. So it gives P0 away, with the goroutines
in its queue.

== m2, write allm: a third M, to take it
No idle M is there that could take P0, and so newm makes one. P0 is on no list meanwhile: it will be
m->nextp of the new M.

== takes, write allp[0]->m: M2 takes P0
m0 sleeps. The third thread has passed mstart and mstart1 and takes the P that was left for it; the
queue and the caches came along.

== helper, at bgscavenge: the helpers run
gogo has brought M2 into the youngest goroutine, as it brought m0 into the first. Each helper tells
the channel that it is there and parks.

== ready, write allgs[0]->atomicstatus == Grunnable: main is ready
The send has found main waiting in the channel's queue and made it runnable. M2 may not run it: it
belongs to m0.

== back, write m0.p == (long)allp[0]: m0 has a P again
M2 found goroutine 1 at the head of the queue, and since it is locked, gave P0 to m0 and went to
sleep on the list of idle Ms.

@ rt_main
== prints, at rt_printf: hello, world
A function of the interface. It formats into a buffer on the goroutine's stack and makes one system
call, write.

== exit, at exit: the end
rt_main has returned 0, the destructors have run. exit_group ends all threads at once: nothing of
what was made is taken apart, since the kernel does that better.
"""


class Moment:
    """A step of the page: one of the tour's, or one of those between."""

    def __init__(self, name, where, title, text, tour=None):
        self.name, self.title, self.text, self.tour = name, title, text, tour
        found = re.fullmatch(r"(?:on (\d+), )?(at|write|out of) (.*)", where)
        if not found:
            raise Error(f"rt0-record: {name} is at no place: {where}")
        self.thread = int(found[1]) if found[1] else None
        self.how, self.what = found[2], found[3]

    def word(self):
        """Returns what the page calls the word that is written, or nothing."""
        if self.how != "write":
            return ""
        name = self.what.partition(" == ")[0]
        for pattern, name_of in (
                (r"allp\[(\d+)\](?:->(.*))?", lambda m: f"P{m[1]}.{m[2] or 'id'}"),
                (r"allgs\[(\d+)\]->(.*)", lambda m: f"G{int(m[1]) + 1}.{m[2]}"),
                (r".*\(\$E - (\d+)\)", lambda m: f"*E-{m[1]}"),
                (r".*stack\.hi - (\d+)\)", lambda m: f"*G1.hi-{m[1]}"),
                (r"\$fs_base", lambda m: "fs_base"),
                (r"\w+", lambda m: f"globals.{m[0]}")):
            found = re.fullmatch(pattern, name)
            if found:
                return name_of(found)
        return name


def moments():
    """Returns all steps of the page, in their order."""
    between = {}
    for part in re.split(r"^@ ", MOMENTS, flags=re.MULTILINE)[1:]:
        place, *entries = part.strip().split("\n== ")
        between[place.strip()] = [moment_of(entry) for entry in entries]
    steps = []
    for number, step in enumerate(tour(), 1):
        steps.append(Moment(step.place, f"at {step.place}", step.title, step.text, number))
        steps += between.pop(step.place, [])
    if between:
        raise Error(f"rt0-record: the tour has no step at {', '.join(between)}")
    return steps


def moment_of(entry):
    head, *lines = entry.strip().split("\n")
    name, where, title = re.fullmatch(r"(\w+), (.*): (.*)", head).groups()
    return Moment(name, where, title, " ".join(lines))


# ---- going there -------------------------------------------------------------------------

class Run:
    """The process, of which one thread runs at a time."""

    def __init__(self):
        self.quietly("starti")
        gdb.set_convenience_variable("E", gdb.parse_and_eval("(long)$sp"))
        self.quietly("set scheduler-locking on")
        # A new thread stops there, and one that sleeps is left there.
        self.cloned = self.after_syscall("clone")
        for where in (self.cloned, address("futexsleep")):
            self.breakpoint(where)

    quietly = staticmethod(Tour.quietly)

    @staticmethod
    def breakpoint(where):
        stop = gdb.Breakpoint(f"*{where:#x}", internal=True)
        stop.silent = True
        return stop

    @staticmethod
    def after_syscall(name):
        begin = address(name)
        for line in gdb.selected_inferior().architecture().disassemble(begin, count=20):
            if line["asm"].startswith("syscall"):
                return line["addr"] + line["length"]
        raise Error(f"rt0-record: {name} makes no system call")

    def go(self, moment):
        """Moves to a moment: the first one is where the program starts."""
        if moment.thread is not None:
            self.switch(moment.thread)
        elif moment.tour:
            self.switch(0)
        if moment.what == "$fs_base":
            before = self.value("$fs_base")
            while self.value("$fs_base") == before:
                self.quietly("stepi")
        elif moment.how == "write":
            self.until_written(moment.what)
        elif moment.how == "out of":
            self.until_at(self.value("*(long *)$sp"))
        elif self.pc() != self.value("&" + moment.what):
            self.until_at(self.value("&" + moment.what))

    def until_at(self, where):
        stop = self.breakpoint(where)
        self.resume()
        while self.pc() != where:
            self.resume()
        stop.delete()

    def until_written(self, text):
        expression, _, wanted = text.partition(" == ")
        word = gdb.parse_and_eval(expression)
        kind = {1: "char", 4: "int", 8: "long"}[word.type.sizeof]
        stop = gdb.Breakpoint(f"*({kind} *){int(word.address):#x}", gdb.BP_WATCHPOINT,
                              internal=True)
        if stop.type != gdb.BP_HARDWARE_WATCHPOINT:
            raise Error("this machine has no hardware watchpoints")  # or it would take minutes
        stop.silent = True
        wanted = self.value(wanted) if wanted else None
        before = self.value(expression)
        while self.value(expression) == before or \
                (wanted is not None and self.value(expression) != wanted):
            self.resume()
        stop.delete()

    def resume(self):
        """Lets the selected thread run until something stops it; if it sleeps, another."""
        if self.sleeps():
            self.other()
        thread = gdb.selected_thread()
        self.quietly("continue")
        if not gdb.selected_inferior().pid:
            raise Error("rt0-record: the program ended on the way")
        if gdb.selected_thread().num > thread.num and self.pc() == self.cloned:
            thread.switch()  # the new one waits

    @staticmethod
    def value(expression):
        return int(gdb.parse_and_eval(f"(long)({expression})"))

    @staticmethod
    def pc():
        return int(gdb.parse_and_eval("(long)$pc"))

    @staticmethod
    def sleeps():
        """Is the selected thread about to sleep, so that only another can wake it?"""
        if Run.pc() != address("futexsleep"):
            return False
        word = gdb.parse_and_eval("*(unsigned int *)$rdi")
        return int(word) == int(gdb.parse_and_eval("(unsigned int)$esi"))

    def other(self):
        """Selects the first thread that can run; sysmon is left alone."""
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num):
            thread.switch()
            if not self.sleeps() and not self.in_sysmon():
                return
        raise Error("rt0-record: all threads sleep")

    @staticmethod
    def in_sysmon():
        frame = gdb.newest_frame()
        while frame is not None:
            if frame.name() == "sysmon":
                return True
            frame = frame.older()
        return False

    def switch(self, number):
        """Selects an M's thread. They are numbered in the order of their clones, as the Ms."""
        for thread in gdb.selected_inferior().threads():
            if thread.num == number + 1:
                thread.switch()
                return
        raise Error(f"rt0-record: there is no thread of M{number}")


# ---- what memory holds -------------------------------------------------------------------

# The fields that are recorded. "?": depends on the machine, the run or the compiler.
FIELDS = {
    "M": ("tls[0]", "tls[1]", "tls[6]?", "guard", "id", "g0", "gsignal", "curg", "p", "nextp",
          "mstartfn", "spinning", "lockedInt", "lockedg", "newSigstack", "alllink", "schedlink",
          "procid?"),
    "g0": ("stack.hi", "stack.lo", "stackguard0", "m", "sched.sp?", "sched.pc"),
    "gsignal": ("stack.hi", "stack.lo", "stackguard0", "m"),
    "G": ("goid", "atomicstatus", "waitreason", "m", "lockedm", "stack.hi", "stack.lo",
          "stackguard0", "sched.sp?", "sched.pc", "sched.ctxt", "startpc", "schedlink"),
    "P": ("id", "status", "m", "runnext", "runq", "link", "schedtick", "mcache"),
    "sched": ("lock.key", "pidle", "npidle", "midle", "nmidle", "nmspinning", "runq.head",
              "runqsize", "mnext", "nmsys", "ngsys", "goidgen", "lastpoll?"),
    "globals": ("argc", "argv", "physPageSize", "startupRandomData?", "ncpu?",
                "physHugePageSize?", "isIntel?", "processorVersionInfo?", "mcache0", "allm",
                "allp", "gomaxprocs", "allglen", "argslice.len", "envs.len?", "mainStarted",
                "runtime_inittask.state", "main_inittask.state"),
}
STATES = {"atomicstatus": ("Gidle", "G"), "status": ("Pidle", "P")}
WORDS = (0, 8, -24, -32)  # on the process stack, from the stack pointer at the entry
FAKED = -40  # on the main goroutine's stack, from its end: the word that leads to goexit


class Pointer(int):
    """An address, which gets its name when all objects are known."""


def read(value, path):
    """Returns what a field of value, or a variable, holds: a Pointer, a number or a word."""
    parts = re.findall(r"\w+", path)
    if path == "allp":
        return [Pointer(var("allp")[i]) for i in range(min(4, int(var("allpcap"))))]
    if value is None:
        value = var(parts.pop(0))
    if path == "runq":
        ring = value["runq"]
        size = ring.type.range()[1] + 1
        return [Pointer(ring[i % size])
                for i in range(int(value["runqhead"]), int(value["runqtail"]))]
    whole = value
    for part in parts:
        value = value[int(part)] if part.isdigit() else value[part]
    if path in STATES:
        first, prefix = STATES[path]
        return prefix + names_of(first, prefix).get(int(value), "?")
    if path == "waitreason":
        return reason(whole)
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR or \
            re.search(r"tls|guard|^stack|sched\.|startpc", path):
        return Pointer(int(value) & MASK)
    return int(value)


class Snapshot:
    """All that the page shows of a moment."""

    def __init__(self, run):
        self.values = {}   # "m0.curg": (value, whether it differs between machines)
        self.objects = {}  # name: (address, size)
        self.stacks = {}   # name: (lo, hi)
        self.take("globals", "globals", None)
        self.take("sched", "sched", var("sched"))
        for mp in ms() if var("allm") else [var("m0")]:
            self.thread(mp)
        for pp in self.processors():
            self.take("P", f"P{int(pp['id'])}", pp.dereference())
        self.stacks["E"] = (run.value("$E") - (64 << 10) - 4096, run.value("$E") + 4096)
        for i, gp in enumerate(gs(dead=True)):
            self.goroutine("G", f"G{i + 1}", gp)
        self.words(run)
        self.lanes = self.threads()
        self.code()
        self.read_registers()

    def take(self, kind, name, value):
        if value is not None and value.address:
            self.objects[name] = (int(value.address), value.type.sizeof)
        for field in FIELDS[kind]:
            plain = field.rstrip("?")
            self.values[f"{name}.{plain}"] = (read(value, plain), field.endswith("?"))

    def goroutine(self, kind, name, gp):
        gp = gp.dereference() if gp.type.code == gdb.TYPE_CODE_PTR else gp
        self.take(kind, name, gp)
        self.stacks[name] = (int(gp["stack"]["lo"]), int(gp["stack"]["hi"]))

    def thread(self, mp):
        mp = mp.dereference() if mp.type.code == gdb.TYPE_CODE_PTR else mp
        number = int(mp["id"])
        self.take("M", f"m{number}", mp)
        suffix = f"/{number}" if number else ""
        if number == 0:
            self.goroutine("g0", "g0", var("g0"))
        elif mp["g0"]:
            self.goroutine("g0", f"g0{suffix}", mp["g0"])
        if mp["gsignal"]:
            self.goroutine("gsignal", f"gsignal{suffix}", mp["gsignal"])

    @staticmethod
    def processors():
        array = var("allp")
        return [array[i] for i in range(4) if array and array[i]]

    def words(self, run):
        entry = run.value("$E")
        for offset in WORDS:
            self.values["*" + at("E", offset)] = word_at(entry + offset), offset == 8
        if "G1" in self.stacks:
            name = "*" + at("G1.hi", FAKED)
            self.values[name] = word_at(self.stacks["G1"][1] + FAKED), False

    def threads(self):
        """Returns what each thread does: of which M, with which G, how."""
        selected = gdb.selected_thread()
        lanes = {}
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num):
            thread.switch()
            name = f"m{thread.num - 1}"
            pointer = int(gdb.parse_and_eval("(long)$fs_base"))
            gp = self.values.get(f"{name}.tls[0]")
            started = pointer != 0 and gp and pointer == self.objects[name][0] + 8
            does = "runs" if thread == selected else "sleeps" if Run.sleeps() else "waits"
            lanes[name] = (gp[0] if started else None, does)
        selected.switch()
        gdb.newest_frame().select()
        return lanes

    def code(self):
        """Where the thread is: function, file and line, the calls that led there."""
        frame = outer = gdb.newest_frame()
        while outer.type() == gdb.INLINE_FRAME:
            outer = outer.older()
        self.function = plain(outer.name() or "?")
        while source(frame)[0].startswith(INLINED) and frame.type() == gdb.INLINE_FRAME:
            frame = frame.older()
        self.file, self.line = source(frame)
        self.before = 0  # the line with the instruction that has run last, if it is near
        last = gdb.find_pc_line(gdb.newest_frame().pc() - 1)
        if last.symtab and last.symtab.filename.endswith(self.file) and last.line != self.line:
            self.before = last.line
        self.frames = []
        while frame is not None and len(self.frames) < 12:
            self.frames.append([plain(frame.name() or "?"), *source(frame)])
            frame = frame.older()

    def read_registers(self):
        """The registers that mean something here: in C, arguments where a function begins."""
        arguments = 0
        if self.file.endswith(".S"):
            arguments = 2
        elif at_beginning():
            arguments = len(gdb.newest_frame().function().type.fields())
        # Elsewhere there may be frames of C functions above, whose sizes the compiler chooses.
        exact = self.file.endswith("/boot.S") or self.file.startswith("rt0/")
        self.registers = {"rip": (register("rip"), False), "rsp": (register("rsp"), not exact),
                          "fs_base": (register("fs_base"), False)}
        for name in ("rdi", "rsi")[:arguments]:
            self.registers[name] = (register(name), False)
        self.registers["DF"] = (int(gdb.parse_and_eval("($eflags >> 10) & 1")), False)


def at_beginning():
    """Is the thread at the first instruction of a C function?"""
    function = gdb.newest_frame().function()
    return function is not None and int(function.value().address) == gdb.newest_frame().pc()


# Short functions of headers, which say nothing to a reader of the start-up: the line that calls
# them is shown.
INLINED = ("runtime/base/atomic", "runtime/arch/")


def plain(function):
    """Returns a function's name in the source: gcc may have made a part of it."""
    return re.sub(r"\.(part|constprop|isra|cold)\b.*", "", function)


def source(frame):
    """Returns file and line of where a frame is, the file below the tree."""
    sal = frame.find_sal()
    if sal.symtab is None:
        return "", 0
    return re.sub(r"^.*/(?=(?:asm|rt0|runtime|examples)/)|^\./", "", sal.symtab.filename), sal.line


def word_at(location):
    return Pointer(int(gdb.parse_and_eval(f"*(unsigned long *){location:#x}")))


def at(base, offset):
    return base + (f"{offset:+d}" if offset else "")


def register(name):
    return Pointer(int(gdb.parse_and_eval(f"(long)${name}")) & MASK)


# ---- names for addresses -----------------------------------------------------------------

class Names:
    """What the page calls an address. An object has its place all the time that it is there, so
    that a name found late is good for the steps before."""

    def __init__(self, snapshots, entry):
        self.objects, self.stacks, self.caches, self.entry = {}, {}, {}, entry
        for shot in snapshots:
            self.objects.update(shot.objects)
            for name, (lo, hi) in shot.stacks.items():
                if hi and name != "g0":  # that is the process stack
                    self.stacks[name] = (lo, hi)
            for name in ("globals.mcache0", *(f"P{i}.mcache" for i in range(4))):
                value = shot.values.get(name)
                if value and value[0]:
                    self.caches.setdefault(value[0], f"mcache{len(self.caches)}")

    def of(self, value, owner=None):
        """Returns the name and whether it is the same on each machine. owner: the object that
        holds it, in whose stack it may be."""
        if value == 0:
            return "0", True
        if owner in self.stacks and self.stacks[owner][0] <= value <= self.stacks[owner][1]:
            return self.on_stack(owner, value)
        if value in self.caches:
            return self.caches[value], True
        for name, (lo, size) in self.objects.items():
            if lo <= value < lo + size:
                return self.inside(name, value - lo), True
        for name, (lo, hi) in self.stacks.items():
            if lo <= value <= hi:
                return self.on_stack(name, value)
        if value < 1 << 16:
            return str(value), True
        return self.symbol(value)

    def on_stack(self, name, value):
        if name == "E":  # the strings and the vectors are above, and not always as many
            return at("E", value - self.entry), value - self.entry <= 8
        return at(f"{name}.hi", value - self.stacks[name][1]), True

    @staticmethod
    def symbol(value):
        text = gdb.execute(f"info symbol {value:#x}", to_string=True)
        if text.startswith("No symbol"):
            return f"{value:#x}", False
        found = re.match(r"(\S+)(?: \+ (\d+))? in section (\S+)", text)
        name, offset, code = found[1], int(found[2] or 0), "text" in found[3]
        if offset > 1:
            # Where a function calls another may be in a function that it is a part of.
            return (f"in {plain(name)}", False) if code else (f"&{name}+{offset}", True)
        # The linker's names are for edges: what is beside them may be another's on the next day.
        return ("" if code else "&") + at(name, offset), not name.startswith("__")

    @staticmethod
    def inside(name, offset):
        if re.fullmatch(r"m\d+", name) and 0 < offset < 7 * 8:
            return f"&{name}.tls[{offset // 8}]"
        return f"&{name}" + (f"+{offset}" if offset else "")

    def shown(self, value, differs=False, owner=None):
        """Returns a value for the page: a text, or {"here": text}."""
        same = True
        if isinstance(value, list):
            text = " ".join(self.of(item)[0].lstrip("&") for item in value)
        elif isinstance(value, Pointer):
            text, same = self.of(value, owner)
        else:
            text = str(value)
        return text if same and not differs else {"here": text}


# ---- the command -------------------------------------------------------------------------

def steps_of(todo, shots, names):
    """Returns the steps for the page: of the values those that changed."""
    steps, before = [], {}
    for moment, shot in zip(todo, shots):
        values = {name: names.shown(*value, owner=name.partition(".")[0])
                  for name, value in shot.values.items()}
        steps.append({
            "name": moment.name, "tour": moment.tour, "title": moment.title,
            "text": moment.text, "where": f"{moment.how} {moment.what}", "word": moment.word(),
            "function": shot.function, "file": shot.file, "line": shot.line,
            "before": shot.before if moment.how != "at" else 0, "frames": shot.frames,
            "registers": {name: names.shown(*value)
                          for name, value in shot.registers.items()},
            "threads": {name: [names.of(gp)[0].lstrip("&") if gp else "", does]
                        for name, (gp, does) in shot.lanes.items()},
            "set": {name: value for name, value in values.items()
                    if before.get(name) != value}})
        before = values
    return steps


class Record(gdb.Command):
    """rt0-record FILE: writes each step of the start-up, for docs/tour.html, as JSON."""

    def __init__(self):
        super().__init__("rt0-record", gdb.COMMAND_RUNNING)

    def invoke(self, text, from_tty):
        del from_tty
        todo, shots = moments(), []
        run = Run()
        for moment in todo:
            try:
                run.go(moment)
                shots.append(Snapshot(run))
            except (gdb.error, Error) as error:
                raise Error(f"rt0-record: {moment.name} ({moment.how} {moment.what}): {error}")
        names = Names(shots, run.value("$E"))
        with open(text.strip(), "w", encoding="utf-8") as file:
            json.dump({"steps": steps_of(todo, shots, names)}, file)
        run.quietly("kill")


Record()
