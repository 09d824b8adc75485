#!/usr/bin/env python3
# tests/check/peers.py - the peers of bench/ whose libraries are here are built, run with little
# to do, and print the metrics of their workloads: those with a runtime all of them.
# variants: release
# needs: make gcc
# timeout: 900

import glob
import os
import subprocess
import sys

from bench import WORKLOADS, complaint, server

RUNTIMES = ("tokio", "boost", "neco", "libdill")
ROOT, BUILD = os.environ["RT0_ROOT"], os.environ["RT0_BUILD"]


def failures(peer, program):
    """Yields what is wrong with a peer."""
    name, _, who = peer.rpartition("_")
    if name == "tcp_echo_server":
        yield server(program)
    elif name in WORKLOADS and not name.startswith("startup_"):
        n, metrics = WORKLOADS[name]
        for procs in ("1", "2"):
            yield complaint(program, n, metrics, procs, who in RUNTIMES)


def main():
    done = subprocess.run(["make", "-s", f"-j{os.cpu_count()}", "-C", ROOT, f"BUILD={os.path.relpath(BUILD, ROOT)}",
                           "bench-peers"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"FAILED: make bench-peers:\n{done.stdout[-2000:]}")
    ran = wrong = 0
    for program in sorted(glob.glob(f"{BUILD}/bench/peers/*_*")):
        peer = os.path.basename(program)
        for why in failures(peer, program):
            ran += 1
            if why:
                wrong += 1
                print(f"FAILED: {peer}: {why}")
    if ran == 0:
        sys.exit("FAILED: no peer ran")
    print(f"{ran} runs of peers")
    return bool(wrong)


sys.exit(main())
