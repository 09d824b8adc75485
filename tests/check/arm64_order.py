"""Looks at what gcc has made of the atomic operations, for arm64.

    python3 tests/check/arm64_order.py OBJECT OBJDUMP

runtime/base/atomic.h needs these instructions, and no barriers beside them:

    atomic_load_seqcst, a look     ldar: no earlier stlr or stlxr is overtaken by it
    atomic_load_acquire            ldar, ldapr
    atomic_store_release           stlr
    a read-modify-write            ldaxr and stlxr, or one of LSE's with acquire and release

By the lines of the debug information, OBJECT's instructions are compared with the source, line by
line; what is not in the object is counted.
"""

import collections
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
PLACE = re.compile(r"^(?:\S*/)?((?:runtime|cgo)/\S+):(\d+)(?: \(discriminator \d+\))?$")
INSTRUCTION = re.compile(r"^ +[0-9a-f]+:\t[0-9a-f]{8} \t(\w+)")
LSE = re.compile(r"(swp|cas|ldadd|ldset|ldclr)al[bh]?$")

# Of an operation: one of these must be there, all of a pair.
WANTED = {
    "load_seqcst": ("ldar",),
    "load_acquire": ("ldar", "ldapr"),
    "store_release": ("stlr",),
    "rmw": ("ldaxr+stlxr",),
}
CALL = re.compile(r"\batomic_(load_seqcst|load_acquire|store_release|xchg|xadd|or|and|cas"
                  r"|cas_or_load)\(")


def plain(word):
    """Returns an instruction without the size in its name."""
    return re.sub(r"(?<=r)[bh]$", "", word)


def instructions(listing):
    """Returns {(file, line): the names of instructions}, and how often there is each."""
    found, counts, place = collections.defaultdict(set), collections.Counter(), None
    for line in listing.split("\n"):
        at = PLACE.match(line)
        if at:
            place = at[1], int(at[2])
            continue
        made = INSTRUCTION.match(line)
        if made:
            counts[plain(made[1])] += 1
            found[place].add(plain(made[1]))
    return found, counts


def good(kind, names):
    if kind == "rmw" and any(LSE.match(name) for name in names):
        return True
    return any(set(wanted.split("+")) <= names for wanted in WANTED[kind])


def main():
    listing = subprocess.run([sys.argv[2], "-dl", sys.argv[1]], text=True, check=True,
                             capture_output=True).stdout
    found, counts = instructions(listing)
    os.chdir(ROOT)
    seen, absent, bad = collections.Counter(), 0, []
    for path in sorted(glob.glob("runtime/*/*.[ch]") + glob.glob("cgo/*.[ch]")):
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        for number, line in enumerate(lines, 1):
            kinds = {kind if kind in WANTED else "rmw" for kind in CALL.findall(line)}
            if not kinds or line.startswith("#define"):
                continue
            # A call that is continued on the next lines may have its instructions there.
            names = set().union(*(found.get((path, number + i), set()) for i in range(3)))
            for kind in kinds:
                if (path, number) not in found:
                    absent += 1
                elif good(kind, names):
                    seen[kind] += 1
                else:
                    bad.append(f"{path}:{number}: {kind}: {' '.join(sorted(names))}")
    for text in bad:
        print(text)
    for name in ("dmb", "dsb"):
        if counts[name]:
            bad.append(name)
            print(f"{counts[name]} {name}: the protocols need none")
    print("arm64 order: " + ", ".join(f"{n} {kind}" for kind, n in sorted(seen.items()))
          + f"; {absent} not in the object; {len(bad)} wrong; "
          + ", ".join(f"{counts[name]} {name}" for name in ("ldar", "stlr", "ldaxr", "dmb")))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
