#!/usr/bin/env python3
# tests/check/tourpage.py - the page that plays the start-up: a new recording says what the page
# in docs/ says; in a browser each step can be shown, keys move, and the arrows and texts of
# some steps are those that belong there.
# stdout: ok
# compilers: gcc
# variants: release
# needs: gdb chromium
# timeout: 240

import importlib.machinery
import importlib.util
import json
import re

from browser import Browser
from expect import BUILD, ROOT, TMP, equal, expect, finish

LOADER = importlib.machinery.SourceFileLoader("tourpage", f"{ROOT}/tools/tour-page")
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("tourpage", LOADER))
LOADER.exec_module(tool)

# Of three steps what a reader hears, as far as it is equal everywhere.
TEXTS = {
    "settls": ("The thread pointer", "settls is one system call", "m0: −8 g NULL; 0 self NULL;",
               "registers: %fs NULL; %rsp E−56;"),
    "faked": ("The faked frame", "G1's stack: hi: G1.stack.hi; hi−40: goexit+1",
              "G1: status Gdead; waits for –; goid 0; m NULL;"),
    "takes": ("M2 takes P0", "threads: m0 asleep; m1 sysmon, held by gdb; m2 runs g0 of m2.",
              "P0: status Pidle; m → m2; runnext → G4; queue G2 G3;"),
}


def recorded():
    """Records the program again; returns the page of that."""
    tool.record(f"{BUILD}/release/examples/hello", f"{TMP}/tour.json")
    with open(f"{TMP}/tour.json", encoding="utf-8") as file:
        recording = json.load(file)
    committed = tool.read("docs/tour.html")
    for difference in tool.differences(tool.recording_of(committed), recording):
        expect(False, "docs/tour.html is not what a new recording says: make docs", difference)
    page = tool.page(recording)
    data = re.compile(r'(<script id="data"[^>]*>).*?(</script>)', re.DOTALL)
    equal(data.sub(r"\1\2", committed) == data.sub(r"\1\2", page), True,
          "docs/tour.html is made from tools/tour.html (make docs)")
    with open(f"{TMP}/tour.html", "w", encoding="utf-8") as file:
        file.write(page)
    return recording["steps"]


def comparison():
    """A word, the order or a text that differs is found; what differs everywhere is not."""
    one = tool.recording_of(tool.read("docs/tour.html"))
    for change in (lambda steps: steps.reverse(),
                   lambda steps: steps[8].update(title="another"),
                   lambda steps: steps[12]["set"].update({"m0.tls[0]": "&m0"}),
                   lambda steps: steps[-1]["threads"].update(m0=["g0", "runs"])):
        two = json.loads(json.dumps(one))
        change(two["steps"])
        expect(list(tool.differences(one, two)), "a difference is found")
    two = json.loads(json.dumps(one))
    for step in two["steps"]:
        step["line"] += 1
        step["set"] = {name: {"here": "7"} if isinstance(value, dict) else value
                       for name, value in step["set"].items()}
    equal(list(tool.differences(one, two)), [], "what may differ")


def step(browser):
    return browser.run("document.body.dataset.step")


# The step, how many arrows lead from %fs to m0.tls[1], how many lines run next.
STATE = """[document.body.dataset.step,
    document.querySelectorAll('path[data-from="registers.fs_base"][data-to="m0.tls[1]"]').length,
    document.querySelectorAll("#source .next").length]"""


def walk(browser, names):
    """Each step from the first to the last, by the key; before settls %fs leads nowhere."""
    after = names.index("fsbase")
    for i, name in enumerate(names):
        shown, arrows, lines = browser.run(STATE)
        equal(shown, name, f"step {i + 1}")
        equal(lines, 1, f"{name}: lines that run next")
        if i <= after + 1:
            equal(arrows, int(i >= after), f"arrows from %fs to m0.tls[1] at {name}")
        browser.key("ArrowRight")
    equal(step(browser), names[-1], "at the end nothing follows")


def keys(browser, names):
    browser.key("Home")
    equal(step(browser), names[0], "Home")
    browser.key("ArrowLeft")
    equal(step(browser), names[0], "nothing is before the first")
    browser.key("End")
    browser.key("ArrowLeft")
    equal(step(browser), names[-2], "End, left")
    equal(browser.run("location.hash"), f"#{names[-2]}", "the address names the step")
    browser.run("document.getElementById('slider').focus()")
    browser.key("ArrowLeft")
    equal(step(browser), names[-3], "left, on the slider")
    browser.key("t")
    expect(browser.run("document.querySelectorAll('#time rect.seg').length") > 20,
           "the time line has bars")
    equal(browser.run("document.querySelector('main').offsetHeight"), 0, "and is alone")
    browser.key("t")


def words(browser, url):
    for name, wanted in TEXTS.items():
        browser.open("about:blank")
        browser.open(f"{url}#{name}")
        equal(step(browser), name, "the address opens a step")
        text = browser.run("document.body.textContent.replace(/\\s+/g, ' ')")
        for part in wanted:
            expect(part in text, f"{name}: {part}")
    spoken = browser.run("document.querySelector('[aria-live]').textContent")
    expect("M2 takes P0" in spoken and "Written: " in spoken, "what is read aloud", spoken)


def narrow(browser, url):
    """On a telephone nothing is wider than the window, and the main things are there."""
    browser.size(390, 844, dark=True)
    for name in ("bounds", "procresize", "takes", "exit"):
        browser.open("about:blank")
        browser.open(f"{url}#{name}")
        equal(browser.run("document.documentElement.scrollWidth"), 390, f"{name}: width")
        expect(browser.run("document.querySelectorAll('.card').length") >= 2, f"{name}: cards")


def main():
    names = [step["name"] for step in recorded()]
    equal(len(set(names)), len(names), "names of steps, none twice")
    comparison()
    url = f"file://{TMP}/tour.html"
    with Browser(TMP) as browser:
        browser.size(1440, 900)
        browser.open(url)
        walk(browser, names)
        keys(browser, names)
        words(browser, url)
        narrow(browser, url)
        equal(browser.errors, [], "what the page complains about")
    finish()


if __name__ == "__main__":
    main()
