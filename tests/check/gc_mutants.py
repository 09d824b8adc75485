#!/usr/bin/env python3
# tests/check/gc_mutants.py - the collector's tests notice when the marker leaves something out: the
# runtime is built without it, and a test must fail.
# variants: release
# needs: gcc
# stdout: ok
# timeout: 600
#
#     gc_mutants.py [--all]
#
# Without --all it tries some of them.

import os
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("RT0_ROOT", os.path.realpath(f"{os.path.dirname(os.path.abspath(__file__))}/../.."))
os.environ.setdefault("RT0_BUILD", f"{os.environ['RT0_ROOT']}/build")
os.environ.setdefault("RT0_TMP", tempfile.mkdtemp())
sys.path.append(f"{os.environ['RT0_ROOT']}/tests/lib")
from expect import BUILD, ROOT, TMP, expect, finish

STRESS = ("tests/programs/gcstress.c", "2000")
REGISTERS = ("tests/arch/amd64/internal/entered_registers.c",)
ROOTS = ("tests/programs/gc_roots.c",)
CALLBACK = ("tests/programs/gc_callback.c",)
ELEM = ("tests/internal/gc_elem.c",)
ASIDE = ("tests/programs/gc_aside.c",)
ENV = {"GODEBUG": "clobberfree=1", "GOGC": "5"}

STACKS, AROUND, MARK = "runtime/reach/stacks.c", "runtime/reach/roots.c", "runtime/mem/mark.c"

# What is left out; the test that notices; the file; what is replaced, and by what.
MUTANTS = (
    ("registers of a parked goroutine", REGISTERS, STACKS,
     "gp->sched.sp - SavedBelow;", "gp->sched.sp;"),
    ("the small stack under a segment", STRESS, STACKS,
     "return next - MorestackWords;", "return gp->stack.hi;"),
    ("timers", STRESS, AROUND,
     "markword(m, (uintptr_t)t);\n\t\tmarkword(m, (uintptr_t)t->arg);", "(void)t;"),
    ("registers of a preempted goroutine", STRESS, STACKS,
     "if (preempted(gp))\n\t\tmarkrange", "if (0)\n\t\tmarkrange"),
    ("memory of alloca", STRESS, STACKS, "if (gp->allocs)", "if (0)"),
    ("the frame of a system call", STRESS, STACKS, "SyscallFrame = 384,", "SyscallFrame = 0,"),
    ("the argument of a goroutine that has not begun", STRESS, STACKS,
     "markword(m, (uintptr_t)gp->sched.ctxt);", ""),
    ("registers in a system call", REGISTERS, STACKS, "if (mp && mp->enteredpc == gp->syscallpc)", "if (0 && mp)"),
    ("the stack of rt_cgocall", CALLBACK, STACKS, "\tif (lender)\n\t\tpieces(lender, visit, arg);", "\t(void)lender;"),
    ("what a channel operation waits to send", ELEM, STACKS, "\t\tmarkelements(m, gp);", "\t\t(void)markelements;"),
    ("timers set aside", ASIDE, AROUND, "\tif (timersaside)\n\t\tmarktimers(m, timersaside);", ""),
    ("data", STRESS, AROUND, "\tmarkdata(m);", "\t(void)markdata;"),
    ("thread-local data", ROOTS, AROUND, "if (!iscgo && mp != &m0)", "if (0)"),
    ("pieces of large objects but the first", STRESS, MARK,
     "m->work[m->n++] = end | UnreadPiece;", ""),
    ("candidates in the ring at the end", STRESS, MARK,
     "\t\tif (m->n == 0)\n\t\t\tflush(m);\n", "\t\t(void)flush;\n"),
)
SOME = ("the small stack under a segment", "timers")


def make(tree):
    subprocess.run(["make", "-s", "-C", tree, "CC=gcc", "build/release/librt0.a",
                    "build/release/librt0_main.a", "build/release/internal/librt0.a"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fails(tree, program, *args):
    """Returns whether the program, built with the tree's runtime, fails in one of some runs."""
    exe = f"{TMP}/program"
    inside = "/internal/" in program
    subprocess.run([f"{tree}/tools/rtcc", "-O2", "-g", *([f"-I{ROOT}", f"-I{ROOT}/runtime/arch/amd64"] if inside else []),
                    f"{ROOT}/{program}", "-o", exe], check=True,
                   env={**os.environ, "CC": "gcc", "RT0_BUILD": f"{tree}/build",
                        "RT0_VARIANT": "release/internal" if inside else "release"})
    for procs, how in (("1", "gosched"), ("4", "entersyscall"), ("2", "gosched"), ("4", "entersyscall")):
        try:
            done = subprocess.run([exe, *args], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
                                  env={**os.environ, **ENV, "GOMAXPROCS": procs, "HOW": how})
        except subprocess.TimeoutExpired:
            return True
        if done.returncode != 0:
            return True
    return False


def main():
    tree = f"{TMP}/tree"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=lambda folder, names: [
        name for name in names if name in (".git", "build") and folder == ROOT])
    os.makedirs(f"{tree}/build/release")
    subprocess.run(["cp", "-a", *(f"{BUILD}/release/{name}" for name in os.listdir(f"{BUILD}/release") if name != "tests"),
                    f"{tree}/build/release/"], check=True)
    make(tree)
    chosen = [m for m in MUTANTS if "--all" in sys.argv or m[0] in SOME]
    for test in {test for _, test, *_ in chosen}:
        expect(not fails(tree, *test), f"{test[0]} passes")
    for what, test, file, old, new in chosen:
        path = f"{tree}/{file}"
        with open(path, encoding="utf-8") as source:
            text = source.read()
        expect(old in text, f"{file}: no {old!r}")
        with open(path, "w", encoding="utf-8") as source:
            source.write(text.replace(old, new))
        make(tree)
        found = fails(tree, *test)
        expect(found, f"without {what} nothing fails")
        if "-v" in sys.argv:
            print(f"{what}: {'found' if found else 'NOT found'}", flush=True)
        with open(path, "w", encoding="utf-8") as source:
            source.write(text)


try:
    main()
finally:
    shutil.rmtree(f"{TMP}/tree", ignore_errors=True)
finish()
