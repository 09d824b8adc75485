"""arch.py - what the scripts must know of a processor's registers.

rt0.py and the tests load it first. gdb itself has names that are good for all: $pc, $sp.
"""

import collections

import gdb

# The registers' names: pc, sp, fp; registers: those that an AsyncState may have, pc and sp
# among them; saved: those that a function preserves. thread: the thread pointer, guard: the
# word with the guard in force, as expressions; g: where the word with the running G is from
# the thread pointer.
Arch = collections.namedtuple("Arch", "pc sp fp registers saved thread g guard")

ARCHS = {
    "i386:x86-64": Arch(
        "rip", "rsp", "rbp",
        "rip rsp rbp rbx r12 r13 r14 r15 rax rcx rdx rsi rdi r8 r9 r10 r11".split(),
        "rsp rbp rbx r12 r13 r14 r15 rip".split(),
        "(long)$fs_base", -8, "*(long *)($fs_base + 0x70)"),
}


def arch():
    """Returns that of the program that gdb looks at."""
    name = gdb.selected_inferior().architecture().name()
    if name not in ARCHS:
        raise gdb.GdbError(f"rt0: no program of rt0 is for {name}")
    return ARCHS[name]
