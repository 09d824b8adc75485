// tests/check/trace.c - the programs that trace.py looks at the traces of; the first
// argument says which, the second where the trace goes.
#include "../lib/test.h"

static char *path; // the second argument
static rt_chan *never, *full, *ping, *pong, *quit;
static rt_waitgroup wg, forever;
static rt_mutex held;
static rt_sem none;

// ---- known: every kind of wait, in known numbers -------------------------------------

enum { Rounds = 100, Sleepers = 7, Callers = 5, Calls = 10 };

static void ponger(void *arg)
{
	int v;

	(void)arg;
	for (int i = 0; i < Rounds; i++) {
		rt_chan_recv(ping, &v);
		rt_chan_send(pong, &v);
	}
	rt_waitgroup_done(&wg);
}

static void sleeper(void *arg)
{
	(void)arg;
	rt_sleep(RT_MILLISECOND);
	rt_waitgroup_done(&wg);
}

static void caller(void *arg)
{
	(void)arg;
	for (int i = 0; i < Calls; i++)
		gettid();
	rt_waitgroup_done(&wg);
}

static void *task(void *arg)
{
	return arg;
}

static void recvs(void *arg)
{
	rt_chan_recv(never, arg);
}

static void sends(void *arg)
{
	rt_chan_send(full, &arg);
}

static void recvsnil(void *arg)
{
	rt_chan_recv(NULL, arg);
}

static void selects(void *arg)
{
	rt_case cases[] = { RT_RECV(quit, NULL), RT_RECV(quit, NULL) };

	(void)arg;
	rt_select(cases, 2);
}

static void selectsnone(void *arg)
{
	(void)arg;
	rt_select(NULL, 0);
}

static void locks(void *arg)
{
	(void)arg;
	rt_mutex_lock(&held);
}

static void acquires(void *arg)
{
	(void)arg;
	rt_sem_acquire(&none);
}

static void waits(void *arg)
{
	(void)arg;
	rt_waitgroup_wait(&forever);
}

// Until n goroutines of the program wait as state says.
static void waituntil(const char *state, int n)
{
	static char text[1 << 16];

	for (int found = 0; found != n; rt_gosched()) {
		rt_stack(text, sizeof text, true);
		found = 0;
		for (const char *p = text; *p; p++) {
			const char *a = p, *b = state;

			while (*b && *a == *b)
				a++, b++;
			found += !*b;
		}
	}
}

static void known(void)
{
	rt_task *t;
	int v = 1;

	ping = rt_chan_make(sizeof v, 0);
	pong = rt_chan_make(sizeof v, 0);
	rt_waitgroup_add(&wg, 1 + Sleepers + Callers);
	rt_go(ponger, NULL);
	for (int i = 0; i < Rounds; i++) {
		rt_chan_send(ping, &v);
		rt_chan_recv(pong, &v);
	}
	for (int i = 0; i < Sleepers; i++)
		rt_go(sleeper, NULL);
	for (int i = 0; i < Callers; i++)
		rt_go(caller, NULL);
	rt_waitgroup_wait(&wg);
	t = rt_spawn(task, &v);
	check(rt_join(t) == &v);

	rt_mutex_lock(&held);
	rt_waitgroup_add(&forever, 1);
	// One each that waits forever; two that begin so before the trace does.
	rt_go(sends, NULL);
	rt_go(recvsnil, NULL);
	rt_go(selects, NULL);
	rt_go(selectsnone, NULL);
	rt_go(locks, NULL);
	rt_go(acquires, NULL);
	rt_go(waits, NULL);
	waituntil("[chan send]", 1);
	waituntil("[chan receive (nil chan)]", 1);
	waituntil("[select]", 1);
	waituntil("[select (no cases)]", 1);
	waituntil("[sync.Mutex.Lock]", 1);
	waituntil("[semacquire]", 1);
	waituntil("[sync.WaitGroup.Wait]", 1);
}

static void knownstart(void)
{
	never = rt_chan_make(sizeof(void *), 0);
	full = rt_chan_make(sizeof(void *), 0);
	quit = rt_chan_make(0, 0);
	rt_go(recvs, NULL);
	rt_go(recvs, NULL);
	waituntil("[chan receive]", 2);
	equal(rt_trace_start(path), 0);
	known();
	equal(rt_trace_stop(), 0);
}

// ---- pingpong: on one P, one event after the other ------------------------------------

static void pingpong(void)
{
	int v = 0;

	ping = rt_chan_make(sizeof v, 0);
	pong = rt_chan_make(sizeof v, 0);
	equal(rt_trace_start(path), 0);
	rt_waitgroup_add(&wg, 1);
	rt_go(ponger, NULL);
	for (int i = 0; i < Rounds; i++) {
		rt_chan_send(ping, &v);
		rt_chan_recv(pong, &v);
	}
	rt_waitgroup_wait(&wg);
	equal(rt_trace_stop(), 0);
}

