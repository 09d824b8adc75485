"""What gdb.py, unwind.py, startup.py and startup_strace.py share: the report, which the script
that runs them prints (tests/lib/gdb.sh), and for those inside gdb, how they begin and end."""

import os

try:
    import gdb
except ImportError:  # of strace's
    gdb = None

REPORT = open(os.environ.get("RT0_REPORT", "/dev/stderr"), "w", encoding="utf-8")
RESULTS = open(os.environ.get("RT0_RESULTS", os.devnull), "w", encoding="utf-8")
VERBOSE = os.environ.get("RT0_VERBOSE") == "1"


def say(text):
    print(text, file=REPORT, flush=True)


def settle(*settings):
    """Makes gdb ask nothing, fold nothing, and announce nothing."""
    for setting in ("pagination off", "confirm off", "width 0", "startup-with-shell off",
                    "print thread-events off", "print inferior-events off", *settings):
        gdb.execute("set " + setting, to_string=True)


def run(name, main):
    """Ends gdb with what main() returns: is all as it should be?"""
    try:
        good = main()
    except (gdb.error, OSError, ValueError) as failure:
        say(f"{name}: {failure}")
        good = False
    REPORT.close()
    RESULTS.close()
    if gdb.selected_inferior().pid:
        gdb.execute("kill", to_string=True)
    gdb.execute(f"quit {0 if good else 1}")
