#!/usr/bin/env python3
# tests/check/httpd.py - examples/httpd serves files as HTTP/1.1 says, refuses what it must,
# outlives random requests, and ends when it is told to.
#
# needs: curl
# timeout: 300
"""See above; run by tests/run."""

import hashlib
import os
import re
import signal
import socket
import subprocess
import time

from expect import ROOT, TMP, equal, finish

WWW = os.path.join(TMP, "www")
HOST = b"Host: x\r\n\r\n"


def build():
    subprocess.run([f"{ROOT}/tools/rtcc", "-O2", f"{ROOT}/examples/httpd.c", "-o",
                    f"{TMP}/httpd"], check=True)
    subprocess.run(["cc", "-O2", f"{ROOT}/tests/check/httpd_fuzz.c", "-o", f"{TMP}/fuzz"],
                   check=True)
    subprocess.run(["cc", "-O2", f"{ROOT}/tests/check/refuse.c", "-o", f"{TMP}/refuse"],
                   check=True)
    os.makedirs(f"{WWW}/sub/a b")
    os.makedirs(f"{WWW}/a%b#?*")
    for name, data in (("index.html", b"<h1>hi</h1>\n"), ("big.bin", os.urandom(3000000)),
                       ("small.bin", os.urandom(5000)), ("sub/index.html", b"sub\n"),
                       ("empty", b""), ("sub/a b/x.txt", b"x\n"),
                       ("a%b#?*/index.html", b"x\n")):
        with open(f"{WWW}/{name}", "wb") as file:
            file.write(data)
    with open(f"{WWW}/huge", "wb") as file:
        file.truncate(50000000)
    os.symlink("/etc/passwd", f"{WWW}/evil")
    os.symlink("sub", f"{WWW}/alias")
    os.mkfifo(f"{WWW}/fifo")


def start(*options, command=()):
    server = subprocess.Popen([*command, f"{TMP}/httpd", "-l", "127.0.0.1:0", *options, WWW],
                              stdout=subprocess.PIPE)
    line = server.stdout.readline().decode()
    return server, int(re.search(r":(\d+)$", line).group(1))


def talk(port, request, shut=True):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(request)
        if shut:
            sock.shutdown(socket.SHUT_WR)
        reply = b""
        while data := sock.recv(65536):
            reply += data
        return reply


def status(port, request):
    return talk(port, request).split(b"\r\n")[0][9:12].decode()


def body(port, request):
    return talk(port, request).split(b"\r\n\r\n", 1)[1]