// ---- load: many traces of a program that does everything -------------------------------

static bool stop;

static void spawner(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rt_join(rt_spawn(task, NULL));
		rt_sleep(10 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&wg);
}

static void blocker(void *arg)
{
	struct { int64_t sec, nsec; } ts = { 0, 50 * RT_MICROSECOND };

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rt_syscall(SYS_nanosleep, &ts, NULL);
		gettid();
	}
	rt_waitgroup_done(&wg);
}

static void spinner(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		;
	rt_waitgroup_done(&wg);
}

static void lockedbody(void *arg)
{
	rt_lock_os_thread(); // and ends with its thread
	rt_waitgroup_done(arg);
}

static void locker(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rt_waitgroup one = { 0 };

		rt_waitgroup_add(&one, 1);
		rt_go(lockedbody, &one);
		rt_waitgroup_wait(&one);
		rt_sleep(100 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&wg);
}

static void resizer(void *arg)
{
	int procs = rt_gomaxprocs(0);

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rt_gomaxprocs(procs + 1);
		rt_sleep(100 * RT_MICROSECOND);
		rt_gomaxprocs(procs);
		rt_sleep(100 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&wg);
}

static int fd[2];

static void reader(void *arg)
{
	char c;

	(void)arg;
	while (rt_read(fd[0], &c, 1) == 1)
		;
	rt_waitgroup_done(&wg);
}

static void writer(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rt_write(fd[1], "", 1);
		rt_sleep(20 * RT_MICROSECOND);
	}
	rt_close(fd[1]);
	rt_waitgroup_done(&wg);
}

static void load(int traces)
{
	rt_func *const work[] = { spawner, blocker, blocker, spinner, locker, resizer, reader,
		                  writer };
	int n = (int)(sizeof work / sizeof *work);
	char name[4096];

	check(rt_pipe(fd) == 0);
	rt_waitgroup_add(&wg, n);
	for (int i = 0; i < n; i++)
		rt_go(work[i], NULL);
	for (int i = 0; i < traces; i++) {
		rt_snprintf(name, sizeof name, "%s.%d", path, i);
		equal(rt_trace_start(name), 0);
		equal(rt_trace_start("/dev/null"), -EBUSY);
		if (i % 2)
			rt_sleep(2 * RT_MILLISECOND);
		equal(rt_trace_stop(), 0);
		equal(rt_trace_stop(), -EINVAL);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	rt_waitgroup_wait(&wg);
}

// ---- the rest -------------------------------------------------------------------------

static void stopper(void *result)
{
	*(int *)result = rt_trace_stop();
	rt_waitgroup_done(&wg);
}

static void errors(void)
{
	int results[4], good = 0;

	equal(rt_trace_stop(), -22);
	equal(rt_trace_start("/nonexistent/trace"), -2);
	equal(rt_trace_start("/"), -21);
	equal(rt_trace_start("/dev/full"), -28); // its header does not go out
	equal(rt_trace_start(path), 0);
	rt_waitgroup_add(&wg, 4);
	for (int i = 0; i < 4; i++) // one of them does it
		rt_go(stopper, &results[i]);
	rt_waitgroup_wait(&wg);
	for (int i = 0; i < 4; i++) {
		check(results[i] == 0 || results[i] == -22);
		good += results[i] == 0;
	}
	equal(good, 1);
}

// Nobody reads what is written: events are lost, and nobody waits.
static void lossy(void)
{
	int64_t n;

	equal(rt_trace_start(path), 0);
	for (n = 0; n < 100000; n++) {
		rt_waitgroup_add(&wg, 1);
		rt_go(caller, NULL);
		rt_waitgroup_wait(&wg);
	}
	rt_printf("%ld\n", (long)n);
	check(rt_write(1, "", 0) == 0);
	equal(rt_trace_stop(), 0); // trace.py reads now
}

static void end(const char *how)
{
	rt_waitgroup_add(&wg, 1);
	rt_go(sleeper, NULL);
	if (same(how, "panic"))
		rt_panic("the end");
	if (same(how, "deadlock"))
		rt_chan_recv(NULL, NULL);
	if (same(how, "quit")) {
		rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 3);
		for (;;) // another thread may have got it
			rt_sleep(RT_SECOND);
	}
	if (same(how, "exit"))
		rt_exit(7);
	if (same(how, "stop"))
		equal(rt_trace_stop(), 0); // GODEBUG's
}

int rt_main(int argc, char **argv)
{
	check(argc == 3);
	path = argv[2];
	if (same(argv[1], "known"))
		knownstart();
	else if (same(argv[1], "pingpong"))
		pingpong();
	else if (same(argv[1], "load"))
		load(30);
	else if (same(argv[1], "errors"))
		errors();
	else if (same(argv[1], "lossy"))
		lossy();
	else
		end(argv[1]);
	return 0;
}
