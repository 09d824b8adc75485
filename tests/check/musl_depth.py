#!/usr/bin/env python3
# tests/check/musl_depth.py - each function of musl needs less stack than there is below a dense
# stack's guard, as its machine code shows. What recurses, or has frames of a
# variable size, is known, and bounded or called on the segment (cgo/deep_amd64.S). A new version of
# musl that needs more fails here. RT0_MUSL=DIR looks at that one; an argument prints the deepest.
# needs: gcc objdump
"""Reads libc.a, linked as a whole."""

import bisect
import collections
import os
import re
import subprocess
import sys
import tempfile

ROOM = 32 << 10       # DenseGuard
LIMIT = ROOM * 3 // 4  # the rest is for what recurses a little, and for the runtime

# Functions with calls in a circle, and why that is no harm.
RECURSIVE = {
    "do_glob": "deep", "do_nftw": "deep", "tre_ast_to_tnfa": "deep",
    "parse_atom": "deep: of regcomp",
    "tre_stack_push": "once", "tre_add_tags": "a part of itself",
    "evalexpr": "at most 100 deep", "evalprim": "the same", "evalbinop": "the same",
    "walk": "as deep as a balanced tree", "tdestroy": "the same",
    "iconv": "once", "strptime": "once", "__strftime_l": "once", "inet_pton": "once",
    "frexp": "once", "frexpf": "once", "frexpl": "once",
    "fflush": "once", "ms_write": "once", "mwrite": "once", "cookiewrite": "once",
    "sw_write": "once", "wms_write": "once",
    "alloc_slot": "for the slot of a group: as many as there are sizes of slots",
    "alloc_group": "the same", "nontrivial_free": "the same", "free_group": "the same",
    "__libc_malloc_impl": "the same", "__libc_free": "the same",
    "__membarrier": "once", "__synccall": "once", "getservbyport_r": "once",
}
# Functions with frames of a variable size.
VARIABLE = {
    "execl": "8 bytes an argument", "execle": "the same", "execlp": "the same",
    "__execvpe": "PATH_MAX and NAME_MAX", "execvpe": "the same",
    "dcngettext": "a domain's and a locale's name",
    "__res_msend_rc": "some words for each of two queries",
    "printf_core": "a long double, at most",
}
# Cancellation ends the thread.
ENDS = ("__cancel", "__cp_cancel", "__pthread_exit", "exit")
# Functions of a FILE, which others call by pointer.
BY_POINTER = re.compile(r"(__stdio_\w+|__stdout_write|s[nw]_write|w?ms_(write|seek|close)|"
                        r"m(read|write|seek|close)|cookie\w+|w?string_read|do_read)$")

INSTRUCTION = re.compile(r"^ +([0-9a-f]+):\t(\w+) *(.*)$")
FUNCTION = re.compile(r"^([0-9a-f]+) <(.+)>:$")


class Function:
    """What one function does to the stack."""

    def __init__(self, name, start):
        self.name, self.start = name, start
        self.frame = 0
        self.calls = set()  # addresses
        self.pointer = self.variable = False
        self.need = None


def archive():
    folder = os.environ.get("RT0_MUSL", "/usr")
    for path in (folder + "/lib/x86_64-linux-musl/libc.a", folder + "/lib/libc.a"):
        if os.path.exists(path):
            return path
    sys.exit("there is no musl: apt-get install musl-dev")


def deep():
    """Returns what is called on the segment, as rtcc knows it and cgo/deep_amd64.S has it."""
    root = os.environ["RT0_ROOT"]
    with open(root + "/tools/rtcc", encoding="utf-8") as file:
        wrapped = re.search(r"^\s*deep='(\w[^']*)'$", file.read(), re.MULTILINE)[1].split()
    with open(root + "/cgo/deep_amd64.S", encoding="utf-8") as file:
        names = re.findall(r"^DEEP\((\w+)\)$", file.read(), re.MULTILINE)
    if sorted(wrapped) != sorted(names):
        sys.exit(f"rtcc knows {wrapped}, deep_amd64.S has {names}")
    return names


