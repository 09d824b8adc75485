#!/usr/bin/env python3
# tests/check/explore.py - rt0-explore finds what fails, shrinks it to the choices that matter, and
# prints the line that replays it; its status says what it has found.
# variants: release
# needs: gcc gdb
# stdout: ok
# timeout: 600

import os
import re
import shlex
import signal
import subprocess

from expect import ROOT, TMP, equal, expect, finish

HANGS = """#include <rt.h>
#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		rt_syscall(SYS_ppoll, 0, 0, 0, 0, 0);
	rt_eprintf("ends\\n");
	return 3;
}
"""

MUTEXES = """#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t mutex[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };

static void *both(void *first)
{
	pthread_mutex_t *m = first;

	pthread_mutex_lock(m);
	pthread_mutex_lock(&mutex[m == mutex]);
	pthread_mutex_unlock(&mutex[m == mutex]);
	pthread_mutex_unlock(m);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t t[2];
	FILE *parents;

	if (argc > 1) {
		parents = fopen(argv[1], "a");
		fprintf(parents, "%d\\n", getppid());
		fclose(parents);
	}
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, both, &mutex[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return 0;
}
"""

# What is read under the lock does not hold when it is locked again.
RWLOCK = """#include <pthread.h>
#include <stdlib.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int version;

static int look(void)
{
	int v;

	pthread_rwlock_rdlock(&lock);
	v = version;
	pthread_rwlock_unlock(&lock);
	return v;
}

static void *reader(void *unused)
{
	int v = look();

	if (v != look())
		exit(9);
	return unused;
}

static void *writer(void *unused)
{
	pthread_rwlock_wrlock(&lock);
	version++;
	pthread_rwlock_unlock(&lock);
	return unused;
}

int main(void)
{
	pthread_t t[2];

	pthread_create(&t[0], NULL, reader, NULL);
	pthread_create(&t[1], NULL, writer, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return 0;
}
"""


def build(source, name, variant="replay", *flags):
    subprocess.run([f"{ROOT}/tools/rtcc", "-g", "-O1", *flags, source, "-o", f"{TMP}/{name}"], check=True,
                   env={**os.environ, "CC": "gcc", "RT0_VARIANT": variant})


def explore(*arguments, **env):
    done = subprocess.run([f"{ROOT}/tools/explore", *arguments], cwd=TMP, capture_output=True, text=True,
                          check=False, timeout=300, env={**os.environ, **env})
    return done.returncode, done.stdout, done.stderr


def paste(said):
    """Runs the line that it has printed."""
    line = re.search(r"^  (GODEBUG=\S+) (.*)$", said, re.M)
    return subprocess.run(["sh", "-c", line[0]], cwd=TMP, capture_output=True, text=True, check=False,
                          timeout=60)


for name in "dead", "lost", "deep", "sleeps":
    build(f"{ROOT}/tests/replay/{name}.c", name)
build(f"{ROOT}/tests/replay/dead.c", "debugged", "debug" if os.path.exists(f"{ROOT}/build/debug/librt0.a") else "release")
with open(f"{TMP}/hangs.c", "w", encoding="ascii") as file:
    file.write(HANGS)
build(f"{TMP}/hangs.c", "hangs")

status, said, _ = explore("-n", "400", "./dead")
equal(status, 1, "dead: status")
expect(re.search(r"^400 seeds, \d+ fail \(the first: \d+\); \d+ different schedules, \d+ of them new", said),
       "dead: the summary", said)
expect(re.search(r"^\d+ x status 2: fatal error: all goroutines are asleep - deadlock!$", said, re.M),
       "dead: the kind", said)
expect(re.search("replayed alike 5 of 5; (one choice|2 choices) matter", said), "dead: which choices matter", said)
for _ in range(10):
    again = paste(said)
    expect(again.returncode == 2 and "deadlock" in again.stderr, "dead: the line replays it", again)

status, said, _ = explore("-n", "200", "./lost")
equal(said.count(" x status 2: panic: lost update: "), 1, "lost: one kind, whatever the number")
expect("lost update" in paste(said).stderr, "lost: the line replays it", said)

