#!/usr/bin/env python3
"""Runs a client of many goroutines against a server of its own.

    tests/real/clients.py PROGRAM       hiredis, libpq, curl or curl_tls, as built by NAME.sh

It runs with GOMAXPROCS=1, 2 and 4, and once more each while this process sends SIGURG to all of
its threads. A run fails if an answer is wrong (the client says so), or if the process has more
than GOMAXPROCS + 3 threads in three runs in a row (a few more on a loaded machine). Each run's
line has its figures; "each" is the CPU time, the client's own, for one command, query or
transfer. QUICK=yes in the environment does less.
"""

import contextlib
import ctypes
import os
import pathlib
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SERVER_TIMEOUT = 60
RUN_TIMEOUT = 300
QUICK = bool(os.environ.get("QUICK"))
TRIES = 3
TGKILL = 234
libc = ctypes.CDLL(None)


class Failed(Exception):
    """What is wrong."""


def run(command, cwd, **how):
    """Runs a command to its end, in silence unless it fails."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300,
                          check=False, **how)
    if done.returncode:
        raise Failed(f"{command[0]} fails: {done.stderr.strip()[-300:]}")


def free_port():
    """Returns a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def served(command, port, log, ready=("true",), **how):
    """Runs a server while it is used; it listens at the port, and the command ready succeeds,
    when this begins."""
    with open(log, "wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out,
                                  stdin=subprocess.DEVNULL, **how)
    try:
        deadline = time.monotonic() + SERVER_TIMEOUT
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
                    break
            if server.poll() is not None or time.monotonic() > deadline:
                text = pathlib.Path(log).read_text(errors="replace").strip()
                raise Failed(f"{command[0]} does not listen: {text[-300:]}")
            time.sleep(0.05)
        yield
    finally:
        server.terminate()  # of PostgreSQL: it waits for clients, which are gone
        try:
            server.wait(SERVER_TIMEOUT)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


class Watch(threading.Thread):
    """Counts a process's threads again and again, and may send each of them SIGURG."""

    def __init__(self, pid, storm):
        super().__init__()
        self.pid, self.storm = pid, storm
        self.most, self.sent, self.over = 0, 0, False

    def run(self):
        while not self.over:
            with contextlib.suppress(OSError):
                tids = os.listdir(f"/proc/{self.pid}/task")
                self.most = max(self.most, len(tids))
                for tid in tids if self.storm else ():
                    libc.syscall(TGKILL, self.pid, int(tid), signal.SIGURG)
                    self.sent += 1
            time.sleep(0.0005 if self.storm else 0.005)


