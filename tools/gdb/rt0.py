"""rt0.py - goroutines, threads and processors for gdb.

    info goroutines       every goroutine: state, why it waits, where it is
    goroutine N CMD       runs CMD as if gdb stood in goroutine N; without CMD: bt
    goroutine all CMD     in each goroutine, one after another
    info ms, info ps      threads and processors; info timers: what is due, and when
    $getg()               the running G of the selected thread
    rt0-tour              a guided walk through the start-up (tools/gdb/tour.py)

and G, M, P, channels and mutexes print as what they mean (printers.py).

Every program of rt0 carries this file in its section .debug_gdb_scripts, and gdb loads it
by itself from programs it trusts (add-auto-load-safe-path); "source" does the same. It works
on a process and on a core file. It only reads: nothing here writes to the program.

Offsets, sizes and enumerations come from the debug information of the program that is
looked at, and how a parked goroutine's registers are found from its call frame
information. What may differ between versions of the runtime is asked for, not assumed.
"""

import os
import re
import time

import gdb
import gdb.unwinder

if "__file__" in globals():  # from a file, not from a program, which has them one by one
    folder = os.path.dirname(os.path.realpath(__file__))
    gdb.execute("source " + os.path.join(folder, "arch.py"))


class Error(gdb.GdbError):
    """What the user is told in one line."""


# ---- the runtime's data ---------------------------------------------------------------

MASK = (1 << 64) - 1
memory = {}  # what kept() functions have found out about this program


def kept(function):
    """Asks gdb only once, as long as the program is the same."""
    def once(*args):
        key = (function.__name__, *args)
        if key not in memory:
            memory[key] = function(*args)
        return memory[key]
    return once


@kept
def expression(name):
    """Returns what gdb calls the runtime's variable: the program may have one of that
    name too."""
    symbol = gdb.lookup_global_symbol(name)
    if symbol is None:
        raise Error("rt0: the program has no debug information, or is not rt0's")
    if "runtime/" in symbol.symtab.filename:
        return name
    text = gdb.execute(f"info variables -q ^{name}$", to_string=True)
    files = re.findall(r"^File (\S*runtime/\S+):$", text, re.MULTILINE)
    return f"'{files[0]}'::{name}" if files else name


def var(name):
    if expression(name) == name:
        return gdb.lookup_global_symbol(name).value()
    return gdb.parse_and_eval(expression(name))


@kept
def address(name):
    """Returns a label's or function's address."""
    return int(gdb.parse_and_eval(f"(long)&'{name}'")) & MASK


@kept
def constant(name):
    return int(gdb.parse_and_eval(name))


@kept
def names_of(enumerator, prefix):
    """Returns {value: word} of the enumeration that has this enumerator."""
    fields = gdb.parse_and_eval(enumerator).type.fields()
    return {field.enumval: field.name.removeprefix(prefix) for field in fields}


def has(value, name):
    return any(field.name == name for field in value.type.strip_typedefs().fields())


def items(first, link):
    """Yields what a list links by a field, at most a million of them."""
    for _ in range(1000000):
        if not first:
            return
        yield first
        first = first[link]


def gs(dead=False):
    """Yields the goroutines."""
    array, gdead = var("allgs"), constant("Gdead")
    for i in range(int(var("allglen"))):
        gp = array[i]
        if gp and (dead or int(gp["atomicstatus"]) != gdead):
            yield gp


def ms():
    """Yields the threads, oldest first."""
    yield from reversed(list(items(var("allm"), "alllink")))


def ps():
    array = var("allp")
    for i in range(int(var("allplen"))):
        if array[i]:
            yield array[i]


def status(gp):
    return names_of("Gidle", "G").get(int(gp["atomicstatus"]), "???")


def reason(gp):
    """Returns why a goroutine waits, and whether rt_leaks found that it always will; "" if it does
    not wait."""
    if status(gp) != "waiting":
        return ""
    leaked = constant("WaitLeaked")
    why = int(gp["waitreason"])
    return (var("waitReasonStrings")[why & (leaked - 1)].string() +
            (" (leaked)" if why & leaked else ""))


def thread_of(mp):
    """Returns gdb's thread, or None."""
    procid = int(mp["procid"])
    for thread in gdb.selected_inferior().threads():
        if procid == thread.ptid[1] or (procid == 0 and thread.num == 1):
            return thread
    return None


