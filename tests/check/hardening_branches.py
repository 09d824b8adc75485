"""Does each function that an indirect branch may reach begin with ENDBR?

    hardening_branches.py BUILD/pie PROGRAM

PROGRAM is linked with BUILD's objects, and with branch protection. A function may be reached
so when its address is taken: in BUILD's rt0.o, a reference to it that is no call and no
jump. Those that are not reached so although their address is taken are named here.
"""

import re
import subprocess
import sys

# Why there is no indirect branch to it.
ELSEWHERE = {
    "touchfailed": "the handler of a fault goes on there",
    "goexit": "goroutines return to it",
    "systemstack_switch": "only its address is used",
    "allocreturn": "functions return to it",
    "recoverreturn": "functions return to it",
    "sigreturn": "handlers return to it",
    "sigpanicreturn": "a return address, for tracebacks to know",
    "gogo": "a range of addresses, for tracebacks to know",
    "__morestack": "a range of addresses, for tracebacks to know",
    "__morestack_non_split": "the range's end",
    "mcall_parked": "a place that gdb knows",
}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def functions(file):
    """Returns the names of the functions."""
    lines = output("readelf", "-sW", file).split("\n")
    return {fields[7] for fields in map(str.split, lines)
            if len(fields) == 8 and fields[3] == "FUNC"}


def taken(file):
    """Returns the names whose address is taken, of sections too (".text.NAME")."""
    names, instruction = set(), ""
    for line in output("objdump", "-dr", "--no-show-raw-insn", file).split("\n"):
        found = re.match(r"\s+[0-9a-f]+: R_X86_64_\w+\s+([\w.]+)", line)
        if not found:
            instruction = line
        elif not re.search(r"\t(call|j\w+|notrack (call|jmp))\b", instruction):
            names.add(found[1])
    section = ""
    for line in output("readelf", "-rW", file).split("\n"):
        found = re.match(r"Relocation section '\.rela(\S+)'", line)
        section = found[1] if found else section
        fields = line.split()
        if len(fields) > 4 and not section.startswith((".text", ".debug")):
            names.add(fields[4])
    return {name.removeprefix(".text.") for name in names}


def first_instructions(file):
    """Returns {name: first instruction}, of the functions in a program."""
    found, name = {}, None
    for line in output("objdump", "-d", "--no-show-raw-insn", file).split("\n"):
        label = re.match(r"[0-9a-f]+ <(.+)>:", line)
        if label:
            name = label[1]
        elif name:
            found[name] = line.partition("\t")[2].strip()
            name = None
    return found


def main():
    build, program = sys.argv[1:]
    targets = taken(build + "/internal/rt0.o") & functions(build + "/internal/rt0.o")
    begins = first_instructions(program)
    looked = {name for name in targets - set(ELSEWHERE) if name in begins}
    # What the program may take the address of.
    looked |= {name for name in begins if re.match(r"(rt_\w+|mem(cpy|move|set|cmp)|_rt0_amd64_linux)$", name)}
    bad = sorted(name for name in looked if begins[name] != "endbr64")
    for name in bad:
        print(f"{name} begins with {begins[name]}")
    if len(looked) < 50 or "sigtramp" not in looked or "asyncResume" not in looked:
        print("too few were found:", *sorted(looked))
        return 1
    return 1 if bad else 0


sys.exit(main())
