#!/usr/bin/env python3
# tests/check/bench.py - every workload of bench/ runs with little to do, and prints the
# metrics that bench/README.md names, in its units; tools/bench asks the web server.
# needs: wrk
# timeout: 120

import concurrent.futures
import os
import re
import signal
import socket
import subprocess
import sys
import time

ROOT, TMP = os.environ["RT0_ROOT"], os.environ["RT0_TMP"]

LATE = {"late_p50": "us", "late_p99": "us", "late_max": "us"}
# The argument, and the metrics.
WORKLOADS = {
    "yield": (1000, {"switch": "ns"}),
    "chan_pingpong": (1000, {"roundtrip": "ns"}),
    "chan_buffered": (1000, {"item": "ns"}),
    "spawn_join": (4000, {"batch1000": "ns", "batch1": "ns"}),
    "skynet": (1000, {"total": "ms", "peak_rss": "MiB"}),
    "parked_memory": (1000, {"rss_per_g": "B", "pagetable_per_g": "B", "create": "ns",
                             "wake_join": "ns"}),
    "select4": (1000, {"op": "ns"}),
    "mutex": (8000, {"uncontended": "ns", "contended8": "ns"}),
    "timers": (100, {"wall": "ms", "cpu": "ms", **LATE}),
    "prime_sieve": (100, {"total": "ms"}),
    "alloc": (10000, {"size16": "ns", "size64": "ns", "size256": "ns", "size1024": "ns",
                      "mix16_1024": "ns", "remote": "ns"}),
    "preempt": (10, {**LATE, "loop_loss": "%"}),
    "syscall": (1000, {"raw_getpid": "ns", "managed_getpid": "ns"}),
    "trace": (1000, {"switch": "ns", "switch_traced": "ns", "event": "ns"}),
    "gc": (10, {"cpu": "ms", "longest": "ms", "peak_rss": "MiB"}),
    "startup_nop": (None, {}),
    "startup_hello": (None, None),
}
OTHERS = ("tcp_echo_server",)


def build(name):
    """Returns what the compiler says."""
    command = [f"{ROOT}/tools/rtcc", "-O2", "-Wall", "-Wextra", "-Werror",
               f"{ROOT}/bench/{name}.c", "-o", f"{TMP}/{name}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.stdout or (f"status {done.returncode}" if done.returncode else "")


def complaint(program, n, wanted, procs, whole=True):
    """Returns what is wrong with a program, or nothing. Not whole: it may have fewer metrics."""
    command = [program] + ([str(n)] if n else [])
    done = subprocess.run(command, env={**os.environ, "GOMAXPROCS": procs}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          check=False)
    if done.returncode != 0 or done.stderr:
        return f"status {done.returncode}: {done.stderr[:300]}"
    if wanted is None:
        return "" if done.stdout == "hello, world\n" else f"prints {done.stdout!r}"
    found = {}
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"(\w+) -?\d+\.\d\d (\S+)", line)
        if not match:
            return f"prints {line!r}"
        found[match[1]] = match[2]
    right = found == wanted or (found and not whole and found.items() <= wanted.items())
    return "" if right else f"prints {found}, wanted {wanted}"


def connect(port):
    """Returns a connection to a server that is just starting."""
    end = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.001)


def server(program):
    """Returns what is wrong with an echo server, or nothing."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen([program, str(port)])
    try:
        with connect(port) as c:
            c.sendall(b"x" * 64)
            got = c.recv(64, socket.MSG_WAITALL)
        process.terminate()
        status = process.wait(10)
    finally:
        process.kill()
    if got != b"x" * 64:
        return f"echoes {got!r}"
    return "" if status == -signal.SIGTERM else f"ends with status {status}"


def web():
    """Returns what is wrong with tools/bench's row of the web server, or nothing."""
    out = f"{TMP}/bench"
    os.makedirs(f"{out}/peers")
    subprocess.run([f"{ROOT}/tools/rtcc", "-O2", f"{ROOT}/examples/httpd.c", "-o",
                    f"{out}/httpd"], check=True)
    subprocess.run(["gcc", f"{ROOT}/bench/peers/spawner.c", "-o", f"{out}/peers/spawner"],
                   check=True)
    done = subprocess.run([f"{ROOT}/tools/bench", "--rounds", "1", "--procs", "2",
                           "http_10k_100"], env={**os.environ, "RT0_BUILD": TMP}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    rows = {line.split()[2]: float(line.split()[3]) for line in done.stdout.splitlines()
            if re.fullmatch(r"http_10k_100 +P=2 \w+ +\d+\.\d .*", line)}
    wanted = ["requests", "p50", "p99", "server_cpu", "per_connection"]
    right = list(rows) == wanted and min(rows.values()) > 0 and "FAILED" not in done.stdout
    return "" if right and done.returncode == 0 else done.stdout


def main():
    found = [f[:-2] for f in os.listdir(f"{ROOT}/bench") if f.endswith(".c")]
    known = [*WORKLOADS, *OTHERS]
    failures = [f"bench/{name}.c is not tested" for name in found if name not in known]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, text in zip(known, pool.map(build, known)):
            if text:
                sys.exit(f"FAILED: {name} does not build:\n{text}")
    for procs in ("1", "2", "4", "8"):
        for name, (n, metrics) in WORKLOADS.items():
            why = complaint(f"{TMP}/{name}", n, metrics, procs)
            if why:
                failures.append(f"{name}, GOMAXPROCS={procs}: {why}")
    why = server(f"{TMP}/tcp_echo_server")
    if why:
        failures.append(f"tcp_echo_server: {why}")
    why = web()
    if why:
        failures.append(f"tools/bench: {why}")
    for failure in failures:
        print("FAILED:", failure)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
