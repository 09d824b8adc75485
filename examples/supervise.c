// supervise - keeps programs running; as process 1 of a container, too.
//
//	supervise [-k SECONDS] COMMAND [ARGUMENT...] [-- COMMAND [ARGUMENT...]]...
//
// Starts each command, and starts it again when it ends: after 100 ms, then twice as long
// each time, up to 10 s; after 100 ms again once it has run for 10 s. Forwards HUP, USR1,
// USR2 and WINCH to all. TERM and INT end it: it forwards them, and kills what has not
// ended after SECONDS (10). It adopts and reaps processes whose parents have ended.
#include <rt.h>

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

enum { MaxServices = 64, SubReaper = 36 };
enum { All = 0, NoHang = 1, Exited = 4, NoWait = 0x01000000 }; // waitid

static const rt_duration shortest = 100 * RT_MILLISECOND, longest = 10 * RT_SECOND;

typedef struct {
	char **argv;
	rt_process *process; // the last that was started
} Service;

static Service services[MaxServices];
static int nservices;

// Protects the processes and stopping. A start holds it, so that a signal for all
// services does not miss a process that is just being started.
static rt_mutex mutex;
static bool stopping;

static rt_chan *stop; // closed when stopping is set
static rt_waitgroup running;

// ---- orphans ---------------------------------------------------------------------------

static bool isservice(int pid)
{
	for (int i = 0; i < nservices; i++) {
		if (rt_process_pid(services[i].process) == pid)
			return true;
	}
	return false;
}

// Takes the status of each child that has ended and is not a service. A service's own
// status is left for its goroutine, which calls this after it.
static void reap(void)
{
	rt_mutex_lock(&mutex);
	for (;;) {
		siginfo_t info = { 0 };

		if (rt_syscall(SYS_waitid, All, 0, &info, Exited | NoHang | NoWait, NULL) < 0 ||
		    info.si_pid == 0 || isservice(info.si_pid))
			break;
		rt_syscall(SYS_wait4, info.si_pid, NULL, NoHang, NULL);
	}
	rt_mutex_unlock(&mutex);
}

static void reaper(void *arg)
{
	rt_chan *child = arg;

	while (rt_chan_recv(child, NULL))
		reap();
}

// ---- services --------------------------------------------------------------------------

static void report(const Service *s, int status)
{
	int sig = status & 0x7f;

	rt_eprintf("supervise: %s: %s %d\n", s->argv[0], sig ? "killed by signal" : "status",
	           sig ? sig : status >> 8);
}

// Starts a service, in a process group of its own: a terminal's signals come here first.
static int start(Service *s)
{
	rt_process_options o = { .flags = RT_PROCESS_SEARCH | RT_PROCESS_NEW_GROUP };
	int r = -1;
	bool over;

	rt_mutex_lock(&mutex);
	over = stopping;
	if (!over)
		r = rt_process_start(&s->process, s->argv[0], s->argv, &o);
	rt_mutex_unlock(&mutex);
	if (r < 0 && !over)
		rt_eprintf("supervise: %s: %s\n", s->argv[0], rt_strerror(r));
	return r;
}

static void keep(void *arg)
{
	rt_duration pause = shortest;
	Service *s = arg;
	int status;

	for (;;) {
		int64_t began = rt_nanotime();

		if (start(s) == 0) {
			if (rt_process_wait(s->process, &status) == 0)
				report(s, status);
			reap();
		}
		if (rt_nanotime() - began >= longest)
			pause = shortest;
		began = rt_nanotime();
		if (rt_chan_recv_until(stop, NULL, began + pause) != -ETIMEDOUT)
			break;
		pause = 2 * pause < longest ? 2 * pause : longest;
	}
	rt_waitgroup_done(&running);
}

// ---- signals ---------------------------------------------------------------------------

// Sends sig to all services. The handle of one that is not running is gone: no signal.
static void forward(int sig, bool last)
{
	rt_mutex_lock(&mutex);
	stopping = stopping || last;
	for (int i = 0; i < nservices; i++)
		rt_process_signal(services[i].process, sig);
	rt_mutex_unlock(&mutex);
}

static int listen_for_end(rt_chan *signals)
{
	int sig = 0;

	while (rt_chan_recv(signals, &sig) && sig != SIGTERM && sig != SIGINT)
		forward(sig, false);
	return sig;
}

// ---- the command line ------------------------------------------------------------------

static bool equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

// Returns the whole number in text, or -1.
static int64_t number(const char *text)
{
	int64_t n = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > 1000000)
			return -1;
		n = 10 * n + (*text - '0');
	}
	return n;
}

static bool find_services(char **argv)
{
	bool begins = true;

	for (; *argv; argv++) {
		if (equal(*argv, "--")) {
			if (begins)
				return false;
			*argv = NULL;
			begins = true;
		} else if (begins) {
			if (nservices == MaxServices)
				return false;
			services[nservices++].argv = argv;
			begins = false;
		}
	}
	return !begins;
}

int rt_main(int argc, char **argv)
{
	static const int signals[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGTERM, SIGINT };
	rt_chan *caught = rt_chan_make(sizeof(int), 16);
	rt_chan *child = rt_chan_make(sizeof(int), 1);
	int64_t patience = 10;

	if (argc > 1 && equal(argv[1], "-k")) {
		patience = argc > 2 ? number(argv[2]) : -1;
		argv += 2;
	}
	if (argc < 2 || patience < 0 || !find_services(argv + 1)) {
		rt_eprintf("usage: supervise [-k SECONDS] COMMAND [ARGUMENT...] "
		           "[-- COMMAND ...]\n");
		return 2;
	}
	stop = rt_chan_make(0, 0);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		rt_signal_notify(signals[i], caught);
	rt_signal_notify(SIGCHLD, child);
	rt_syscall(SYS_prctl, SubReaper, 1); // where it is not process 1
	rt_go(reaper, child);
	rt_waitgroup_add(&running, nservices);
	for (int i = 0; i < nservices; i++)
		rt_go(keep, &services[i]);

	forward(listen_for_end(caught), true);
	rt_chan_close(stop);
	if (rt_waitgroup_wait_until(&running, rt_nanotime() + patience * RT_SECOND) < 0) {
		forward(SIGKILL, true);
		rt_waitgroup_wait(&running);
	}
	return 0;
}
