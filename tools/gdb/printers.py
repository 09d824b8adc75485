"""printers.py - G, M, P, channels and mutexes, printed by gdb as what they mean.

"p/r" prints them raw. Needs rt0.py, which comes with it.
"""

import gdb
import gdb.printing


class Fields:
    """All fields of a struct, behind a summary."""

    def __init__(self, value):
        self.value = value

    def children(self):
        for field in self.value.type.strip_typedefs().fields():
            yield field.name, self.value[field.name]


class PrintG(Fields):
    def to_string(self):
        if int(self.value["atomicstatus"]) == constant("Gidle"):
            return f"system G (g0, gsignal) of M{number(self.value['m'])}"
        return header(self.value)


class PrintM(Fields):
    def to_string(self):
        return f"M{int(self.value['id'])} (thread {int(self.value['procid'])})"


class PrintP(Fields):
    def to_string(self):
        state = names_of("Pidle", "P").get(int(self.value["status"]), "???")
        return f"P{int(self.value['id'])} ({state})"


class PrintChan:
    """A channel: its elements in the order in which they will be received, its waiters."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        c = self.value
        closed = ", closed" if c["closed"] else ""
        return (f"channel of {int(c['elemsize'])}-byte elements, "
                f"{int(c['qcount'])} of {int(c['dataqsiz'])} in the buffer{closed}")

    def element(self, at):
        size = int(self.value["elemsize"])
        kinds = {1: "unsigned char", 2: "unsigned short", 4: "unsigned int",
                 8: "unsigned long"}
        if size in kinds:
            return at.cast(gdb.lookup_type(kinds[size]).pointer()).dereference()
        kind = gdb.lookup_type(kinds[1] if size % 8 else kinds[8])
        return at.cast(kind.array(size // kind.sizeof - 1).pointer()).dereference()

    def waiters(self, name):
        for s in items(self.value[name]["first"], "next"):
            yield f"goroutine {int(s['g']['goid'])}", s["elem"]

    def children(self):
        c = self.value
        cap, size = int(c["dataqsiz"]), int(c["elemsize"])
        first = c["buf"].address.cast(gdb.lookup_type("unsigned char").pointer())
        for i in range(int(c["qcount"]) if size else 0):
            at = first + (int(c["recvx"]) + i) % cap * size
            yield f"[{i}]", self.element(at)
        for name, what in (("recvq", "receivers"), ("sendq", "senders")):
            found = list(self.waiters(name))
            if not found:
                continue
            texts = [who + (f" of {self.element(elem)}"
                            if name == "sendq" and elem and size in (1, 2, 4, 8) else "")
                     for who, elem in found]
            yield what, ", ".join(texts)


def held_by(value):
    """Returns " by M1": builds that check the lock order know."""
    if value.address is None:
        return ""
    for mp in ms():
        for i in range(int(mp["locksHeldLen"])):
            if mp["locksHeld"][i] == value.address:
                return f" by M{int(mp['id'])}"
    return ""


class PrintMutex:
    """A lock of threads."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        state = names_of("Sleeping", "").get(int(self.value["key"]), "???").lower()
        if state == "sleeping":
            state = "locked, others sleep"
        rank = names_of("RankSched", "Rank").get(int(self.value["rank"]), "???")
        held = held_by(self.value) if state != "unlocked" else ""
        return f"{state}{held} (rank {rank})"


class PrintGMutex:
    """A lock of goroutines."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        state, words = int(self.value["state"]), []
        for name in ("Locked", "Duty", "Starving", "Woken", "Deciding"):
            if state & constant(f"'runtime/sync/mutex.c'::{name}"):
                words.append(name.lower())
        waiters = state >> constant("'runtime/sync/mutex.c'::WaiterShift")
        return ", ".join(words or ["unlocked"]) + f", {waiters} waiters"


class PrintPointer:
    """The summary behind a pointer's value."""

    def __init__(self, value, printer):
        self.value, self.printer = value, printer

    def to_string(self):
        text = f"({self.value.type}) {int(self.value):#x}"
        try:
            return f"{text} {self.printer(self.value.dereference()).to_string()}"
        except gdb.error:
            return text


# What a struct is known by: its name and one of its fields.
STRUCTS = {"G": ("atomicstatus", PrintG), "M": ("gsignal", PrintM),
           "P": ("runqhead", PrintP), "rt_chan": ("elemsize", PrintChan),
           "Mutex": ("rank", PrintMutex), "rt_mutex": ("state", PrintGMutex)}


def printer_of(kind):
    kind = kind.unqualified()
    name = kind.name or kind.strip_typedefs().tag
    if name == "Hchan":
        name = "rt_chan"
    if name not in STRUCTS or kind.strip_typedefs().code != gdb.TYPE_CODE_STRUCT:
        return None
    field, printer = STRUCTS[name]
    if all(other.name != field for other in kind.strip_typedefs().fields()):
        return None
    return printer


def lookup(value):
    """gdb's hook: returns the printer of a value, or None."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        if not value.is_optimized_out and int(value):
            printer = printer_of(value.type.strip_typedefs().target())
            if printer:
                return PrintPointer(value, printer)
        return None
    printer = printer_of(value.type)
    return printer(value) if printer else None


lookup.name = "rt0"
lookup.enabled = True


gdb.printing.register_pretty_printer(None, lookup, replace=True)
