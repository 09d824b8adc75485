#!/usr/bin/env python3
# tests/check/trace_html.py - the page of a trace, in a browser: it renders, zooms, finds a
# goroutine by function and by number, says about a span what the trace says, and a trace of
# many events does not keep it waiting.
# stdout: ok
# variants: release
# needs: gcc chromium
# timeout: 240

import html
import importlib.machinery
import importlib.util
import os
import re
import struct
import subprocess
import zlib

from expect import ROOT, TMP, equal, expect, finish, rtcc

LOADER = importlib.machinery.SourceFileLoader("trace", f"{ROOT}/tools/trace")
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("trace", LOADER))
LOADER.exec_module(tool)

WIDTH, HEIGHT = 900, 420


def browse(url, *args):
    return subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={TMP}/profile", f"--window-size={WIDTH},{HEIGHT}", *args, url],
        capture_output=True, timeout=100, check=True, env={**os.environ, "HOME": TMP}).stdout


def state(page, actions=""):
    """The page's account of itself, after the actions behind #."""
    dom = browse(f"file://{TMP}/{page}#{actions}", "--dump-dom").decode("utf-8")
    body = re.search(r"<body([^>]*)>", dom)[1]
    found = {name: html.unescape(value) for name, value in
             re.findall(r'data-([a-z]+)="([^"]*)"', body)}
    expect(found.get("ready") == "1" and "error" not in found, f"{page}#{actions}", str(found))
    return found


def pixels(name):
    """The rows of a PNG of 8-bit RGB or RGBA, as lists of (r, g, b)."""
    with open(name, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack_from(">IIBB", data, at + 8)
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    n, raw = {2: 3, 6: 4}[colour], zlib.decompress(packed)
    rows, before = [], bytearray(width * n)
    for y in range(height):
        line = raw[y * (width * n + 1):(y + 1) * (width * n + 1)]
        row = bytearray(line[1:])
        for i, byte in enumerate(row):
            left, corner = (row[i - n], before[i - n]) if i >= n else (0, 0)
            up = before[i]
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda v: abs(guess - v))
            row[i] = byte + (0, left, up, (left + up) // 2, paeth)[line[0]] & 255
        rows.append([tuple(row[x:x + 3]) for x in range(0, width * n, n)])
        before = row
    return rows


def record(procs, name, *command):
    subprocess.run(command, check=True, capture_output=True, timeout=60,
                   env={**os.environ, "GOMAXPROCS": procs, "GODEBUG": f"trace={TMP}/{name}"})
    subprocess.run([f"{ROOT}/tools/trace", "html", f"{TMP}/{name}", f"{TMP}/{name}.html"],
                   check=True, timeout=150)
    return tool.Model(tool.Trace(f"{TMP}/{name}"))


def time_text(ns):
    """As the page says it."""
    unit, name = next((u, n) for u, n in ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns"))
                      if ns >= u or u == 1)
    return f"{ns / unit:.6g} {name}"


def looks():
    """Something of each colour is where it should be."""
    browse(f"file://{TMP}/small.html", f"--screenshot={TMP}/page.png")
    rows = pixels(f"{TMP}/page.png")
    equal((len(rows), len(rows[0])), (HEIGHT, WIDTH), "the picture's size")
    colours = {pixel for row in rows[60:HEIGHT - 80] for pixel in row[215:]}
    for name, rgb in (("running", (0x3f, 0x8f, 0x5b)), ("waiting", (0xd5, 0xd9, 0xdf))):
        expect(rgb in colours, f"nothing {name} is seen")


def main():
    rtcc(f"{ROOT}/examples/pipeline.c", "pipeline", "-g")
    rtcc(f"{ROOT}/examples/sieve.c", "sieve", "-g")

    model = record("2", "small", f"{TMP}/pipeline", "5")
    length = model.trace.end - model.trace.begin
    tracks = len(model.ps) + len(model.gs)
    page = state("small.html")
    equal(int(page["tracks"]), tracks, "tracks")
    equal(int(page["spans"]), sum(len(x.spans) for x in [*model.ps.values(),
                                                         *model.gs.values()]), "spans")
    expect(int(page["drawn"]) >= tracks - 1, "bars", page["drawn"])
    equal((float(page["from"]), float(page["to"])), (0, length), "all of it at first")
    looks()

    page = state("small.html", f"zoom=4&at={length // 2}")
    equal(round(float(page["to"]) - float(page["from"])), round(length / 4), "zoomed")
    equal(round((float(page["to"]) + float(page["from"])) / 2), length // 2, "moved")

    # The main goroutine's longest wait: found, enlarged and clicked on.
    main_g = model.gs[1]
    span = max((s for s in main_g.spans if s.state == tool.WAITING),
               key=lambda s: s.end - s.begin)
    middle = (span.begin + span.end) // 2 - model.trace.begin
    zoom = 1 + length // (20 * (span.end - span.begin))
    page = state("small.html", f"zoom={zoom}&at={middle}&find=runtime_main&"
                               f"row={len(model.ps)}&click={middle}")
    equal(page["found"], "runtime_main 1", "found")
    expect(page["details"].startswith("runtime_main 1\nwaiting: "
                                      + model.trace.reasons[span.detail]), "details",
           page["details"])

    # Its shortest span, when all is seen and others are in that pixel.
    span = min((s for s in main_g.spans if s.end - s.begin > 1), key=lambda s: s.end - s.begin)
    begin, end = (time - model.trace.begin for time in (span.begin, span.end))
    page = state("small.html", f"row={len(model.ps)}&click={(begin + end) // 2}")
    expect(f"from {time_text(begin)} to {time_text(end)}\n" in page["details"],
           f"clicking on {time_text(begin)} to {time_text(end)}", page["details"])

    # Many goroutines and events; one of them by its number, far down.
    model = record("2", "big", f"{TMP}/sieve", "300")
    last = max(model.gs.values(), key=lambda gp: gp.goid)
    order = sorted(model.gs.values(), key=lambda gp: (gp.system, gp.created, gp.goid))
    row = len(model.ps) + order.index(last)
    expect(len(model.trace.events) > 100000 and row > 200, "big enough", str(row))
    page = state("big.html", f"find={last.goid}")
    equal(page["found"], f"filter {last.goid}", "found by number")
    expect(int(page["firstrow"]) <= row < int(page["firstrow"]) + int(page["rows"]),
           "its row is seen", str(page))
    begin, end = (last.spans[0].begin - model.trace.begin, last.spans[-1].end - model.trace.begin)
    expect(float(page["from"]) <= begin and float(page["to"]) >= min(end, length),
           "its time is seen", str(page))
    expect(int(page["drawn"]) < 40 * WIDTH, "draws what is seen", page["drawn"])

    finish()


if __name__ == "__main__":
    main()