status, said, _ = explore("-n", "2000", "./deep")
equal(status, 1, "deep: found by priorities")
expect(re.search(r"seedpct=\d,seedsteps=\d+", said), "deep: the line has them", said)
expect("panic: phase 4" in paste(said).stderr, "deep: the line replays it", said)
equal(explore("-n", "300", "--policy", "free", "./deep")[0], 0, "deep: not by free choices")

for name in "plain", "atomics":
    build(f"{ROOT}/tests/replay/{name}.c", name + "-accesses", "replay", "-fsanitize=thread", "-Wno-tsan")
build(f"{ROOT}/tests/replay/plain.c", "plain")
equal(explore("-n", "300", "./plain")[0], 0, "plain: no call, no choice")
status, said, _ = explore("-n", "300", "--godebug", "seedrace=-1", "./plain-accesses")
expect(status == 1 and "panic: lost update" in paste(said).stderr, "plain: accesses are choices", said)
equal(explore("-n", "100", "./atomics-accesses")[0], 0, "atomic functions")

build(f"{ROOT}/tests/replay/faults.c", "faults")
equal(explore("-n", "200", "./faults")[0], 0, "faults: none unless they are asked for")
status, said, _ = explore("-n", "200", "--godebug", "seedfaults=6", "./faults")
expect(status == 1 and "panic: message" in paste(said).stderr, "faults: a read of a part", said)
equal(explore("-n", "400", "--godebug", "seedfaults=3", "./faults", "careful")[0], 0, "faults that are expected")

status, said, _ = explore("-n", "64", "./sleeps")
equal((status, said.count("\n")), (0, 1), "a program without an error")
status, said, _ = explore("-n", "5000", "-1", "-j", "1", "./dead")
expect(status == 1 and int(said.split()[0]) < 200, "-1 ends at the first failure", said)

with open(f"{TMP}/mutexes.c", "w", encoding="ascii") as file:
    file.write(MUTEXES)
build(f"{TMP}/mutexes.c", "mutexes", "replay", "--musl")
status, said, _ = explore("-n", "400", "-j", "2", "./mutexes", "parents")
expect(status == 1 and "replayed alike 5 of 5" in said, "mutexes: a deadlock of the C library's threads", said)
expect("deadlock!" in paste(said.replace(" parents", "")).stderr, "mutexes: the line replays it", said)
with open(f"{TMP}/parents", encoding="ascii") as file:
    equal(len(set(file)), 2, "mutexes: two processes fork all runs")

with open(f"{TMP}/rwlock.c", "w", encoding="ascii") as file:
    file.write(RWLOCK)
build(f"{TMP}/rwlock.c", "rwlock", "replay", "--musl")
status, said, _ = explore("-n", "200", "--godebug", "seedcalls=-1", "./rwlock")
expect(status == 1 and " x status 9" in said, "rwlock: each lock is a choice", said)

status, said, _ = explore("-n", "2", "./hangs")
expect(status == 1 and "2 x status 3: ends" in said, "a status is a failure", said)
status, said, _ = explore("-n", "2", "-t", "1", "./hangs", "hang")
expect(status == 1 and "2 x hangs" in said, "a run that hangs", said)

for command, message in (("./debugged", "not of the replay build"), ("./none", "No such file")):
    status, said, wrong = explore("-n", "9", command)
    expect(status == 2 and message in wrong, f"{command} cannot be explored", wrong)
equal(explore("-n", "9")[0], 2, "no program")

reads, writes = os.pipe()
os.close(reads) # as head does, when it has seen enough
done = subprocess.run([f"{ROOT}/tools/explore", "-n", "100", "./dead"], cwd=TMP, stdout=writes, stderr=subprocess.PIPE,
                      check=False, timeout=300)
os.close(writes)
equal((done.returncode, done.stderr), (-signal.SIGPIPE, b""), "nobody reads what it prints")

with open(f"{TMP}/gdb", "w", encoding="ascii") as file:
    file.write(f'#!/bin/sh\nPATH={shlex.quote(os.environ["PATH"])} exec gdb -batch -nx "$@"\n')
os.chmod(f"{TMP}/gdb", 0o755)
said = explore("-n", "100", "--gdb", "./dead", PATH=f"{TMP}:{os.environ['PATH']}")[1]
expect(re.search(r"Breakpoint 1, .*replaybreak", said), "gdb stops before the end", said)
finish()
