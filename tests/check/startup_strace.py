"""The part of check-startup that looks from outside: system calls and small programs.

    python3 tests/check/startup_strace.py DIRECTORY

Compiles three programs in DIRECTORY. Traces HELLO with strace and compares what each
thread asked of the kernel with the rows of the start-up's specification; then starts
PROBE in other surroundings, and CGO. What goes wrong is printed to RT0_REPORT, and to
RT0_RESULTS a line "ROW ok" or "ROW bad" for each check.
"""

import os
import re
import shlex
import signal
import subprocess
import sys

from report import RESULTS, VERBOSE, say

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
LIMIT = 20  # seconds for one program
CHILD_CALLS = 7  # what each thread begins with, and one more
ATTEMPTS = 5  # on a busy machine sysmon may not get so far in HELLO's time
FLAGS = os.environ.get("RT0_FLAGS", "").split()  # rtcc's, besides
# What runs the programs of another processor: its own trace takes strace's place.
EMULATOR = shlex.split(os.environ.get("RT0_EMULATOR", ""))
ARM64 = os.environ.get("RT0_ARCH", {"aarch64": "arm64"}.get(os.uname().machine)) == "arm64"

# Sleeps first, so that the other threads get through their first steps.
HELLO = r"""
#include <rt.h>
int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rt_sleep(200 * RT_MILLISECOND);
	rt_printf("hello, world\n");
	return 0;
}
"""

# Prints its number of Ps and of processors, then the kernel's view of the process.
PROBE = r"""
#include <rt.h>
int rt_main(int argc, char **argv)
{
	char buf[4096];
	int fd = rt_open("/proc/self/status", 0, 0);
	int64_t n = rt_read(fd, buf, sizeof buf);

	(void)argc;
	(void)argv;
	rt_printf("Ps:\t%d\nCPUs:\t%d\n", rt_gomaxprocs(0), rt_num_cpu());
	rt_write(1, buf, n > 0 ? (size_t)n : 0);
	return 7;
}
"""

# A stand-in for a C library: it owns the thread pointer, so settls must not be called.
CGO = r"""
#include <rt.h>
static void *block[32];
static long sets;
#ifdef __aarch64__
#define SETTLS ({ __asm__ volatile("msr tpidr_el0, %0" : : "r"(&block[16]) : "memory"); 0; })
#define G 17
#else
#define SETTLS ({ long r_; __asm__ volatile("syscall" : "=a"(r_) : "a"(158), "D"(0x1002), \
	"S"(&block[16]) : "rcx", "r11", "memory"); r_; })
#define G 15
#endif
// There is no guard to compare with yet.
static __attribute__((no_split_stack)) void init(void *g0, void (*setg)(void *))
{
	long r;

	block[16] = &block[16];
	r = SETTLS;
	setg(g0);
	sets = block[G] == g0 && r == 0;
}
void *_cgo_init = (void *)init;
int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return sets ? 7 : 1;
}
"""

CLONE = {"CLONE_VM", "CLONE_FS", "CLONE_FILES", "CLONE_SIGHAND", "CLONE_THREAD",
         "CLONE_SYSVSEM"}
ACTION = {"SA_RESTORER", "SA_ONSTACK", "SA_RESTART", "SA_SIGINFO"}  # 0x1c000004
# strace's names of the real-time signals: 32 is SIGRTMIN, 64 is SIGRT_32.
REAL_TIME = ["SIGRTMIN"] + [f"SIGRT_{n}" for n in range(1, 33)]
NO_HANDLER = {"SIGKILL", "SIGSTOP", "SIGCONT", "SIGTSTP", "SIGTTIN", "SIGTTOU",
              "SIGRTMIN", "SIGRT_1"}


def judge(row, what, good, found=""):
    """Writes the result of one check down."""
    print(row, "ok" if good else "bad", file=RESULTS, flush=True)
    if not good:
        say(f"row {row}: not so: {what}\n    found:\n        {found}")
    elif VERBOSE:
        say(f"{row:3} {'strace':22} {what}")


def matches(row, line, pattern):
    judge(row, pattern.replace("\\", ""), re.fullmatch(pattern, line), line)


# The system calls of hello.

