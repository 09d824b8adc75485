"""A browser without a window, for the tests of pages: chromium, spoken to through a pipe.

    with Browser(folder) as browser:
        browser.open(url)
        browser.run("document.title")      # the value of an expression
        browser.key("ArrowRight")          # as if it had been pressed

It keeps what a page complains about, in browser.errors.
"""

import json
import os
import select
import subprocess
import time

CODES = {"ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35}
PATIENCE = 60  # seconds, for one answer


class Browser:
    """One page."""

    def __init__(self, folder, *args):
        self.errors, self.count, self.waiting, self.session = [], 0, b"", None
        self.loaded = False
        theirs, self.out = os.pipe()
        self.answers, ours = os.pipe()

        def descriptors():  # it reads from 3 and writes to 4
            first, second = os.dup(theirs), os.dup(ours)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={folder}/browser", *args],
            preexec_fn=descriptors, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder})
        os.close(theirs)
        os.close(ours)

    def __enter__(self):
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.tell("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        self.tell("Page.enable")
        self.tell("Runtime.enable")
        return self

    def __exit__(self, *_):
        self.session = None
        try:  # so that its other processes end, too
            self.tell("Browser.close")
            self.process.wait(PATIENCE)
        except (OSError, EOFError, TimeoutError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.answers)

    def message(self):
        """Returns the next that the browser says."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.waiting:
            if not select.select([self.answers], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser says nothing")
            more = os.read(self.answers, 1 << 16)
            if not more:
                raise EOFError("the browser has ended")
            self.waiting += more
        first, _, self.waiting = self.waiting.partition(b"\0")
        said = json.loads(first)
        self.loaded |= said.get("method") == "Page.loadEventFired"
        if said.get("method") == "Runtime.exceptionThrown":
            self.errors.append(said["params"]["exceptionDetails"].get("exception", {})
                               .get("description", "an exception"))
        return said

    def tell(self, method, **params):
        """Has the browser do something; returns its answer."""
        self.count += 1
        order = {"id": self.count, "method": method, "params": params}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.out, json.dumps(order).encode() + b"\0")
        while True:
            said = self.message()
            if said.get("id") == self.count:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return said["result"]

    def open(self, url):
        """Goes to a page, and waits until it is loaded."""
        self.loaded = False
        self.tell("Page.navigate", url=url)
        while not self.loaded:
            self.message()

    def run(self, expression):
        """Returns the value of an expression of the page."""
        answer = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def key(self, name):
        """Presses a key and releases it."""
        code = CODES.get(name) or ord(name.upper())
        text = {"text": name} if len(name) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=code,
                      **(text if kind == "keyDown" else {}))

    def size(self, width, height, dark=False):
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.tell("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
