#!/usr/bin/env python3
# tests/check/hosted_programs.py - programs of rtcc --hosted with the system's libcurl, libpq and OpenSSL,
# against real servers: nginx (or Python's), PostgreSQL, openssl s_server. Each is run with several
# GOMAXPROCS, and with ThreadSanitizer and AddressSanitizer. One whose library or server is not
# installed is left out, with a line that says so.
# stdout~: ^fetch: (fine|left out.*)$
# stdout~: ^hosted_libpq: (fine|left out.*)$
# stdout~: ^hosted_ssl: (fine|left out.*)$
# variants: release
# timeout: 300

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = os.environ["RT0_ROOT"]
TMP = os.environ["RT0_TMP"]
sys.path.insert(0, os.path.join(ROOT, "tests", "real"))
sys.dont_write_bytecode = True
os.environ["PATH"] += ":/usr/sbin" + "".join(
    f":{path}" for path in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))

import clients  # noqa: E402

SANITIZERS = ("", "thread", "address")
# libgssapi, which libpq calls, keeps data for each thread (docs/sanitizers.md).
OPTIONS = {"TSAN_OPTIONS": "ignore_noninstrumented_modules=1"}


class LeftOut(Exception):
    """Why a program is not tried."""


def needs(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise LeftOut(f"there is no {tool}")


def needs_header(name, *flags):
    text = f"#include <{name}>\n"
    done = subprocess.run(["gcc", *flags, "-E", "-xc", "-"], input=text, text=True,
                          capture_output=True, check=False)
    if done.returncode:
        raise LeftOut(f"there is no {name}")


def build(source, sanitizer, *flags):
    program = os.path.join(TMP, f"{pathlib.Path(source).stem}{sanitizer}")
    option = [f"-fsanitize={sanitizer}"] if sanitizer else []
    clients.run([f"{ROOT}/tools/rtcc", "--hosted", "-O2", "-g", "-Wall", *option,
                 os.path.join(ROOT, source), *flags, "-o", program], TMP)
    return program


def run_all(source, flags, arguments, wanted, status=0):
    """Builds a program with each sanitizer, runs it; its output ends with what is wanted."""
    for sanitizer in SANITIZERS:
        program = build(source, sanitizer, *flags)
        for procs in ("1", "2", "4") if not sanitizer else ("2",):
            done = subprocess.run([program, *map(str, arguments)], text=True, cwd=TMP,
                                  env={**os.environ, **OPTIONS, "GOMAXPROCS": procs}, timeout=100,
                                  capture_output=True, check=False)
            if done.returncode != status or not re.search(wanted, done.stdout):
                raise clients.Failed(
                    f"{os.path.basename(program)}, GOMAXPROCS={procs}: status "
                    f"{done.returncode}\n{done.stdout[-500:]}{done.stderr[:4000]}")


NGINX = """
daemon off;
{user}
pid {path}/pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {path}; proxy_temp_path {path}; fastcgi_temp_path {path};
    uwsgi_temp_path {path}; scgi_temp_path {path};
    server {{ listen 127.0.0.1:{port}; root {path}; }}
}}
"""


def fetch():
    needs_header("curl/curl.h")
    port = clients.free_port()
    sizes = {"small": 10, "large": 300000}
    with clients.folder() as path:
        os.chmod(path, 0o755)
        for name, size in sizes.items():
            pathlib.Path(path, name).write_bytes(os.urandom(size))
        if shutil.which("nginx"):
            user = "user nobody nogroup;" if os.geteuid() == 0 else ""
            pathlib.Path(path, "conf").write_text(NGINX.format(user=user, path=path, port=port),
                                                  encoding="ascii")
            command = ["nginx", "-p", path, "-c", f"{path}/conf", "-e", "stderr"]
        else:
            command = [sys.executable, "-m", "http.server", "-d", path, "--bind", "127.0.0.1",
                       str(port)]
        urls = [f"http://127.0.0.1:{port}/small", f"http://localhost:{port}/large",
                f"http://127.0.0.1:{port}/absent"]
        with clients.served(command, port, os.path.join(TMP, "log")):
            run_all("examples/hosted/fetch.c", ["-lcurl"], ["-j", 8, "-n", 30, *urls[:2]],
                    rf"\n60 fetched, 0 failed, {30 * sum(sizes.values())} bytes\n\Z")
            run_all("examples/hosted/fetch.c", ["-lcurl"], ["-n", 3, *urls],
                    r"(?s)/absent: 404, .*\n9 fetched, 3 failed, \d+ bytes\n\Z", 1)


def hosted_libpq():
    needs("postgres", "initdb", "pg_config")
    headers = subprocess.run(["pg_config", "--includedir"], text=True, capture_output=True,
                             check=True).stdout.strip()
    needs_header("libpq-fe.h", f"-I{headers}")

    with clients.postgres() as (port, _):
        run_all("tests/check/hosted_libpq.c", [f"-I{headers}", "-lpq"], [port, 20, 10],
                r"\A200 transactions\n\Z")


def hosted_ssl():
    needs("openssl")
    needs_header("openssl/ssl.h")
    port = clients.free_port()
    key, certificate = os.path.join(TMP, "key"), os.path.join(TMP, "certificate")
    clients.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-keyout", key, "-out", certificate], TMP)
    pathlib.Path(TMP, "file").write_bytes(os.urandom(50000))
    with clients.served(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-WWW", "-quiet",
                         "-key", key, "-cert", certificate], port, os.path.join(TMP, "log"),
                        cwd=TMP):
        run_all("tests/check/hosted_ssl.c", ["-lssl", "-lcrypto"], [port, certificate, 20, 50000],
                r"\A20 transfers\n\Z")


def main():
    failed = False
    for program in fetch, hosted_libpq, hosted_ssl:
        try:
            program()
            print(f"{program.__name__}: fine")
        except LeftOut as why:
            print(f"{program.__name__}: left out: {why}")
        except clients.Failed as what:
            failed = True
            print(f"{program.__name__}: {what}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