def trace(program, directory, procs, attempt):
    """Returns (exit status, standard output, {tid: [system call]}, the first tid)."""
    name = os.path.join(directory, f"trace-{procs}-{attempt}")
    env = {**os.environ, "GOMAXPROCS": str(procs)}
    ran = subprocess.run(["strace", "-ff", "-o", name, program], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, env=env, timeout=LIMIT,
                         check=False)
    threads = {}
    for file_name in os.listdir(directory):
        if file_name.startswith(os.path.basename(name) + "."):
            with open(os.path.join(directory, file_name), encoding="utf-8") as file:
                calls = [re.sub(r"\) += ", ") = ", line.rstrip("\n")) for line in file]
            threads[int(file_name.rpartition(".")[2])] = calls
    first = [tid for tid, calls in threads.items() if calls[0].startswith("execve(")]
    if len(first) != 1:
        raise ValueError("strace shows no execve: " + ran.stderr.strip())
    return ran.returncode, ran.stdout, threads, first[0]


def symbol(program, name):
    """Returns the address and the size of a symbol."""
    listing = subprocess.run(["nm", "-S", program], capture_output=True, text=True,
                             check=True).stdout
    for line in listing.split("\n"):
        fields = line.split()
        if len(fields) == 4 and fields[3] == name:
            return int(fields[0], 16), int(fields[1], 16)
    raise ValueError(f"{program} has no symbol {name}")


def bias(call, m0):
    """Returns how far from where it was linked for a program that may lie anywhere lies, by
    its first system call."""
    found = re.match(r"arch_prctl\(ARCH_SET_FS, (0x\w+)\)", call)
    distance = int(found[1], 16) - (m0 + 8) if found and "-static-pie" in FLAGS else 0
    return 0 if distance % 4096 else distance


def first_calls(calls, m0):
    """The beginning, up to schedinit's only look at the signal mask."""
    if not ARM64:
        matches(9, calls[1], rf"arch_prctl\(ARCH_SET_FS, {m0 + 8:#x}\) = 0")
    next_call = 1 if ARM64 else 2
    matches(19, calls[next_call], r"sched_getaffinity\(0, 8192, \[.*\]\) = \d+")
    matches(20, calls[next_call + 1], r'openat\(AT_FDCWD, "/sys/kernel/mm/.*/hpage_pmd_size", .*')
    masks = [i for i, call in enumerate(calls) if call.startswith("rt_sigprocmask(")]
    matches(41, calls[masks[0]], r"rt_sigprocmask\(SIG_SETMASK, NULL, \[.*\], 8\) = 0")
    stack = [i for i, call in enumerate(calls) if call.startswith("sigaltstack(")][0]
    judge(41, "one rt_sigprocmask before minit", masks[0] < stack < masks[1])


def minit_calls(row, calls, tid):
    """Takes minit's system calls from the front of a list."""
    matches(row, calls[0], r"sigaltstack\(NULL, \{ss_sp=NULL, ss_flags=SS_DISABLE, .*")
    matches(row, calls[1], r"sigaltstack\(\{ss_sp=0x\w+, ss_flags=0, ss_size=\d+\}, .*")
    size = re.search(r"ss_size=(\d+)", calls[1])
    judge(row, "ss_size >= 32768", size and int(size[1]) >= 32768, calls[1])
    matches(row, calls[2], r"rt_sigprocmask\(SIG_SETMASK, \[.*\], NULL, 8\) = 0")
    matches(row, calls[3], rf"gettid\(\) = {tid}")


def handlers(calls):
    """initsig: reads 58 actions, sets 56, and the rest of T1 row 73."""
    actions = [call for call in calls if call.startswith("rt_sigaction(")]
    reads = [call for call in actions if re.match(r"rt_sigaction\(\w+, NULL, ", call)]
    sets = [call for call in actions if call not in reads]
    names = [re.match(r"rt_sigaction\((\w+)", call)[1] for call in sets]
    ignored = [call for call in reads if re.match(
        r"rt_sigaction\(SIG(HUP|INT), NULL, \{sa_handler=SIG_IGN", call)]
    judge(73, "58 signals are looked at", len(reads) == 58, f"{len(reads)}")
    judge(73, "56 handlers, fewer by inherited SIG_IGN", len(sets) == 56 - len(ignored),
          f"{len(sets)}")
    judge(73, "none for those left alone", not NO_HANDLER & set(names),
          " ".join(sorted(NO_HANDLER & set(names))))
    judge(73, "real-time signals up to 64", set(REAL_TIME[2:]) <= set(names))
    wrong = [call for call in sets if "sa_mask=~[]" not in call
             or set(re.search(r"sa_flags=([A-Z_|]+)", call)[1].split("|")) != ACTION]
    judge(73, "full mask and flags 0x1c000004", not wrong, "\n        ".join(wrong[:3]))


