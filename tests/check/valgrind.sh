#!/bin/sh
# tests/check/valgrind.sh - programs run under valgrind to their end: the examples, servers too,
# one that panics, and one that asks for a signal that valgrind keeps. In builds that talk to
# memcheck it has nothing to say of any of them.
# stdout: ok
# needs: valgrind python3
# timeout: 300

cd "$RT0_TMP" || exit 1
rtcc=$RT0_ROOT/tools/rtcc
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

# The release build has told memcheck nothing, so what it finds there says nothing.
case $RT0_VARIANT in
release*) errors=0 ;;
*) errors=99 ;;
esac

cat >run.py <<'END2'
import os, re, signal, socket, subprocess, sys

ERRORS = sys.argv[1]

def start(*command):
    return subprocess.Popen(["valgrind", f"--error-exitcode={ERRORS}", *command], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

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
end(start("./pipeline", "1000"), 0, "^connection timed out: ")
end(start("./panics"), 2, "^as it should: 0\n$", "panic: as it should: 1")

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