def run_one(program, arguments, procs, storm):
    """Runs a client once, checks it, prints its figures, and returns how many threads it had."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    env["GOMAXPROCS"] = str(procs)
    begin = time.monotonic()
    child = subprocess.Popen([program, *map(str, arguments)], env=env, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # Not reaped before the watch is over, so that its number is no other process's.
    watch = Watch(child.pid, storm)
    watch.start()
    killer = threading.Timer(RUN_TIMEOUT, child.send_signal, [signal.SIGQUIT])
    killer.start()
    output = child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    watch.over = True
    watch.join()
    killer.cancel()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - begin
    name = os.path.basename(program)
    if child.returncode:
        raise Failed(f"{name} at GOMAXPROCS={procs}{', SIGURG' if storm else ''} ends with "
                     f"{child.returncode}: {output.strip()[:1500]}")
    if not output[:1].isdigit():
        raise Failed(f"{name} says {output.strip()[:2000]}")
    done = int(output.split()[0])
    cpu = used.ru_utime + used.ru_stime
    print(f"{name}: GOMAXPROCS={procs}, {output.strip()}: {took:.2f} s, {watch.most} threads, "
          f"{used.ru_maxrss / 1024:.1f} MB, {cpu / done * 1e6:.0f} us CPU each"
          + (f", {watch.sent} SIGURG" if storm else ""), flush=True)
    return watch.most


def most_threads(procs):
    """Returns how many threads a client may have. On a loaded machine a thread loses its
    processor in short system calls, and another one takes its P over: a few more, though not
    one for each goroutine."""
    loaded = os.getloadavg()[0] > len(os.sched_getaffinity(0))
    return 2 * procs + 6 if loaded else procs + 3


def run_all(program, *arguments):
    for procs in 1, 2, 4:
        for storm in False, True:
            for _ in range(TRIES):
                threads = run_one(program, arguments, procs, storm)
                if threads <= most_threads(procs):
                    break
            else:
                raise Failed(f"{threads} threads, GOMAXPROCS={procs}")


@contextlib.contextmanager
def folder(owner=None):
    """Makes a folder while it is used."""
    path = tempfile.mkdtemp(prefix="rt0-real-")
    try:
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def hiredis(program):
    n, times = (200, 20) if QUICK else (1000, 100)
    port = free_port()
    with folder() as path, served(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", path,
             "--save", "", "--maxclients", "2000", "--tcp-backlog", "2000"], port,
            f"{path}/log"):
        run_all(program, port, n, times)


@contextlib.contextmanager
def postgres():
    """Runs PostgreSQL while it is used; gives its port, and the folder of its local socket."""
    how, owner = {}, None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("nobody")
        how = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    port = free_port()
    with folder(owner) as path:
        run(["initdb", "-D", f"{path}/data", "-U", "test", "-A", "trust", "--no-sync",
             "--locale=C"], path, **how)
        with served(["postgres", "-D", f"{path}/data", "-k", path, "-p", str(port),
                     "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=220",
                     "-c", "fsync=off", "-c", "shared_buffers=16MB"], port, f"{path}/log",
                    ("pg_isready", "-h", "127.0.0.1", "-p", str(port)), cwd=path, **how):
            yield port, path


def libpq(program):
    with postgres() as (port, path):
        run_all(program, port, path, 200, 20)


NGINX = """
daemon off;
{user}
pid {path}/pid;
error_log stderr;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {path}/a; proxy_temp_path {path}/b; fastcgi_temp_path {path}/c;
    uwsgi_temp_path {path}/d; scgi_temp_path {path}/e;
    server {{
        listen 127.0.0.1:{port} {ssl} backlog=2000;
        root {path}/root;
        {keys}
        # Two thousand bytes: half of them at once, the rest a second later.
        limit_rate 1000;
    }}
}}
"""


def curl(program, tls=False):
    """500 transfers of 2,000 bytes, which take a second each."""
    port = free_port()
    with folder() as path:
        keys = ssl = ""
        if tls:
            ssl = "ssl"
            keys = f"ssl_certificate {path}/cert.pem; ssl_certificate_key {path}/key.pem;"
            # Without extensions: mbedTLS 2 compares addresses with the name alone.
            pathlib.Path(path, "conf").write_text("[req]\ndistinguished_name = name\n[name]\n")
            run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-keyout", "key.pem",
                 "-out", "cert.pem", "-subj", "/CN=127.0.0.1", "-config", "conf"], path)
        user = "user root;" if os.geteuid() == 0 else ""
        pathlib.Path(path, "conf").write_text(
            NGINX.format(path=path, port=port, ssl=ssl, keys=keys, user=user))
        pathlib.Path(path, "root").mkdir()
        pathlib.Path(path, "root", "file").write_bytes(bytes(33 + i % 90 for i in range(2000)))
        with served(["nginx", "-p", path, "-c", f"{path}/conf"], port, f"{path}/log"):
            url = f"http{'s' if tls else ''}://127.0.0.1:{port}/file"
            run_all(program, url, 500, *([f"{path}/cert.pem"] if tls else []))


CLIENTS = {"hiredis": hiredis, "libpq": libpq, "curl": curl,
           "curl_tls": lambda program: curl(program, tls=True)}


def main():
    program = sys.argv[1] if len(sys.argv) == 2 else ""
    client = CLIENTS.get(os.path.basename(program))
    if not client:
        sys.exit(f"usage: clients.py PROGRAM, called {', '.join(CLIENTS)}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        client(os.path.abspath(program))
    except (Failed, OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"clients.py: {error}")


if __name__ == "__main__":
    main()