def requests(port):
    for request, wanted in (
            (b"GET / HTTP/1.1\r\n" + HOST, "200"),
            (b"\r\n\r\nGET / HTTP/1.1\r\n" + HOST, "200"),
            (b"GET http://x/ HTTP/1.1\r\n" + HOST, "200"),
            (b"GET /?a=b HTTP/1.1\r\n" + HOST, "200"),
            (b"GET /empty HTTP/1.1\r\n" + HOST, "200"),
            (b"GET /sub HTTP/1.1\r\n" + HOST, "301"),
            (b"GET /sub/ HTTP/1.1\r\n" + HOST, "200"),
            (b"GET /alias/ HTTP/1.1\r\n" + HOST, "200"),
            (b"GET /sub/a%20b/x.txt HTTP/1.1\r\n" + HOST, "200"),
            (b"GET / HTTP/1.0\r\n\r\n", "200"),
            (b"GET /none HTTP/1.1\r\n" + HOST, "404"),
            (b"GET /sub/a%20b/ HTTP/1.1\r\n" + HOST, "404"),
            (b"GET /index.html/ HTTP/1.1\r\n" + HOST, "404"),
            (b"GET /fifo HTTP/1.1\r\n" + HOST, "404"),
            (b"GET /evil HTTP/1.1\r\n" + HOST, "404"),
            (b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST, "400"),
            (b"GET /sub/..%2f..%2f..%2fetc/passwd HTTP/1.1\r\n" + HOST, "400"),
            (b"GET /%2e%2e HTTP/1.1\r\n" + HOST, "400"),
            (b"GET /%00 HTTP/1.1\r\n" + HOST, "400"),
            (b"GET /%zz HTTP/1.1\r\n" + HOST, "400"),
            (b"GET / HTTP/1.1\r\n\r\n", "400"),
            (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"),
            (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "400"),
            (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400"),
            (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n" + HOST, "400"),
            (b"nonsense\r\n\r\n", "400"),
            (b"POST / HTTP/1.1\r\n" + HOST, "405"),
            (b"get / HTTP/1.1\r\n" + HOST, "405"),
            (b"GET / http/1.1\r\n" + HOST, "400"),
            (b"GET / HTTP/1.01\r\n" + HOST, "400"),
            (b"GET / HTTP/1.1 \r\n" + HOST, "400"),
            (b"GET / HTTP/1.2\r\n" + HOST, "200"),
            (b"GET /\x01 HTTP/1.1\r\n" + HOST, "400"),
            (b"GET / HTTP/1.1\r\nX: \x7f\r\n" + HOST, "400"),
            (b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n" + HOST, "400"),
            (b"GET /big.bin HTTP/1.1\r\nRange: bytes=0-9223372036854775808\r\n" + HOST, "206"),
            (b"GET /big.bin HTTP/1.1\r\nRange: bytes=9223372036854775808-\r\n" + HOST, "416"),
            (b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\n" + HOST, "414"),
            (b"GET / HTTP/1.1\r\nX: " + b"a" * 20000 + b"\r\n" + HOST, "431"),
            (b"GET / HTTP/2.0\r\n" + HOST, "505"),
            (b"GET /big.bin HTTP/1.1\r\nRange: bytes=3000000-\r\n" + HOST, "416"),
            (b"GET /big.bin HTTP/1.1\r\nRange: bytes=1-0\r\n" + HOST, "200"),
            (b"GET /big.bin HTTP/1.1\r\nRange: bytes=0-1,3-4\r\n" + HOST, "200"),
            (b"GET /big.bin HTTP/1.1\r\nRange: bytes=0-1\r\n" + HOST, "206")):
        equal(status(port, request), wanted, request[:60])


def contents(port):
    with open(f"{WWW}/big.bin", "rb") as file:
        big = file.read()
    url = f"http://127.0.0.1:{port}"
    got = subprocess.run(["curl", "-sS", "-m", "20", f"{url}/big.bin"],
                         capture_output=True, check=True).stdout
    equal(hashlib.md5(got).hexdigest(), hashlib.md5(big).hexdigest(), "big.bin")
    for text, part in ((b"5-104", big[5:105]), (b"-100", big[-100:]),
                       (b"2900000-", big[2900000:]), (b"2999999-5000000", big[-1:])):
        equal(body(port, b"GET /big.bin HTTP/1.1\r\nRange: bytes=" + text + b"\r\n" + HOST),
              part, text)
    equal(body(port, b"HEAD /small.bin HTTP/1.1\r\n" + HOST), b"", "HEAD")
    head = talk(port, b"GET / HTTP/1.1\r\n" + HOST)
    equal(b"Content-Type: text/html" in head, True, "type")
    etag = re.search(rb"ETag: (.*)\r", head).group(1)
    equal(status(port, b"GET / HTTP/1.1\r\nIf-None-Match: " + etag + b"\r\n" + HOST), "304",
          "ETag")
    equal(b"Allow: GET, HEAD\r\n" in talk(port, b"PUT / HTTP/1.1\r\n" + HOST), True, "Allow")
    for path, location in ((b"//sub/a%20b", b"/sub/a%20b/"), (b"/sub?", b"/sub/"),
                           (b"/a%25b%23%3F%2a", b"/a%25b%23%3F*/"),
                           (b"/sub?q=%25&r", b"/sub/?q=%25&r")):
        equal(re.search(rb"\r\nLocation: (.*)\r", talk(port, b"GET " + path + b" HTTP/1.1\r\n" +
                                                       HOST)).group(1), location, path)
        equal(status(port, b"GET " + location + b" HTTP/1.1\r\n" + HOST),
              "404" if location == b"/sub/a%20b/" else "200", location)
    conditions(port, etag)
    three = talk(port, (b"GET / HTTP/1.1\r\n" + HOST) * 2 + b"HEAD /none HTTP/1.1\r\n" + HOST)
    equal(three.count(b"HTTP/1.1 "), 3, "three at once")
    equal(talk(port, b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST, False)[-4:], b"h1>\n",
          "close")


def conditions(port, etag):
    """RFC 9110, 13: which of the conditions counts, and how tags and dates are compared."""
    old, new = b"Sun, 06 Nov 1994 08:49:37 GMT", b"Fri, 01 Jan 2100 00:00:00 GMT"
    now = re.search(rb"Last-Modified: (.*)\r", talk(port, b"HEAD / HTTP/1.1\r\n" + HOST)).group(1)
    part = b"\r\nRange: bytes=0-1"
    for lines, wanted in (
            (b"If-None-Match: *", "304"),
            (b'If-None-Match: "a", ' + etag, "304"),
            (b'If-None-Match: ,, ' + etag + b', "a"', "304"),
            (b'If-None-Match: "a,b", W/' + etag, "304"),
            (b'If-None-Match: "a"\r\nIf-None-Match: ' + etag, "304"),
            (b'If-None-Match: "a", "b"', "200"),
            (b'If-None-Match: "a', "200"),
            (b"If-None-Match: " + etag[:-1], "200"),
            (b"If-None-Match: x" + etag, "200"),
            (b"If-None-Match:", "200"),
            (b'If-None-Match: "a"\r\nIf-Modified-Since: ' + new, "200"),
            (b"If-Modified-Since: " + new, "304"),
            (b"If-Modified-Since: " + now, "304"),
            (b"If-Modified-Since: " + old, "200"),
            (b"If-Modified-Since: Friday, 01-Jan-69 00:00:00 GMT", "304"),
            (b"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", "200"),
            (b"If-Modified-Since: Fri Jan  1 00:00:00 2100", "304"),
            (b"If-Modified-Since: Sun Nov  6 08:49:37 1994", "200"),
            (b"If-Modified-Since: Fri, 01 Jan 2100 00:00:00", "200"),
            (b"If-Modified-Since: tomorrow", "200"),
            (b'If-Match: "a"', "412"),
            (b'If-Match: "a", ' + etag, "200"),
            (b"If-Match: W/" + etag, "412"),
            (b"If-Match: *", "200"),
            (b"If-Match: *\r\nIf-Unmodified-Since: " + old, "200"),
            (b"If-Unmodified-Since: " + old, "412"),
            (b"If-Unmodified-Since: " + now, "200"),
            (b"If-Match: *\r\nIf-None-Match: *", "304"),
            (b"If-Range: " + etag + part, "206"),
            (b"If-Range: W/" + etag + part, "200"),
            (b'If-Match: "a"' + part, "412")):
        equal(status(port, b"GET / HTTP/1.1\r\n" + lines + b"\r\n" + HOST), wanted, lines)


def staying(port):
    """Which connections stay open, and what the answer says of it."""
    for request, said, answers in (
            (b"GET / HTTP/1.1\r\nHost: x\r\n", None, 2),
            (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", b"close", 1),
            (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Close\r\n", b"close", 1),
            (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConnection: x\r\n", b"close", 1),
            (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: x, closed\r\n", None, 2),
            (b'GET / HTTP/1.1\r\nHost: x\r\nIf-Match: "a"\r\n', None, 2),
            (b"GET / HTTP/1.0\r\n", b"close", 1),
            (b"GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n", b"keep-alive", 2),
            (b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n", b"close", 1)):
        got = talk(port, (request + b"\r\n") * 2)
        line = re.search(rb"\r\nConnection: (.*)\r", got)
        equal((line and line.group(1), got.count(b"HTTP/1.1 ")), (said, answers), request)


def drip(port):
    """A client that takes little of a large answer, again and again, is dropped."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.settimeout(20)
        sock.connect(("127.0.0.1", port))
        sock.sendall(b"GET /huge HTTP/1.1\r\n" + HOST)
        got, wanted = 0, 50000000
        try:
            while got < wanted and (data := sock.recv(2500)):
                got += len(data)
                time.sleep(0.05)
        except ConnectionResetError:
            wanted = 0
    equal(wanted, 0, f"a dripping client got {got} bytes")


def withoutopenat2():
    """Where there is no openat2, files are found, and links are not followed."""
    server, port = start(command=(f"{TMP}/refuse", "437", "38"))
    try:
        for path, wanted in ((b"/", "200"), (b"/sub/a%20b/x.txt", "200"), (b"/sub", "301"),
                             (b"/sub//a%20b///x.txt", "200"), (b"/sub/./index.html", "200"),
                             (b"/sub/index.html/x", "404"), (b"/none/x", "404"),
                             (b"/index.html/", "404"), (b"/" + b"a" * 300 + b"/x", "404"),
                             (b"/evil", "404"), (b"/alias/", "404"), (b"/fifo", "404")):
            equal(status(port, b"GET " + path + b" HTTP/1.1\r\n" + HOST), wanted, path)
        equal(len(os.listdir(f"/proc/{server.pid}/fd")) < 12, True, "descriptors left open")
    finally:
        server.kill()
        server.wait()


def unchanged_since(path, seconds):
    """Waits until the last change of a file is that old."""
    while time.time() < os.stat(path).st_ctime + seconds:
        time.sleep(0.05)


def kept(server, port):
    """What is kept in memory is what the file has, whatever has been done to that."""
    path, request = f"{WWW}/kept.txt", b"GET /kept.txt HTTP/1.1\r\n" + HOST

    def write(name, data):
        with open(name, "wb") as file:
            file.write(data)

    write(path, b"one")
    equal(body(port, request), b"one", "before it is kept")
    two = b"two" * 1000
    write(path, two)
    equal(body(port, request), two, "changed at once")
    unchanged_since(path, 3)
    before = os.stat(path)
    equal(body(port, request), two, "read and kept")
    with open(f"/proc/{server.pid}/io", encoding="ascii") as file:
        read = int(re.search(r"rchar: (\d+)", file.read()).group(1))
    equal(body(port, request), two, "kept")
    with open(f"/proc/{server.pid}/io", encoding="ascii") as file:
        more = int(re.search(r"rchar: (\d+)", file.read()).group(1)) - read
    # The server's poller may read, too: eight bytes, when it was woken.
    equal(more < len(two), True, f"{more} bytes read for an answer with what is kept")
    six = b"six" * 1000
    write(path, six)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    equal(body(port, request), six, "changed, with the old time and size")
    unchanged_since(path, 3)
    equal(body(port, request), six, "read and kept")
    equal(talk(port, b"GET /kept.txt HTTP/1.1\r\nRange: bytes=1-1\r\n" + HOST)[-1:], b"i",
          "a part of what is kept")
    write(f"{WWW}/other", b"ten")
    os.rename(f"{WWW}/other", path)
    equal(body(port, request), b"ten", "replaced by another file")
    unchanged_since(path, 3)
    equal(body(port, request), b"ten", "read and kept")
    os.rename(path, f"{TMP}/outside")
    os.symlink(f"{TMP}/outside", path)
    equal(status(port, request), "404", "a link that leads out of the directory")
    os.remove(path)
    equal(status(port, request), "404", "removed")


def slow(port):
    begun = time.monotonic()
    equal(talk(port, b"GET / HTTP/1.1\r\nHo", False)[9:12], b"408", "half a request")
    took = time.monotonic() - begun
    equal(0.9 < took < 5, True, f"slow client, {took} s")


def fuzz(server, port):
    talkers = [subprocess.Popen([f"{TMP}/fuzz", str(port), "5000", str(seed)],
                                stdout=subprocess.PIPE) for seed in (1, 2)]
    for talker in talkers:
        out = talker.communicate()[0]
        equal(talker.returncode, 0, out)
    with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
        rss = int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
    equal(rss < 20000, True, f"{rss} KiB")


def ending(server, port):
    """A connection that is idle is closed at once, one that gets an answer is not."""
    idle = socket.create_connection(("127.0.0.1", port), timeout=10)
    busy = socket.create_connection(("127.0.0.1", port), timeout=10)
    busy.sendall(b"GET /big.bin HTTP/1.1\r\n" + HOST)
    got = len(busy.recv(1000))
    server.send_signal(signal.SIGTERM)
    equal(idle.recv(10), b"", "idle")
    while data := busy.recv(1 << 20):
        got += len(data)
    equal(got > 3000000, True, "the answer at the end")
    equal(server.wait(15), 0, "exit status")


def main():
    build()
    server, port = start("-t", "1")
    try:
        requests(port)
        contents(port)
        staying(port)
        kept(server, port)
        slow(port)
        drip(port)
        fuzz(server, port)
        equal(server.poll(), None, "still there")
        with open(f"{ROOT}/include/rt.h", encoding="ascii") as file:
            if "rt_signal_notify" in file.read():
                ending(server, port)
    finally:
        server.kill()
        server.wait()
    withoutopenat2()
    finish()


main()
