#!/usr/bin/env python3
# tests/check/trace.py - the traces of known programs, event by event: what happened is in
# them, as often as it happened, and they agree with themselves, with any number of Ps, when
# they begin and end under load and when the program dies. tools/trace tells bad files.
# stdout: ok
# needs: gcc nm strip
# timeout: 300

import collections
import importlib.machinery
import importlib.util
import json
import os
import subprocess

from expect import ROOT, TMP, VARIANT, equal, expect, finish, rtcc

TOOL = f"{ROOT}/tools/trace"
LOADER = importlib.machinery.SourceFileLoader("trace", TOOL)
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("trace", LOADER))
LOADER.exec_module(tool)

def run(program, *args, **env):
    return subprocess.run([f"{TMP}/{program}", *args], capture_output=True, text=True,
                          timeout=60, check=False, env={**os.environ, **env})


def convert(*args):
    return subprocess.run([TOOL, *args], capture_output=True, text=True, timeout=100,
                          check=False)


def read(name, what):
    """Returns a trace and what it means; nothing may be wrong with it."""
    try:
        trace = tool.Trace(f"{TMP}/{name}")
    except (tool.BadTrace, OSError) as error:
        expect(False, what, str(error))
        return None, None
    expect(trace.ended and trace.lost == 0, f"{what}: not whole, {trace.lost} lost")
    model = tool.Model(trace)
    expect(not model.errors, f"{what}: contradicts itself", "\n".join(model.errors[:5]))
    return trace, model


def kinds(trace, goid):
    """What is said of a goroutine, in order."""
    return [tool.KINDS[e.kind] for e in trace.events if e.arg == goid and 0 < e.kind <=
            tool.NUMBER["SysExitWait"]]


def by_function(model):
    found = collections.defaultdict(list)
    for gp in model.gs.values():
        found[gp.function].append(gp)
    return found


def consistent(model, what):
    """The claims about spans, of what the model has put together."""
    for p, pp in model.ps.items():
        expect(all(a.end <= b.begin for a, b in zip(pp.spans, pp.spans[1:])),
               f"{what}: P{p} is at two things at once")
    for gp in model.gs.values():
        expect(all(a.end == b.begin and a.begin <= a.end
                   for a, b in zip(gp.spans, gp.spans[1:])),
               f"{what}: there is a hole in G{gp.goid}")
    on_p = sum(s.end - s.begin for pp in model.ps.values() for s in pp.spans
               if s.state == tool.RUNNING)
    on_g = sum(s.end - s.begin for gp in model.gs.values() for s in gp.spans
               if s.state == tool.RUNNING)
    expect(on_p == on_g, f"{what}: Ps ran goroutines for {on_p} ns, these ran {on_g} ns")


# What each goroutine of "known" does: how many there are, how many end, how they wait.
KNOWN = {
    "sleeper": (7, 7, {"sleep": 1}),
    "caller": (5, 5, {}),
    "task": (1, 1, {}),
    "sends": (1, 0, {"chan send": 1}),
    "recvsnil": (1, 0, {"chan receive (nil chan)": 1}),
    "selects": (1, 0, {"select": 1}),
    "selectsnone": (1, 0, {"select (no cases)": 1}),
    "locks": (1, 0, {"sync.Mutex.Lock": 1}),
    "acquires": (1, 0, {"semacquire": 1}),
    "waits": (1, 0, {"sync.WaitGroup.Wait": 1}),
}


