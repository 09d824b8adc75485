#!/usr/bin/env python3
# tests/check/documents.py - what README.md and docs/*.md show works as it is typed: each block
# of C compiles and links unchanged, without a warning; each command ("    $ ...") succeeds,
# in the order of the page; below the README's and musl.md's is what they print.
# variants: release
# needs: gcc make curl
# timeout: 240

"""A block that begins with "// NAME" is the file NAME for the commands behind it. A block is
one of C ("```c"), or says that it is no whole program ("```c fragment")."""

import glob
import os
import re
import shlex
import socket
import subprocess

from expect import BUILD, ROOT, TMP, VARIANT, fail, finish

COMPILER = "-clang" if VARIANT.endswith("-clang") else ""
LIBC = re.compile(r"#include <(stdio|stdlib|string|netdb|errno|signal)\.h>")
# What wants a person, a terminal or the whole machine.
NOT_HERE = re.compile(r"gdb |make tour|apt-get |ulimit |.*\./configure ")
# Pages whose commands print what is below them; in others there are times and addresses.
COMPARED = ("README.md", "docs/musl.md")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


PORTS = {port: str(free_port()) for port in ("8080", "7001", "7000")}


def blocks(page):
    """Yields what a page shows: (line's number, "c" or "$", text, wanted output)."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        lines = file.read().split("\n")
    at = 0
    while at < len(lines):
        begin = at
        fence = re.fullmatch(r"```(.*)", lines[at])
        at += 1
        if fence:
            end = lines.index("```", at)
            if fence[1] == "c":
                yield begin + 1, "c", "\n".join(lines[at:end]) + "\n", []
            elif fence[1] != "c fragment":
                fail(f"{page}:{begin + 1}", f"a block of '{fence[1]}'")
            at = end + 1
        elif lines[begin].startswith("    $ "):
            wanted = []
            while at < len(lines) and re.match(r"    [^$(]", lines[at]):
                wanted.append(lines[at][4:])
                at += 1
            yield begin + 1, "$", lines[begin][6:], wanted


def compile_block(where, text):
    name = re.match(r"// (\S+\.c)\n", text)
    name = name[1] if name else "block.c"
    with open(os.path.join(TMP, name), "w", encoding="utf-8") as file:
        file.write(text)
    command = [f"{ROOT}/tools/rtcc", *(["--musl"] if LIBC.search(text) else []), "-O2", "-Wall",
               "-Werror", name, "-o", "block"]
    done = subprocess.run(command, cwd=TMP, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        fail(where, f"does not compile:\n{done.stdout}")


def run_commands(page, commands):
    """Runs a page's commands in one shell, and compares what those of COMPARED print."""
    script = ["set -e"]
    for where, command, _ in commands:
        command = command.replace("build/release", shlex.quote(f"{BUILD}/{VARIANT}"))
        command = command.replace("RT0_VARIANT=debug", f"RT0_VARIANT=debug{COMPILER}")
        command = re.sub(r"^make\b", f"flock {shlex.quote(BUILD)} make -s", command)
        for port, free in PORTS.items():
            command = command.replace(f":{port}", f":{free}")
        if command.endswith("&"):  # until it listens
            port = re.search(r":(\d+)", command)[1]
            command += f"""
until (: <>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do kill -0 $! || exit 1; done"""
        script.append(f"printf '\\n@%s\\n' {where}\n{command}")
    script.append("kill $(jobs -p) 2>/dev/null || :")
    env = {**os.environ, "PATH": f"{ROOT}/tools:{os.environ['PATH']}"}
    if BUILD != os.path.join(ROOT, "build"):
        env["MAKEFLAGS"] = f"BUILD={BUILD}"
    done = subprocess.run(["bash", "-c", "\n".join(script)], cwd=TMP, env=env, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=200, check=False)
    if done.returncode != 0:
        fail(page, f"a command fails:\n{done.stdout[-2000:]}")
        return
    if page not in COMPARED:
        return
    parts = re.split(r"^@(\S+)\n", done.stdout, flags=re.MULTILINE)
    said = dict(zip(parts[1::2], parts[2::2]))
    for where, _, wanted in commands:
        got = said[where].replace(PORTS["8080"], "8080").strip("\n").split("\n")
        if wanted and got != wanted:
            fail(where, f"{got}, not {wanted}")


def lay_programs():
    """Makes the reader's own programs, as each page has them."""
    for name, source in (("hello", "hello.c"), ("prog", "hello.c"), ("sieve", "sieve.c")):
        subprocess.run([f"{ROOT}/tools/rtcc", "-g", "-O2", f"{ROOT}/examples/{source}",
                        "-o", f"{TMP}/{name}"], check=True)
        for copy in (f"{name}.c", f"{name}.cc"):
            with open(f"{ROOT}/examples/{source}", "rb") as file, \
                    open(f"{TMP}/{copy}", "wb") as to:
                to.write(file.read())


def main():
    # The commands are typed at the top of the tree; what they write does not go there.
    for entry in os.listdir(ROOT):
        if not entry.startswith(".") and entry != "build":
            os.symlink(os.path.join(ROOT, entry), os.path.join(TMP, entry))
    os.symlink(BUILD, os.path.join(TMP, "build"))

    number = 0
    for path in [f"{ROOT}/README.md", *sorted(glob.glob(f"{ROOT}/docs/*.md"))]:
        page = os.path.relpath(path, ROOT)
        lay_programs()
        commands = []
        for line, kind, text, wanted in blocks(page):
            where = f"{page}:{line}"
            if kind == "c":
                number += 1
                compile_block(where, text)
            elif not NOT_HERE.match(text):
                commands.append((where, text, wanted))
        number += len(commands)
        if commands:
            run_commands(page, commands)
    if number < 20:
        fail("all pages", f"{number} blocks of C and commands")
    finish()


main()
