"""What the Python scripts of tests/check share: they say what fails when it fails, and end
with finish(). tests/run lets them find this module."""

import os
import subprocess
import sys

ROOT, BUILD, TMP, VARIANT = (os.environ.get(f"RT0_{name}", "")
                             for name in ("ROOT", "BUILD", "TMP", "VARIANT"))
SHOWN = 8  # failures

failures = 0


def fail(what, text=""):
    global failures
    failures += 1
    if failures <= SHOWN:
        print(f"FAILED: {what}\n{text}"[:3000].rstrip("\n"), flush=True)


def expect(good, what, text=""):
    if not good:
        fail(what, text)


def equal(got, wanted, what):
    expect(got == wanted, f"{what}: {got!r}, not {wanted!r}")


def rtcc(source, output, *flags):
    """Builds a program in the run's directory, by gcc."""
    subprocess.run([f"{ROOT}/tools/rtcc", "-O2", *flags, source, "-o", f"{TMP}/{output}"],
                   check=True, env={**os.environ, "CC": "gcc"})


def finish():
    print("ok" if failures == 0 else f"{failures} failures")
    sys.exit(failures > 0)