def known(procs):
    what = f"known, GOMAXPROCS={procs}"
    done = run("trace", "known", f"{TMP}/known", GOMAXPROCS=str(procs))
    equal((done.returncode, done.stderr), (0, ""), what)
    trace, model = read("known", what)
    if not model:
        return
    consistent(model, what)
    found = by_function(model)
    for function, (n, ended, waits) in KNOWN.items():
        gps = found[function]
        equal(len(gps), n, f"{what}: goroutines of {function}")
        equal(sum(gp.ended is not None for gp in gps), ended, f"{what}: ends of {function}")
        for gp in gps:
            reasons = collections.Counter(
                trace.reasons[e.detail] for e in trace.events
                if e.arg == gp.goid and e.kind == tool.NUMBER["GoBlock"])
            equal(dict(reasons), waits, f"{what}: waits of {function}")
            expect(gp.parent and gp.parent.goid == 1, f"{what}: who created {function}")
            if not ended:
                equal(gp.spans[-1].state, tool.WAITING, f"{what}: {function} at the end")
    # There when it began, and to its end.
    for gp in found["recvs"]:
        equal([(s.state, trace.reasons[s.detail]) for s in gp.spans],
              [(tool.WAITING, "chan receive")], f"{what}: recvs")
    equal(len(found["recvs"]), 2, f"{what}: goroutines of recvs")
    for gp in found["caller"]:
        calls = collections.Counter(kinds(trace, gp.goid))
        equal(calls["SysEnter"], 10, f"{what}: system calls")
        equal(calls["SysExit"] + calls["SysExitWait"], 10, f"{what}: ends of system calls")
    equal(kinds(trace, 1)[:2], ["GoRunnable", "GoStart"], f"{what}: the main goroutine first")
    equal(model.procs, [(trace.begin, procs)], f"{what}: GOMAXPROCS")
    created = sum(n for n, _, _ in KNOWN.values()) + 1
    equal(sum(e.kind == tool.NUMBER["GoCreate"] for e in trace.events), created,
          f"{what}: goroutines created")


def pingpong():
    """On one P: each step of both, exactly. A preemption may come in between: again then."""
    wait = ["GoBlock", "GoUnblock", "GoStart"]
    wanted = (["GoRunnable", "GoStart"] + 100 * wait + wait,
              ["GoCreate", "GoStart"] + 100 * wait + ["GoEnd"])
    for _ in range(20):
        run("trace", "pingpong", f"{TMP}/pingpong", GOMAXPROCS="1")
        trace, model = read("pingpong", "pingpong")
        if not model:
            return
        ponger = by_function(model)["ponger"][0].goid
        steps = kinds(trace, 1), kinds(trace, ponger)
        reasons = [trace.reasons[e.detail] for e in trace.events
                   if e.kind == tool.NUMBER["GoBlock"] and e.arg in (1, ponger)]
        if steps == wanted:
            break
        if VARIANT == "stress":  # yields at random
            return
    equal(steps[0], wanted[0], "pingpong: main")
    equal(steps[1], wanted[1], "pingpong: ponger")
    equal(reasons, 200 * ["chan send"] + ["sync.WaitGroup.Wait"], "pingpong: reasons")


def load(procs):
    what = f"load, GOMAXPROCS={procs}"
    done = run("trace", "load", f"{TMP}/load", GOMAXPROCS=str(procs))
    equal((done.returncode, done.stderr), (0, ""), what)
    seen = collections.Counter()
    for i in range(30):
        trace, model = read(f"load.{i}", f"{what}, trace {i}")
        os.unlink(f"{TMP}/load.{i}")
        if not model:
            return
        consistent(model, f"{what}, trace {i}")
        expect("runtime_main" in by_function(model), f"{what}, trace {i}: no main")
        seen.update(tool.KINDS[e.kind] for e in trace.events)
    missing = {"GoRunnable", "GoWaiting", "GoSyscall", "GoCreate", "GoFunc", "GoStart", "GoEnd",
               "GoPreempt", "GoBlock", "GoUnblock", "SysEnter", "SysExit", "ProcStart",
               "ProcStop", "Preempt", "Procs", "ThreadStart", "ThreadStop", "Park", "Timer",
               "NetReady"} - set(seen)
    expect(not missing, f"{what}: never seen", str(missing))


