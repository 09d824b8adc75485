# tests/real/dash_interrupt.py DASH ROUNDS - ^C at a terminal ends what dash waits for or does, by
# longjmp out of its handler, and dash continues.
import os
import pty
import select
import sys
import time

LINES = [
    "abandoned",
    "sleep 100\n",
    "read x\n",
    "while :; do :; done\n",
    "sleep 100 & wait\n",
    "x=$(sleep 100)\n",
    "while :; do true | true; done\n",
    "while :; do x=$(echo y); done\n",
]


class Terminal:
    def __init__(self, dash):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["PS1"] = "> "
            os.execv(dash, [dash, "-i"])
        self.text = ""

    # again: what is typed again where nothing comes. While a job becomes the foreground's, ^C may
    # reach nobody.
    def until(self, wanted, again=""):
        end = time.monotonic() + 20
        while wanted not in self.text:
            if not select.select([self.fd], [], [], 0.3)[0]:
                if time.monotonic() > end:
                    sys.exit(f"{wanted!r} is not in {self.text!r}")
                self.type(again)
                continue
            try:
                self.text += os.read(self.fd, 4096).decode()
            except OSError:
                sys.exit(f"the shell has ended: {self.text!r}")
        self.text = self.text.split(wanted, 1)[1]

    def type(self, text):
        os.write(self.fd, text.encode())


def main(dash, rounds):
    t = Terminal(dash)
    t.until("> ")
    for i in range(rounds):
        for line in LINES:
            t.type(line)
            t.until(line.rstrip("\n"))
            time.sleep(i % 8 * 0.002)  # at various places
            t.type("\x03")
            t.until("> ", again="\x03")
            t.type(f"echo still $(({i} + {i}))\n")
            t.until(f"still {2 * i}\r\n")
            t.until("> ")
    t.type("kill $(jobs -p); exit 7\n")
    if os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1]) != 7:
        sys.exit("another status")


main(sys.argv[1], int(sys.argv[2]))
