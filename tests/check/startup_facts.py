"""Values and functions for the expressions of startup_rows.py, inside gdb.

The values come from the kernel's files, not from the program that is looked at.
"""

import os
import struct

import gdb

ET_DYN, EM_X86_64 = 3, 62  # of ELF
AUXV = {3: "AT_PHDR", 6: "AT_PAGESZ", 9: "AT_ENTRY", 16: "AT_HWCAP", 25: "AT_RANDOM",
        33: "AT_SYSINFO_EHDR", 51: "AT_MINSIGSTKSZ"}
FLAGS = ("aes adx avx avx2 bmi1 bmi2 erms fma pclmulqdq popcnt sse2 pni ssse3 sse4_1 "
         "sse4_2").split()
# Of arm64: bits of AT_HWCAP.
HWCAP = {"fp": 0, "asimd": 1, "aes": 3, "pmull": 4, "sha1": 5, "sha2": 6, "crc32": 7,
         "atomics": 8}
# HUP INT QUIT ILL TRAP ABRT BUS FPE SEGV TERM STKFLT CHLD URG PROF SYS, 32, 33: SigUnblock,
# SigKill and SigThrow in the table of signals.
UNBLOCKABLE = (1, 2, 3, 4, 5, 6, 7, 8, 11, 15, 16, 17, 23, 27, 31, 32, 33)
CAUGHT = 0xfffffffe7fc1feff  # not: 9, 18 to 22, 32, 33


def status(tid):
    """Returns /proc/TID/status as a dictionary."""
    with open(f"/proc/{tid}/status", encoding="ascii", errors="replace") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def signals(numbers):
    return sum(1 << (number - 1) for number in numbers)


def first_word(path):
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def cpuinfo():
    """Returns the first processor's fields of /proc/cpuinfo."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        first = file.read().split("\n\n")[0]
    pairs = (line.partition(":") for line in first.split("\n"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def leaf1(cpu):
    """Returns what CPUID leaf 1 has in EAX, put together from the fields."""
    family, model = int(cpu["cpu family"]), int(cpu["model"])
    base, extended = (15, family - 15) if family > 15 else (family, 0)
    return (int(cpu["stepping"]) | (model & 15) << 4 | base << 8 | (model >> 4) << 16
            | extended << 20)


def auxv(pid):
    """Returns the auxiliary vector as a dictionary of numbers."""
    with open(f"/proc/{pid}/auxv", "rb") as file:
        return dict(struct.iter_unpack("QQ", file.read()))


def x86_features():
    """Returns the variables about the processor, from the kernel's description."""
    cpu = cpuinfo()
    values = {"has_" + flag: int(flag in cpu["flags"].split()) for flag in FLAGS}
    values["intel"] = int(cpu["vendor_id"] == "GenuineIntel")
    values["cpuid1"] = leaf1(cpu)
    return values


def vdso(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.endswith("[vdso]\n"):
                return [int(end, 16) for end in line.split()[0].split("-")]
    return [0, 0]


def facts(pid, procs, vector=None, program=None):
    """Returns the variables that stay the same in a run, as of its first instruction.

    An emulator's files are not the program's: then its auxiliary vector and its name are given.
    """
    vector = vector or auxv(pid)
    values = {name: vector.get(tag, 0) for tag, name in AUXV.items()}
    with open(program or f"/proc/{pid}/exe", "rb") as file:
        header = file.read(64)
    kind, machine, entry, phoff = (struct.unpack_from(form, header, offset)[0] for form, offset
                                   in (("H", 16), ("H", 18), ("Q", 24), ("Q", 32)))
    # A position-independent program is linked for 0; its headers begin the image.
    values["elfentry"] = entry + (values["AT_PHDR"] - phoff if kind == ET_DYN else 0)
    with open(f"/proc/{pid}/environ", "rb") as file:
        values["envc"] = file.read().count(b"\0")
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        values["argc"] = file.read().count(b"\0")
    values["vdsolo"], values["vdsohi"] = vdso(pid)
    values.update(x86_features() if machine == EM_X86_64 else
                  {"has_" + name: values["AT_HWCAP"] >> bit & 1 for name, bit in HWCAP.items()})
    values["nproc"] = len(os.sched_getaffinity(pid))
    pmd = first_word("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
    values["hugepage"] = 0 if pmd & (pmd - 1) else pmd
    values["N"] = procs or values["nproc"]
    mine = status(pid)
    ignored = int(mine["SigIgn"], 16)
    values["blocked"] = int(mine["SigBlk"], 16)
    values["unblockable"] = signals(UNBLOCKABLE)
    values["caught"] = CAUGHT & ~(ignored & signals((1, 2)))  # HUP, INT stay ignored
    return values


def setvar(name, value):
    kind = "unsigned long" if value >= 1 << 63 else "long"
    gdb.set_convenience_variable(
        name, gdb.Value(value & (1 << 64) - 1).cast(gdb.lookup_type(kind)))


class Inside(gdb.Function):
    """$inside(pc, "f"): pc lies in f, by the symbol table."""

    def __init__(self):
        super().__init__("inside")

    def invoke(self, pc, name):
        address = int(pc) & (1 << 64) - 1
        text = gdb.execute(f"info symbol {address:#x}", to_string=True)
        return text.split()[0] == name.string()


class Zero(gdb.Function):
    """$zero(&x): all bytes of x are 0."""

    def __init__(self):
        super().__init__("zero")

    def invoke(self, value):
        size = value.type.target().sizeof
        memory = gdb.selected_inferior().read_memory(int(value), size)
        return not any(memory.tobytes())