def examples():
    """GODEBUG, with programs that know nothing of it."""
    for name, *args in (["sieve", "60"], ["pipeline", "5"], ["wordcount", f"{ROOT}/README.md"],
                        ["hello"]):
        rtcc(f"{ROOT}/examples/{name}.c", name, "-g")
        for procs in "124":
            what = f"{name}, GOMAXPROCS={procs}"
            plain = run(name, *args, GOMAXPROCS=procs)
            done = run(name, *args, GOMAXPROCS=procs, GODEBUG=f"asyncpreemptoff=0,trace={TMP}/e")
            equal((done.returncode, done.stderr), (0, ""), what)
            if name != "pipeline":  # which counts how far it gets
                equal(done.stdout, plain.stdout, f"{what}: output")
            _, model = read("e", what)
            if not model:
                return
            consistent(model, what)
            if name == "sieve":
                equal(len(by_function(model)["filter"]), 59, f"{what}: filters")


def endings():
    """A trace is whole however the program ends."""
    for how, status in (("panic", 2), ("deadlock", 2), ("quit", 2), ("exit", 7), ("stop", 0),
                        ("return", 0)):
        if os.path.exists(f"{TMP}/end"):
            os.unlink(f"{TMP}/end")
        done = run("trace", how, "-", GODEBUG=f"trace={TMP}/end")
        equal(done.returncode, status, how)
        expect("runtime: trace" not in done.stderr, how, done.stderr)
        read("end", how)


def without():
    """Without the tracer, and with a file that cannot be."""
    rtcc(f"{ROOT}/examples/hello.c", "bare")
    symbols = subprocess.run(["nm", f"{TMP}/bare"], capture_output=True, text=True, check=True)
    names = [line.split()[-1] for line in symbols.stdout.splitlines()]
    equal([name for name in names if "rt0_trace" in name and not name.startswith("__gcov")],
          ["__rt0_traceon"], "hello carries the tracer")
    done = run("bare", GODEBUG=f"trace={TMP}/bare.trace")
    equal((done.returncode, done.stdout, done.stderr),
          (0, "hello, world\n", "runtime: no tracer: compile with -g\n"), "without a tracer")
    expect(not os.path.exists(f"{TMP}/bare.trace"), "without a tracer there is a file")
    done = run("hello", GODEBUG="trace=/nonexistent/x,schedtrace=0")
    equal((done.returncode, done.stdout, done.stderr),
          (0, "hello, world\n", "runtime: trace: cannot /nonexistent/x: error 2\n"),
          "a file that cannot be")
    for empty in ("trace=", "trace", "trace=,schedtrace=0"):
        done = run("hello", GODEBUG=empty)
        equal((done.returncode, done.stderr), (0, ""), empty)
    rtcc(f"{ROOT}/tests/check/trace.c", "calls")  # no -g: it calls rt_trace_start
    equal(run("calls", "errors", f"{TMP}/calls.trace").stderr, "", "errors, without -g")
    read("calls.trace", "errors, without -g")


def lossy():
    """A pipe that nobody reads: events are lost, and counted, and nobody waits. With the
    small buffers of the stress build."""
    if VARIANT != "stress":
        return
    os.mkfifo(f"{TMP}/fifo")
    with subprocess.Popen([f"{TMP}/trace", "lossy", f"{TMP}/fifo"], stdout=subprocess.PIPE,
                          text=True) as process:
        with open(f"{TMP}/fifo", "rb") as fifo:
            equal(process.stdout.readline(), "100000\n", "lossy: it got through")
            with open(f"{TMP}/lossy", "wb") as file:
                file.write(fifo.read())
        equal(process.wait(60), 0, "lossy")
    trace = tool.Trace(f"{TMP}/lossy")
    expect(trace.ended and trace.lost > 0, "lossy: nothing lost")
    told = sum(e.arg for e in trace.events if e.kind == tool.NUMBER["Lost"])
    expect(0 <= told <= trace.lost, "lossy: counts", f"{told} {trace.lost}")
    done = convert("check", f"{TMP}/lossy")
    equal(done.returncode, 0, "lossy: check")
    expect("events were lost" in done.stderr, "lossy: no warning", done.stderr)


