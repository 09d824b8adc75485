"""arch.py - what the scripts must know of a processor's registers.

rt0.py and the tests load it first. gdb itself has names that are good for all: $pc, $sp.
"""

import collections

import gdb

# The registers' names: pc, sp, fp; registers: those that an AsyncState may have, pc and sp
# among them; saved: those that a function preserves. thread: the thread pointer, guard: the
# word with the guard in force, as expressions; g: where the word with the running G is from
# the thread pointer; slot: the word from a parked goroutine's stack pointer where mcall has left
# its pc; lowered: the bytes by which the stack pointer is lower in mcall; interrupted: returns the
# registers in an AsyncState.
Arch = collections.namedtuple(
    "Arch", "pc sp fp registers saved thread g guard slot lowered interrupted")


def amd64_interrupted(state):
    return {field.name: int(state[field.name]) for field in state.type.fields()
            if field.name in ARCHS["i386:x86-64"].registers}


def arm64_interrupted(state):
    context = state["frame"]["ctx"]["mcontext"]
    found = {f"x{i}": int(context["regs"][i]) for i in range(31)}
    return {**found, "sp": int(context["sp"]), "pc": int(context["pc"])}


ARCHS = {
    "i386:x86-64": Arch(
        "rip", "rsp", "rbp",
        "rip rsp rbp rbx r12 r13 r14 r15 rax rcx rdx rsi rdi r8 r9 r10 r11".split(),
        "rsp rbp rbx r12 r13 r14 r15 rip".split(),
        "(long)$fs_base", -8, "*(long *)($fs_base + 0x70)", -1, 8, amd64_interrupted),
    "aarch64": Arch(
        "pc", "sp", "x29",
        ["pc", "sp", *(f"x{i}" for i in range(31))],
        ["pc", "sp", *(f"x{i}" for i in range(19, 31))],
        "(long)$tpidr", 8, "(*(G **)($tpidr + 8))->m->guard", -3, 0, arm64_interrupted),
}


def arch():
    """Returns that of the program that gdb looks at."""
    name = gdb.selected_inferior().architecture().name()
    if name not in ARCHS:
        raise gdb.GdbError(f"rt0: no program of rt0 is for {name}")
    return ARCHS[name]