def symbol_name(pc):
    block = gdb.block_for_pc(pc)
    while block is not None and block.function is None:
        block = block.superblock
    if block is not None:
        return block.function.name
    text = gdb.execute(f"info symbol {pc:#x}", to_string=True)
    return "?" if text.startswith("No symbol") else text.split()[0]


# ---- standing in a goroutine ------------------------------------------------------------

class Elsewhere(gdb.unwinder.Unwinder):
    """While registers are set, what called the newest frame is the context they describe.

    So a goroutine that has no thread is seen without touching any thread's registers,
    which a core file would not allow and a thread in a system call not survive.
    """

    def __init__(self):
        super().__init__("rt0 goroutine")
        self.registers = None
        self.gp = None

    def __call__(self, pending):
        if self.registers is None or pending.level() != 0:
            return None
        zero = pending.read_register(arch().sp)
        zero = zero - zero
        # The lowest of all stack addresses: everything else is further out.
        info = pending.create_unwind_info(gdb.unwinder.FrameId(zero, zero)
                                          if hasattr(gdb.unwinder, "FrameId")
                                          else OldFrameId(zero))
        for name in arch().registers:
            if name in self.registers:
                kind = pending.read_register(name).type
                value = gdb.Value(self.registers[name])
                info.add_saved_register(name, value.cast(kind))
        return info


class OldFrameId:
    def __init__(self, zero):
        self.sp = self.pc = zero


elsewhere = Elsewhere()


def async_registers(gp):
    """Where an asynchronous preemption took it off the processor."""
    state = gp["asyncState"].dereference()
    found = {name: value & MASK for name, value in arch().interrupted(state).items()}
    found[arch().pc] += 1  # gdb looks at the byte before, as for a call
    return found


def parked_registers(gp):
    """The registers of a goroutine that no thread runs."""
    buf = gp["sched"]
    sp, pc = int(buf["sp"]), int(buf["pc"])
    if sp == 0:
        raise Error(f"goroutine {int(gp['goid'])} has no saved context")
    if pc == address("asyncResume"):
        return async_registers(gp)
    word = gdb.lookup_type("unsigned long").pointer()
    if int(gdb.Value(sp).cast(word)[arch().slot]) == pc:
        # It called mcall, whose frame information says where the registers are.
        pc, sp = address("mcall_parked"), sp - arch().lowered
    return {arch().pc: pc + 1, arch().sp: sp, arch().fp: int(buf["bp"])}


def on_thread(gp):
    """Returns the thread on whose stacks the goroutine's frames are, or None."""
    mp = gp["m"]
    if not mp or mp["curg"] != gp:
        return None
    buf = gp["sched"]
    # In mcall and behind it, the thread is on g0 and knows nothing of the goroutine.
    if status(gp) == "running" and buf["sp"] and running(mp) == mp["g0"] \
            and int(buf["pc"]) != address("systemstack_switch"):
        return None
    return thread_of(mp)


def running(mp):
    """Returns the G in an M's thread-local storage, which may be a C library's."""
    thread = thread_of(mp) if var("_cgo_init") else None
    if thread is None:
        return mp["tls"][0].cast(mp["g0"].type)
    selected, level = gdb.selected_thread(), gdb.selected_frame().level()
    thread.switch()
    gp = getg()
    selected.switch()
    come_back(level)
    return gp


class In:
    """with In(gp): gdb stands in the goroutine; "as" gives its newest frame."""

    def __init__(self, gp):
        self.gp = gp

    def __enter__(self):
        self.thread, self.level = gdb.selected_thread(), gdb.selected_frame().level()
        thread = on_thread(self.gp)
        elsewhere.gp = self.gp
        if thread:
            thread.switch()
            gdb.invalidate_cached_frames()
            frame = gdb.newest_frame()
        else:
            elsewhere.registers = parked_registers(self.gp)
            gdb.invalidate_cached_frames()
            frame = gdb.newest_frame().older()
            if frame is None or frame.pc() != elsewhere.registers[arch().pc]:
                self.__exit__()
                raise Error(f"goroutine {int(self.gp['goid'])}: gdb cannot go there")
        frame.select()
        return frame

    def __exit__(self, *_):
        elsewhere.registers = elsewhere.gp = None
        self.thread.switch()
        come_back(self.level)


def come_back(level):
    """Selects a frame of the thread's own stack again."""
    gdb.invalidate_cached_frames()
    frame = gdb.newest_frame()
    for _ in range(level):
        frame = frame.older() or frame
    frame.select()