def complaint(name, data, text, *, status=1):
    with open(f"{TMP}/{name}", "wb") as file:
        file.write(data)
    for args in (["check", f"{TMP}/{name}"], ["json", f"{TMP}/{name}", f"{TMP}/out"],
                 ["html", f"{TMP}/{name}", f"{TMP}/out"]):
        done = convert(*args)
        equal(done.returncode, status, f"{name}: status")
        expect(text in done.stderr and done.stderr.count("\n") == 1, f"{name}: {text}",
               done.stderr)
        equal(os.path.exists(f"{TMP}/out"), status == 0 and len(args) == 3, f"{name}: a file")
        if os.path.exists(f"{TMP}/out"):
            os.unlink(f"{TMP}/out")


def bad_files():
    with open(f"{TMP}/known", "rb") as file:
        good = file.read()
    complaint("empty", b"", "is not a trace of rt0")
    complaint("text", b"rt0 is not a trace\n" * 100, "is not a trace of rt0")
    complaint("version", good[:8] + b"\x09" + good[9:], "is a trace of version 9, not 1")
    complaint("block", good[:16] + b"\x77" + good[17:], "unknown block 119 at byte 16")
    complaint("behind", good + b"x", "1 bytes behind its end")
    for n in (16, 20, 40, len(good) // 2, len(good) - 100, len(good) - 1):
        complaint(f"cut{n}", good[:n], f"is cut off at byte {n}", status=0)
    # A goroutine that starts twice: the first GoStart once more, at its own time.
    trace = tool.Trace(f"{TMP}/known")
    start = next(e for e in trace.events if e.kind == tool.NUMBER["GoStart"])
    again = tool.BLOCK.pack(tool.EVENTS, 1, 999) + tool.EVENT.pack(
        start.time, start.arg | start.kind << 48)
    complaint("twice", good[:16] + again + good[16:], "GoStart G1")
    equal(convert("check", f"{TMP}/nosuch").returncode, 1, "a file that is not there")
    equal(convert("json", f"{TMP}/known").returncode, 1, "wrong use")


def perfetto():
    equal(convert("json", f"{TMP}/known", f"{TMP}/known.json").returncode, 0, "json")
    with open(f"{TMP}/known.json", encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    _, model = read("known", "json")
    slices = [e for e in events if e["ph"] == "X"]
    equal(len(slices), sum(len(x.spans) for x in [*model.ps.values(), *model.gs.values()]),
          "json: slices")
    names = {e["args"]["name"] for e in events
             if e["ph"] == "M" and e["name"] == "thread_name" and e["pid"] == 2}
    expect("runtime_main 1" in names and len(names) == len(model.gs), "json: names", str(names))
    begins = collections.Counter(e["id"] for e in events if e["ph"] == "s")
    equal(begins, collections.Counter(e["id"] for e in events if e["ph"] == "f"), "json: flows")
    expect(len(begins) > 50, "json: flows", str(len(begins)))
    tracks = collections.defaultdict(list)
    for e in slices:
        tracks[e["pid"], e["tid"]].append((e["ts"], e["ts"] + e["dur"]))
    for track, spans in tracks.items():
        expect(all(a[1] <= b[0] + 0.0005 for a, b in zip(spans, spans[1:])),
               f"json: slices of {track} overlap")


def main():
    rtcc(f"{ROOT}/tests/check/trace.c", "trace", "-g")
    for procs in (1, 2, 4):
        known(procs)
    pingpong()
    for procs in (1, 2, 4):
        load(procs)
    examples()
    endings()
    without()
    equal(run("trace", "errors", f"{TMP}/errors").stderr, "", "errors")
    read("errors", "errors")
    lossy()
    bad_files()
    perfetto()
    finish()


if __name__ == "__main__":
    main()