def disassembly(libc):
    """Returns the machine code of all of libc, and where functions begin that programs can call."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "all")
        subprocess.run(["gcc", "-nostdlib", "-static", "-no-pie", "-Wl,-e,0", "-o", path,
                        "-Wl,--unresolved-symbols=ignore-all,--whole-archive", libc,
                        "-Wl,--no-whole-archive", "-lgcc"], check=True)
        command = ["objdump", "-d", "-j", ".text", "--no-show-raw-insn", path]
        text = subprocess.run(command, text=True, capture_output=True, check=True).stdout
        symbols = subprocess.run(["nm", path], text=True, capture_output=True, check=True).stdout
        return text, {int(address, 16)
                      for address in re.findall(r"^(\w+) [TW] ", symbols, re.MULTILINE)}


def read(text):
    """Returns the functions, in order of their addresses."""
    functions, function = [], None
    for line in text.splitlines():
        begin = FUNCTION.match(line)
        if begin:
            function = Function(begin[2], int(begin[1], 16))
            functions.append(function)
            continue
        match = INSTRUCTION.match(line)
        if not match or not function:
            continue
        name, operands = match[2], match[3].split("#")[0].strip()
        if name == "push":
            function.frame += 8
        elif name in ("sub", "add") and operands.endswith(",%rsp"):
            number = re.match(r"\$(-?)0x([0-9a-f]+),", operands)
            if not number:
                function.variable = True
            else:
                value = int(number[2], 16)
                value = value - (1 << 64) if value >> 63 else value
                value = -value if number[1] else value
                function.frame += max(value if name == "sub" else -value, 0)
        elif name == "call" and operands.startswith("*"):
            function.pointer = True
        elif name == "call" or name.startswith("j"):
            target = re.match(r"([0-9a-f]+) <", operands)
            if target:
                function.calls.add((int(target[1], 16), name == "call"))
    return functions


def resolve(functions, left):
    """Replaces the addresses in calls by functions. Drops jumps within a function, and calls
    of those in left."""
    starts = [function.start for function in functions]
    for function in functions:
        callees = set()
        for address, call in function.calls:
            callee = functions[max(bisect.bisect_right(starts, address) - 1, 0)]
            if callee.name in left:
                continue
            if callee is not function or (call and address == function.start):
                callees.add(callee)
        function.calls = callees


def components(functions):
    """Yields the strongly connected components, callees first (Tarjan's algorithm)."""
    index, low, stack, on = {}, {}, [], set()

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        for w in v.calls:
            if w not in index:
                yield from visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            found = []
            while not found or found[-1] is not v:
                found.append(stack.pop())
                on.discard(found[-1])
            yield found

    for function in functions:
        if function not in index:
            yield from visit(function)


def measure(functions):
    """Sets need: (bytes, chain), each function of a circle counted once. Returns the circles."""
    circles = []
    for found in components(functions):
        if len(found) > 1 or found[0] in found[0].calls:
            circles.append(found)
        below = [callee.need for function in found for callee in function.calls
                 if callee not in found]
        deepest = max(below, default=(0, ()), key=lambda need: need[0])
        for function in found:
            names = tuple(each.name for each in found)
            function.need = (sum(each.frame + 8 for each in found) + deepest[0],
                             names + deepest[1])
    return circles


def by_pointer(functions):
    """Returns the most that a function needs which others call by pointer."""
    return max(function.need[0] for function in functions if BY_POINTER.match(function.name))


def main():
    sys.setrecursionlimit(10000)
    text, public = disassembly(archive())
    functions = read(text)
    if len(functions) < 1200:
        sys.exit(f"only {len(functions)} functions are in {archive()}")
    wrapped = deep()
    resolve(functions, (*wrapped, *ENDS))
    circles = measure(functions)
    pointer = by_pointer(functions)
    errors = []
    for circle in circles:
        names = [re.sub(r"\.(part|isra|constprop)\.\d+", "", f.name) for f in circle]
        if not any(name in RECURSIVE for name in names):
            errors.append(f"recursion: {' '.join(names)}")
    for function in functions:
        if function.variable and function.name not in VARIABLE:
            errors.append(f"frame of a variable size: {function.name}")
        if function.need[0] + pointer > LIMIT and function.start in public and \
                function.name not in wrapped:
            errors.append(f"{function.need[0]} + {pointer} bytes of {LIMIT}: "
                          f"{' > '.join(function.need[1])}")
    deepest = sorted(functions, key=lambda function: -function.need[0])
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(f"{len(functions)} functions; by pointer at most {pointer} bytes; the deepest:")
    for function in deepest[:count]:
        print(function.need[0], " > ".join(function.need[1]))
    if errors:
        sys.exit("\n".join(errors))


if __name__ == "__main__":
    main()