def clones(calls, threads):
    """newosproc on the first thread, and what its children do first."""
    made = [i for i, call in enumerate(calls) if call.startswith("clone(")]
    for i in made:
        if calls[i].endswith(") = ?"):
            continue  # the process ended: another thread made its exit_group meanwhile
        matches(85, calls[i - 1], r"rt_sigprocmask\(SIG_SETMASK, ~\[\], \[.*\], 8\) = 0")
        matches(85, calls[i + 1], r"rt_sigprocmask\(SIG_SETMASK, \[.*\], NULL, 8\) = 0")
        found = re.fullmatch(r"clone\(child_stack=(\w+), flags=([A-Z_|]+)\) = (\d+)",
                             calls[i])
        judge(85, "clone with these flags alone",
              found and set(found[2].split("|")) == CLONE, calls[i])
        judge(85, "an aligned stack", found and int(found[1], 16) % 16 == 0, calls[i])
        child = threads[int(found[3])] if found else []
        finished = [call for call in child if not call.endswith("= ?")]
        if len(finished) < CHILD_CALLS and i != made[0]:
            continue  # the process ended before it came so far
        matches(86, child[0], rf"gettid\(\) = {found[3]}")
        if not ARM64:
            matches(86, child[1], r"arch_prctl\(ARCH_SET_FS, 0x\w+\) = 0")
        minit_calls(86, child[1 if ARM64 else 2:], found[3])
        if i == made[0]:
            sleeps = [call for call in child if call.startswith("nanosleep(")]
            matches(88, (sleeps + ["none"])[0],
                    r"nanosleep\(\{tv_sec=0, tv_nsec=20000\},.*")
    return len(made)


def hello(program, directory, procs):
    for attempt in range(ATTEMPTS):
        status, output, threads, first = trace(program, directory, procs, attempt)
        calls = threads[first]
        children = [re.match(r"clone\(.* = (\d+)$", call) for call in calls]
        sysmon = next(int(child[1]) for child in children if child)
        if len(threads[sysmon]) >= CHILD_CALLS:
            break
    m0, size = symbol(program, "m0")
    m0 += bias(calls[1], m0)
    first_calls(calls, m0)
    stack = [i for i, call in enumerate(calls) if call.startswith("sigaltstack(")][0]
    minit_calls(70, calls[stack:], first)
    handlers(calls)
    made = clones(calls, threads)
    everything = [call for lines in threads.values() for call in lines]
    if procs == 1:
        judge(93, "main's wait makes a third thread", made >= 2, f"{made + 1} threads")
        wakes = [int(wake[1], 16) for wake in (
            re.match(r"futex\((0x\w+), FUTEX_WAKE_PRIVATE, 1", call)
            for tid, lines in threads.items() if tid != first for call in lines) if wake]
        judge(94, "another thread wakes m0.park", any(m0 < a < m0 + size for a in wakes))
    judge(17, "the clock is read in the vDSO",
          not any(re.match("clock_gettime|gettimeofday", call) for call in everything))
    ends = [call for call in everything if call.startswith("exit_group(")]
    # strace at times shows an unfinished exit_group in a thread that is being killed, in
    # programs of other runtimes too: so not "once".
    judge(103, "exit_group(0), and no exit before",
          ends and all(call.startswith("exit_group(0") for call in ends)
          and not any(call.startswith("exit(") for call in everything), str(ends))
    judge(103, "hello, world; status 0", (status, output) == (0, "hello, world\n"),
          f"{output!r}, {status}")


# The system calls of hello by the emulator's trace, which does not tell threads apart: those of
# the first thread, before there are others.

def hello_emulated(program):
    command = [EMULATOR[0], "-strace", *EMULATOR[1:], program]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         timeout=LIMIT, check=False)
    calls = re.findall(r"^\d+ (\w+\(.*\) = .*)$", ran.stderr.split(" clone(")[0], re.MULTILINE)
    matches(9, calls[0], r"sched_getaffinity\(0,8192,\d+,.*\) = \d+")
    matches(19, calls[0], r"sched_getaffinity\(0,8192,\d+,.*\) = \d+")
    matches(20, calls[1], r'openat\(AT_FDCWD,"/sys/kernel/mm/.*/hpage_pmd_size",.*')
    masks = [i for i, call in enumerate(calls) if call.startswith("rt_sigprocmask(")]
    stack = [i for i, call in enumerate(calls) if call.startswith("sigaltstack(")][0]
    matches(41, calls[masks[0]], r"rt_sigprocmask\(SIG_SETMASK,NULL,0x\w+\) = 0")
    judge(41, "one rt_sigprocmask before minit", masks[0] < stack < masks[1])
    matches(70, calls[stack], r"sigaltstack\(\(nil\),0x\w+\) = 0")
    matches(70, calls[stack + 1], r"sigaltstack\(0x\w+,\(nil\)\) = 0")
    matches(70, calls[stack + 2], r"rt_sigprocmask\(SIG_SETMASK,0x\w+,NULL\) = 0")
    matches(70, calls[stack + 3], r"gettid\(\) = \d+")
    actions = [call for call in calls if call.startswith("rt_sigaction(")]
    reads = [call for call in actions if re.match(r"rt_sigaction\(\w+,NULL,", call)]
    judge(73, "58 signals are looked at", len(reads) == 58, f"{len(reads)}")
    judge(73, "56 handlers, HUP and INT perhaps not", 54 <= len(actions) - len(reads) <= 56,
          f"{len(actions) - len(reads)}")
    judge(103, "hello, world; status 0", (ran.returncode, ran.stdout) == (0, "hello, world\n"),
          f"{ran.stdout!r}, {ran.returncode}")