# Moving to a frame is done silently and shown afterwards: what gdb itself shows then cannot
# be had as a string.
MOVE = re.compile(r"(?P<what>f|fr|frame|up|down)\b\s*(?P<how>level\s+(?=\d))?(?P<arg>.*)$")
BACKTRACE = re.compile(r"(?P<what>bt|backtrace|where)\b(?P<how>.*?)(?P<count>\s\d+)?$")


def moved(found, extra):
    """Returns the output of frame, up and down."""
    what, arg = found["what"], found["arg"]
    if what[0] == "f" and arg.isdigit():
        arg = str(int(arg) + extra)
    silent = "select-frame" if what[0] == "f" else what + "-silently"
    if arg or what[0] != "f":
        gdb.execute(f"{silent} {arg}", to_string=True)
    return gdb.execute("frame", to_string=True)


def traced(found, extra):
    """Returns the output of bt, without the frames that are not the goroutine's."""
    count = int(found["count"]) + extra if found["count"] else ""
    text = gdb.execute(f"{found['what']}{found['how']} {count}", to_string=True)
    return text[text.find("\n#1 ") + 1:] if extra else text


def run_in(gp, command):
    """Returns what a command prints in a goroutine, in the program's frame."""
    with In(gp) as frame:
        # The newest frame of all may not be the goroutine's: one is added to the numbers
        # given, and taken off those shown.
        extra = 0 if elsewhere.registers is None else 1
        trace, move = BACKTRACE.match(command), MOVE.match(command)
        if trace:
            text = traced(trace, extra)
        else:
            (outside(frame) or frame).select()
            text = moved(move, extra) if move else gdb.execute(command, to_string=True)
        return re.sub(r"^#(\d+)( *)",
                      lambda m: f"#{int(m[1]) - extra}".ljust(len(m[0])), text,
                      flags=re.MULTILINE)


def place(frame):
    name = frame.name() or f"{frame.pc():#x}"
    sal = frame.find_sal()
    if sal.symtab is None:
        return name + " ()"
    return f"{name} () at {sal.symtab.filename}:{sal.line}"


def where(gp):
    """Returns the program's own frame that a goroutine is in, or the runtime's newest."""
    try:
        if on_thread(gp):
            with In(gp) as frame:
                return place(outside(frame) or frame)
        # Without selecting anything: there may be very many of them.
        elsewhere.registers = parked_registers(gp)
        try:
            gdb.invalidate_cached_frames()
            frame = gdb.newest_frame().older()
            return place(outside(frame) or frame)
        finally:
            elsewhere.registers = None
    except (gdb.error, Error) as error:
        return f"({error})"


def outside(frame):
    """Returns the first frame that is not in the runtime's code."""
    lo, hi = address("__runtime_text_start"), address("__runtime_text_end")
    for _ in range(50):
        if frame is None or not lo <= frame.pc() < hi:
            return frame
        frame = frame.older()
    return None


def name_words(gp):
    """Returns the name that pthread_setname_np has given, quoted, or nothing."""
    area = gp["area"]
    try:
        if not area or area["tid"] < 1 << 22:  # a thread's: of the mapping that it is in
            return []
        name = area["name"].string(errors="replace")
    except gdb.error:
        return []
    return [f'"{name}"'] if name else []


def header(gp):
    """Returns "goroutine 5 [chan receive]", as in the runtime's tracebacks."""
    words = [reason(gp) or status(gp)]
    if gp["lockedm"]:
        words.append("locked to thread")
    return f"goroutine {int(gp['goid'])} [{', '.join(words + name_words(gp))}]"


