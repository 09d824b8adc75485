#!/bin/sh
# tests/check/valgrind.sh - programs run under valgrind to their end: the examples, servers
# too, one that panics, recovers, and asks for a signal that valgrind keeps. The debug build
# talks to memcheck: that has nothing to say of any of them, but finds what is wrong in
# programs, on small stacks and segments: the use of a freed object, also when many came after
# it, a write past the end of a small and of a large one, a decision by what was never
# written, an object that is lost; and says at which lines, and where the object is from.
# variants: release debug stress
# stdout: ok
# needs: valgrind python3
# timeout: 300

. "$RT0_ROOT/tests/lib/expect.sh"
examples=$RT0_ROOT/examples
for name in hello sieve wordcount pipeline echo httpd; do
	"$rtcc" -O2 -g "$examples/$name.c" -o $name || exit 1
done
cat >panics.c <<'END2'
#include <rt.h>

static void fails(void *arg)
{
	rt_panic("as it should: %d", arg != NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 1);
	char text[100];

	(void)argc, (void)argv;
	if (rt_signal_notify(64, c) >= 0)
		rt_printf("signal 64 is not refused\n");
	if (!rt_recover(fails, NULL, text, sizeof text))
		rt_printf("no panic\n");
	rt_printf("%s\n", text);
	fails(c);
	return 0;
}
END2
"$rtcc" -O2 -g panics.c -o panics || exit 1

cat >bugs.c <<'END2'
#include <rt.h>

#define NOINLINE __attribute__((noinline))

static volatile int sink;

static NOINLINE char *made(size_t n)
{
	return rt_malloc(n); // made
}

static NOINLINE void after_free(void)
{
	volatile char *p = made(100);

	p[5] = 1;
	rt_free((char *)p); // freed
	for (int i = 0; i < 1000; i++)
		rt_free(made(100));
	sink = p[5]; // bug f
}

static NOINLINE void overrun(size_t n)
{
	volatile char *p = made(n);

	p[n] = 1; // bug o
}

static NOINLINE void undecided(void)
{
	volatile char *p = made(20);

	if (p[3]) // bug u
		sink = 1;
}

static NOINLINE void lost(void)
{
	for (int i = 0; i < 30; i++)
		made(777);
}

static void bug(void *arg)
{
	switch (*(char *)arg) {
	case 'f': after_free(); break;
	case 'o': overrun(10); break;
	case 'O': overrun(200000); break;
	case 'u': undecided(); break;
	case 'l': lost(); break;
	}
	rt_exit(0);
}

static NOINLINE int on_segment(int n, char *arg)
{
	volatile char frame[1000];

	frame[0] = 1;
	if (n > 0)
		return on_segment(n - 1, arg) + frame[0];
	bug(arg);
	return 0;
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);

	if (argc > 2)
		return on_segment(5, argv[1]);
	rt_go(bug, argv[1]);
	rt_chan_recv(c, NULL);
	return 1;
}
END2
"$rtcc" -O1 -g bugs.c -o bugs || exit 1

# The release build has told memcheck nothing, so what it finds there says nothing.
case $RT0_VARIANT in
release*) errors=0 ;;
*) errors=99 ;;
esac

cat >run.py <<'END2'
import atexit, os, re, signal, socket, subprocess, sys

ERRORS = sys.argv[1]

# Newer ones count the guard pages of release programs, which may have more than they allow.
HELP = subprocess.run(["valgrind", "--help"], stdout=subprocess.PIPE, text=True).stdout
MORE = ["--max-guard-pages=100000"] if ERRORS == "0" and "--max-guard-pages" in HELP else []

def start(*command):
    process = subprocess.Popen(["valgrind", f"--error-exitcode={ERRORS}", *MORE, *command],
                               text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    atexit.register(process.kill) # a server must not stay when the test fails
    return process

def end(process, status, out, err=""):
    stdout, stderr = process.communicate(timeout=250)
    if process.returncode != status or not re.search(out, stdout) or \
            not re.search(err, stderr, re.M):
        sys.exit(f"{process.args}: status {process.returncode}\n{stdout}\n{stderr}")
    if ERRORS != "0" and "ERROR SUMMARY: 0 errors" not in stderr:
        sys.exit(stderr)

def talk(address, request, want):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=100) as s:
        s.sendall(request)
        s.shutdown(socket.SHUT_WR)
        got = b""
        while block := s.recv(65536):
            got += block
    if want not in got:
        sys.exit(f"{address}: {got}")

end(start("./hello"), 0, "^hello, world\n$")
end(start("./sieve", "50"), 0, "^50 primes, the last is 229\n$")
end(start("./wordcount", "hello", "run.py"), 0, r"\n *\d+ total\n$")
# It fails if nothing came through in its time, which may be short on a busy machine.
for milliseconds in "1000", "60000":
    process = start("./pipeline", milliseconds)
    if process.wait(timeout=250) == 0:
        break
end(process, 0, "^connection timed out: ")
end(start("./panics"), 2, "^as it should: 0\n$", "panic: as it should: 1")

def finds(bug, *texts):
    """memcheck's words, in this order; <NAME> is the line of bugs.c with that comment."""
    reports = []
    for more in (), ("segment",):
        command = ["valgrind", "-q", "--leak-check=full", "./bugs", bug, *more]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=250)
        at = 0
        for text in texts:
            text = re.sub("<(.*)>", lambda m: f"bugs.c:{LINES[m.group(1)]}", text)
            at = done.stderr.find(text, at) + 1
            if at == 0 or done.returncode != 0:
                sys.exit(f"{command}: status {done.returncode}, no {text}:\n{done.stderr}")
        reports.append(done.stderr)
    return reports

with open("bugs.c", encoding="ascii") as file:
    LINES = {name: n for n, line in enumerate(file, 1) for name in re.findall("// (.*)", line)}
if ERRORS != "0":
    finds("f", "Invalid read of size 1", "(<bug f>)", "5 bytes inside a block of size 100 free'd",
          "(<freed>)", "alloc'd", "(<made>)")
    finds("o", "Invalid write of size 1", "(<bug o>)", "0 bytes after a block of size 10 alloc'd",
          "(<made>)")
    finds("O", "Invalid write of size 1", "(<bug o>)", "0 bytes after a block of size 200,000 alloc'd",
          "(<made>)")
    finds("u", "Conditional jump or move depends on uninitialised value", "(<bug u>)")
    # To memcheck every word with the value of a pointer is one. What a register held when a goroutine
    # was taken off its thread, or an old word on a stack, keeps a block now and then.
    for report in finds("l", "blocks are definitely lost", "(<made>)", "lost (bugs.c"):
        lost = re.search(r"([\d,]+) bytes in (\d+) blocks are definitely lost", report)
        if not 25 <= int(lost[2]) <= 30 or int(lost[1].replace(",", "")) != 777 * int(lost[2]):
            sys.exit(f"not 30 blocks, or a few less:\n{report}")

server = start("./echo", "127.0.0.1:0")
address = re.search(r"[\d.]+:\d+", server.stdout.readline()).group()
for i in range(3):
    talk(address, b"x" * 10000, b"x" * 10000)
server.send_signal(signal.SIGTERM)
end(server, -signal.SIGTERM, "")

server = start("./httpd", "-l", "127.0.0.1:0", ".")
address = re.search(r"[\d.]+:\d+", server.stdout.readline()).group()
talk(address, b"GET /run.py HTTP/1.1\r\nHost: x\r\n\r\n", b"def talk(address")
talk(address, b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 404 ")
server.send_signal(signal.SIGTERM)
end(server, 0, "")
print("ok")
END2
exec python3 run.py $errors