# Small programs in other surroundings.

def compiled(source, directory, name):
    path = os.path.join(directory, name)
    with open(path + ".c", "w", encoding="ascii") as file:
        file.write(source)
    env = {**os.environ, "RT0_VARIANT": "debug"}
    rtcc = os.path.join(ROOT, "tools", "rtcc")
    subprocess.run([rtcc, *FLAGS, "-O2", "-g", path + ".c", "-o", path], check=True, env=env)
    return path


def fields(program, procs=None, prepare=None):
    """Runs the probe; returns what it printed as a dictionary."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    if procs is not None:
        env["GOMAXPROCS"] = procs
    ran = subprocess.run([*EMULATOR, program], env=env, preexec_fn=prepare, stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=LIMIT, check=False)
    judge(103, "exit with rt_main's result", ran.returncode == 7,
          f"{ran.returncode} {ran.stderr}")
    return dict(line.split(":\t", 1) for line in ran.stdout.split("\n") if ":\t" in line)


def surroundings(program):
    cpus = os.sched_getaffinity(0)
    for procs in (None, "", "0", "-1", "+3", " 3", "4x", "3 ", "2147483648"):
        found = fields(program, procs).get("Ps")
        judge(47, f"GOMAXPROCS={procs!r} is ignored", found == str(len(cpus)), found)
    for procs, wanted in (("0007", "7"), ("1", "1"), ("3000", "3000")):
        found = fields(program, procs).get("Ps")
        judge(47, f"GOMAXPROCS={procs!r} is {wanted}", found == wanted, found)

    alone = {min(cpus)}
    found = fields(program, prepare=lambda: os.sched_setaffinity(0, alone))
    judge(19, "one CPU of the affinity mask counts as 1",
          (found.get("CPUs"), found.get("Ps")) == ("1", "1"), str(found))

    if EMULATOR:
        return  # /proc/self/status is of its own
    blocked = {signal.SIGUSR2, signal.SIGTERM}
    found = fields(program, prepare=lambda: signal.pthread_sigmask(
        signal.SIG_SETMASK, blocked))
    usr2 = 1 << (signal.SIGUSR2 - 1)
    judge(71, "SIGUSR2 stays blocked, SIGTERM does not",
          int(found.get("SigBlk", "0"), 16) == usr2, found.get("SigBlk"))

    for caught, hup, intr in (("fffffffe7fc1feff", signal.SIG_DFL, signal.SIG_DFL),
                              ("fffffffe7fc1fefc", signal.SIG_IGN, signal.SIG_IGN),
                              ("fffffffe7fc1fefe", signal.SIG_IGN, signal.SIG_DFL)):
        def prepare(hup=hup, intr=intr):
            signal.signal(signal.SIGHUP, hup)
            signal.signal(signal.SIGINT, intr)
        found = fields(program, prepare=prepare)
        judge(73, f"SigCgt {caught}", found.get("SigCgt") == caught, found.get("SigCgt"))


def main():
    directory = sys.argv[1]
    program = compiled(HELLO, directory, "hello")
    if EMULATOR:
        hello_emulated(program)
    for procs in () if EMULATOR else (1, 4):
        hello(program, directory, procs)
    surroundings(compiled(PROBE, directory, "probe"))
    library = subprocess.run([*EMULATOR, compiled(CGO, directory, "cgo")], timeout=LIMIT,
                             check=False)
    judge(8, "a strong _cgo_init replaces settls", library.returncode == 7,
          f"exit status {library.returncode}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, IndexError, KeyError, StopIteration,
            subprocess.SubprocessError) as failure:
        say(f"startup_strace.py: {failure!r}")
        sys.exit(1)