def table(rows, titles):
    """Prints rows under their titles."""
    rows = [titles] + [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        gdb.write("  ".join(map(str.ljust, row, widths)).rstrip() + "\n")


def here():
    """Returns the G that the selected thread runs: its curg, if that is on g0."""
    gp = getg()
    if not gp or not gp["m"]:
        return gp
    return gp["m"]["curg"] or gp


# ---- commands -----------------------------------------------------------------------------

class Command(gdb.Command):
    def __init__(self, name, kind=gdb.COMMAND_STATUS):
        super().__init__(name, kind)

    def invoke(self, text, from_tty):
        del from_tty
        if not gdb.selected_inferior().pid:
            raise Error("rt0: there is no process and no core file")
        self.work(text.strip())


def at_work(gp):
    """Returns the second column of info goroutines."""
    words = [reason(gp)] if reason(gp) else []
    if gp["m"] and status(gp) in ("running", "syscall"):
        words.append(f"M{int(gp['m']['id'])}")
    if gp["lockedm"]:
        words.append("locked to thread")
    if gp["issystem"]:
        words.append("system")
    return ", ".join(words + name_words(gp))


class InfoGoroutines(Command):
    """List the goroutines: number, state, why it waits or which M runs it, and the place
in the program where it is.  The one of the selected thread is marked with a star."""

    def work(self, text):
        current, level = here(), gdb.selected_frame().level()
        rows = [("*" if gp == current else "", int(gp["goid"]), status(gp), at_work(gp),
                 where(gp)) for gp in gs()]
        come_back(level)
        table(rows, ["", "id", "state", "reason", "where"])


class Goroutine(Command):
    """goroutine N COMMAND: run a command as if gdb stood in goroutine N, in the frame of the
program's own code that is the newest: "goroutine 5 bt", "goroutine 5 info locals",
"goroutine 5 frame 7", "goroutine 5 faas p x".  Without a command: bt.
goroutine all COMMAND: in each goroutine."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def work(self, text):
        which, _, command = text.partition(" ")
        if which == "all":
            for gp in list(gs()):
                gdb.write(f"{header(gp)}:\n")
                try:
                    gdb.write(run_in(gp, command.strip() or "bt") + "\n")
                except (gdb.error, Error) as error:
                    gdb.write(f"({error})\n\n")
            return
        try:
            number = int(gdb.parse_and_eval(which)) if which else int(here()["goid"])
        except gdb.error as error:
            raise Error(f"goroutine: {error}") from error
        for gp in gs():
            if int(gp["goid"]) == number:
                if not command.strip():
                    gdb.write(f"{header(gp)}:\n")
                gdb.write(run_in(gp, command.strip() or "bt"))
                return
        raise Error(f"there is no goroutine {number}")


def occupation(mp):
    """Returns what an M is doing, in words."""
    curg, gp = mp["curg"], running(mp)
    words = []
    if gp == mp["gsignal"]:
        words.append("handles a signal")
    if mp["spinning"]:
        words.append("spinning")
    if curg:
        words.append(f"goroutine {int(curg['goid'])}"
                     + (" in a system call" if status(curg) == "syscall" else ""))
    elif any(mp == idle for idle in items(var("sched")["midle"], "schedlink")):
        words.append("idle")
    elif mp["lockedg"] and not mp["p"]:
        words.append(f"waits for goroutine {int(mp['lockedg']['goid'])}")
    elif mp["mstartfn"] and not mp["p"]:
        words.append(symbol_name(int(mp["mstartfn"])))
    elif mp["p"]:
        words.append("scheduler")
    else:
        words.append("idle" if mp["blocked"] else "between two Ps")
    if mp["locks"]:
        words.append(f"locks={int(mp['locks'])}")
    if mp["lockedg"] and curg:
        words.append("locked to it")
    return ", ".join(words)


def number(value, letter=""):
    return f"{letter}{int(value['id'])}" if value else "-"


class InfoMs(Command):
    """List the Ms: the runtime's threads, their kernel's and gdb's numbers, the P each
holds, what each is doing and where."""

    def work(self, text):
        rows, selected, level = [], gdb.selected_thread(), gdb.selected_frame().level()
        for mp in ms():
            thread, at = thread_of(mp), ""
            if thread:
                thread.switch()
                at = place(gdb.newest_frame())
            rows.append(("*" if thread and thread.num == selected.num else "", number(mp),
                         int(mp["procid"]), thread.num if thread else "-",
                         number(mp["p"], "P"), occupation(mp), at))
        selected.switch()
        come_back(level)
        table(rows, ["", "id", "tid", "thread", "p", "does", "where"])


def queue(pp):
    """Yields the goroutines on a P's ring."""
    size = pp["runq"].type.range()[1] + 1
    for i in range(int(pp["runqhead"]), int(pp["runqtail"])):
        yield pp["runq"][i % size]


def ids(goroutines):
    """Returns their numbers, the first twenty."""
    found = [str(int(gp["goid"])) for gp in goroutines]
    more = [f"({len(found) - 20} more)"] if len(found) > 20 else []
    return " ".join(found[:20] + more) or "-"


class InfoPs(Command):
    """List the Ps: state, the M that holds each, its counters, the goroutines that run
next; and the global run queue."""

    def work(self, text):
        table([(number(pp), names_of("Pidle", "P").get(int(pp["status"]), "???"),
                number(pp["m"], "M"), int(pp["schedtick"]), int(pp["syscalltick"]),
                int(pp["runnext"]["goid"]) if pp["runnext"] else "-", ids(queue(pp)),
                int(pp["gFree"]["n"]), int(pp["timerslen"])) for pp in ps()],
              ["id", "state", "m", "schedtick", "syscalltick", "next", "queue", "free",
               "timers"])
        sched = var("sched")
        gdb.write(f"global queue: {ids(items(sched['runq']['head'], 'schedlink'))}; "
                  f"idle Ps: {int(sched['npidle'])}; idle Ms: {int(sched['nmidle'])}; "
                  f"spinning: {int(sched['nmspinning'])}\n")


def timers():
    """Yields (P, Timer), in the heaps' order."""
    for pp in ps():
        for i in range(int(pp["timerslen"])):
            entry = pp["timers"][i]
            if entry.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
                kind = gdb.parse_and_eval("(Timer *)0").type
                entry = gdb.Value(int(entry["timer"]) & ~1).cast(kind)
            yield pp, entry


def due(when):
    """Returns the time left, where the clock of the process is at hand."""
    connection = gdb.selected_inferior().connection
    if connection is None or connection.type != "native":
        return f"{when} ns"
    return f"{(when - time.monotonic_ns()) / 1e6:+.3f} ms"


class InfoTimers(Command):
    """List the timers by time: which P's, when it is due (from now, in a core file on the
process's clock), what it calls and the goroutine that it will wake."""

    def work(self, text):
        rows = sorted(((int(t["when"]), pp, t) for pp, t in timers()), key=lambda r: r[0])
        known = {int(gp): gp for gp in gs()}
        out = []
        for when, pp, t in rows:
            gp = known.get(int(t["arg"]))
            out.append((number(pp, "P"), due(when),
                        f"{int(t['period']) / 1e6:g} ms" if t["period"] else "-",
                        symbol_name(int(t["f"])),
                        f"goroutine {int(gp['goid'])}" if gp else f"{int(t['arg']):#x}"))
        table(out, ["p", "due", "period", "calls", "with"])


def g_by_stack(kind):
    """Returns the G of the selected thread's M that the stack pointer is on; or 0."""
    sp = int(gdb.parse_and_eval("$sp")) & MASK
    for mp in ms():
        if int(mp["procid"]) == gdb.selected_thread().ptid[1]:
            for gp in (mp["curg"], mp["g0"], mp["gsignal"]):
                if gp and any(int(gp[s]["lo"]) <= sp <= int(gp[s]["hi"])
                              for s in ("stack", "segment")):
                    return gp
    return gdb.Value(0).cast(kind)


def getg():
    """Returns the running G of the selected thread; 0 before there is one."""
    kind = var("allgs").type.target()
    try:
        base = int(gdb.parse_and_eval(arch().thread)) & MASK
    except gdb.error:  # an emulator does not show the register
        return g_by_stack(kind)
    if base == 0:
        return gdb.Value(0).cast(kind)
    return gdb.Value(base + arch().g).cast(kind.pointer()).dereference()


class Getg(gdb.Function):
    """$getg(): the running G of the selected thread; within "goroutine N ...", that one's."""

    def __init__(self):
        super().__init__("getg")

    def invoke(self):
        return elsewhere.gp if elsewhere.gp is not None else getg()


def forget(_=None):
    memory.clear()


def install():
    gdb.events.new_objfile.connect(forget)
    gdb.events.clear_objfiles.connect(forget)
    gdb.unwinder.register_unwinder(None, elsewhere, replace=True)
    InfoGoroutines("info goroutines")
    InfoMs("info ms")
    InfoPs("info ps")
    InfoTimers("info timers")
    Goroutine()
    Getg()
    # Preemption's signal is the runtime's own business, thousands of times a second.
    gdb.execute("handle SIGURG nostop noprint pass", to_string=True)


install()
if "__file__" in globals():
    for other in ("printers.py", "tour.py"):
        gdb.execute("source " + os.path.join(folder, other))
    # The runtime's sources are called ./runtime/... in the debug information.
    gdb.execute(f'directory "{os.path.dirname(os.path.dirname(folder))}"', to_string=True)
