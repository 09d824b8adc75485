#!/usr/bin/env python3
# tests/check/forward.py - examples/forward passes on all bytes in both directions, the end of one
# side while the other still sends, and a reset; and says what is wrong with its addresses. For a
# small message, rt_copy makes the system calls of a loop of reads and writes and no others: so
# few that they are counted.
# stdout: ok
# needs: strace
# timeout: 120

import hashlib
import os
import re
import socket
import struct
import subprocess
import threading

from expect import BUILD, TMP, VARIANT, equal, expect, fail, finish

FORWARD = f"{BUILD}/{VARIANT}/examples/forward"
BULK = 30_000_000
MESSAGES = 500
PATIENCE = 30  # seconds


def start(target, *prefix):
    """Returns the forwarder and its address."""
    program = subprocess.Popen([*prefix, FORWARD, "127.0.0.1:0", target],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    port = program.stdout.readline().rsplit(":", 1)[1]
    return program, ("127.0.0.1", int(port))


def stop(program):
    """Ends it; with a tracer, by the tracer's child."""
    with open(f"/proc/{program.pid}/task/{program.pid}/children", encoding="ascii") as file:
        child = file.read().split()
    os.kill(int(child[0]) if child else program.pid, 15)
    return program.communicate(timeout=PATIENCE)[1]


def through(listener, address):
    """Returns both ends of a connection through the forwarder."""
    client = socket.create_connection(address, PATIENCE)
    server, _ = listener.accept()
    server.settimeout(PATIENCE)
    return client, server


def received(connection):
    digest = hashlib.sha256()
    while data := connection.recv(1 << 16):
        digest.update(data)
    return digest.hexdigest()


def feed(connection, data):
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


def bulk(listener, address):
    """Both directions at once, then each end arrives by itself."""
    client, server = through(listener, address)
    data = [os.urandom(BULK), os.urandom(BULK)]
    feeders = [threading.Thread(target=feed, args=pair) for pair in zip((client, server), data)]
    digests = {}
    other = threading.Thread(target=lambda: digests.update(client=received(client)))
    for thread in *feeders, other:
        thread.start()
    equal(received(server), hashlib.sha256(data[0]).hexdigest(), "from client to server")
    for thread in *feeders, other:
        thread.join()
    equal(digests["client"], hashlib.sha256(data[1]).hexdigest(), "from server to client")
    client.close()
    server.close()


def half(listener, address):
    """A request's end arrives before the answer begins."""
    client, server = through(listener, address)
    feed(client, b"question")
    equal(server.recv(100, socket.MSG_WAITALL), b"question", "the question and its end")
    feed(server, b"answer")
    equal(client.recv(100, socket.MSG_WAITALL), b"answer", "the answer and its end")
    client.close()
    server.close()


def reset(listener, address):
    """The client resets its connection: the server's ends."""
    client, server = through(listener, address)
    client.sendall(b"x")
    equal(server.recv(1), b"x", "a byte before the reset")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    try:
        equal(server.recv(1), b"", "the end after a reset")
    except ConnectionResetError:
        pass
    server.close()


def messages(listener, address):
    client, server = through(listener, address)
    for _ in range(MESSAGES):
        client.sendall(b"m" * 100)
        equal(server.recv(100, socket.MSG_WAITALL), b"m" * 100, "a message")
        server.sendall(b"a" * 200)
        equal(client.recv(200, socket.MSG_WAITALL), b"a" * 200, "an answer")
    client.close()
    equal(server.recv(1), b"", "the end after messages")
    server.close()


def counts(text):
    """Returns the calls in strace's table by name."""
    return {m[2]: int(m[1]) for m in
            re.finditer(r"^ *\S+ +\S+ +\S+ +(\d+) (?: *\d+)? *(\w+)$", text, re.MULTILINE)}


def counted(listener, target):
    """A message is one read and one write, apart from what comes before the poller's edge."""
    program, address = start(target, "strace", "-f", "-c", "-o", f"{TMP}/calls")
    messages(listener, address)
    stop(program)
    with open(f"{TMP}/calls", encoding="ascii") as file:
        text = file.read()
    calls = counts(text)
    expect(calls.get("sendto", 0) >= 2 * MESSAGES, "what goes out is counted", text)
    expect(calls["read"] < 2.2 * MESSAGES, "one read for a message", text)
    expect(calls.get("splice", 0) + calls.get("ppoll", 0) < 20, "no call besides", text)


def refused():
    """Wrong use and addresses: one line."""
    for arguments, status, line in (
            ([], 2, "usage: forward LISTEN TARGET\n"),
            (["127.0.0.1:0"], 2, "usage: forward LISTEN TARGET\n"),
            (["nothing", "127.0.0.1:1"], 1, "forward: nothing: invalid argument\n")):
        ran = subprocess.run([FORWARD, *arguments], capture_output=True, text=True,
                             timeout=PATIENCE, check=False)
        equal((ran.returncode, ran.stderr), (status, line), f"forward {arguments}")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
    program, address = start(nobody)
    client = socket.create_connection(address, PATIENCE)
    equal(client.recv(1), b"", "the client's connection ends")
    equal(stop(program), f"forward: {nobody}: connection refused\n", "the target's error")


def main():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        target = f"127.0.0.1:{listener.getsockname()[1]}"
        program, address = start(target)
        for case in bulk, half, reset, messages:
            case(listener, address)
        if program.poll() is not None:
            fail("it serves on", program.stderr.read())
        equal(stop(program), "", "no errors")
        counted(listener, target)
    refused()
    finish()


main()
