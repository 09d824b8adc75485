#!/usr/bin/env python3
# tests/check/hosted_names.py - every function of rt.h has a wrapper in hosted/, or a line in
# hosted_names.txt that says why it needs none; what macros of rt.h call is such a function.
# stdout: ok
# variants: release

import os
import re
import sys

root = os.environ["RT0_ROOT"]
REASONS = ("hooked", "nothing", "frame", "refused")


def read(path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


header = re.sub(r"/\*.*?\*/", "", read("include/rt.h"), flags=re.DOTALL)
MACRO = r"^#(?:[^\n]*\\\n)*[^\n]*"
macros = "\n".join(re.findall(MACRO, header, flags=re.MULTILINE))
header = re.sub(MACRO, "", header, flags=re.MULTILINE)
# A prototype. rt_main is the program's, rt_func a type, and C++ has functions of its own.
declared = set(re.findall(r"\b(rt_[a-z_0-9]+)\([^;{}]*\)[^;{}]*;", header))
declared -= {"rt_main", "rt_func"} | set(re.findall(r"\binline [^;{]*?\b(rt_[a-z_]+)\(", header))
declared -= set(re.findall(r"\b(rt_[a-z_]+)\([^;{}]*\) = delete", header))

problems = []
wrapped = []
for name in sorted(os.listdir(os.path.join(root, "hosted"))):
    if name.endswith(".c"):
        wrapped += re.findall(r"^(?:VOID|VALUE|OWN)\((rt_[a-z_0-9]+)", read("hosted/" + name),
                              flags=re.MULTILINE)
without = []
for line in read("tests/check/hosted_names.txt").splitlines():
    if not line or line.startswith("#"):
        continue
    reason, names = line.split("|")
    kind, *files = reason.split()
    if kind not in REASONS or (kind == "hooked") != (len(files) == 1):
        problems.append(f"what is this: {line}")
    for file in files:
        if not re.search(r"\b(happens(before|after)|fibernew|leavestack)\(", read(file)):
            problems.append(f"{file} has no hook")
        for name in names.split():
            if name != "rt_go" and f"{name}(" not in read(file):
                problems.append(f"{name} is not in {file}")
    without += names.split()

for name in sorted(declared - set(wrapped) - set(without)):
    problems.append(f"{name} has neither a wrapper in hosted/ nor a line in hosted_names.txt")
for name in sorted((set(wrapped) | set(without)) - declared):
    problems.append(f"{name} is not in rt.h")
for name in sorted(set(wrapped + without)):
    if (wrapped + without).count(name) > 1:
        problems.append(f"{name} is there more than once")
if len(declared) < 130 or len(wrapped) < 75:
    problems.append(f"only {len(declared)} functions and {len(wrapped)} wrappers are found")

# A macro that reads or writes by itself would be no function's.
for name in sorted(set(re.findall(r"\b(rt_(?:raw_|chan_)[a-z_]+)\(", macros)) - declared):
    if not re.search(rf"#\s*define {name}\b", macros):
        problems.append(f"a macro calls {name}, which is no function")

print("\n".join(problems) or "ok")
sys.exit(bool(problems))
