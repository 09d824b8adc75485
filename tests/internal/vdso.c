// tests/internal/vdso.c - what the kernel told the process, and its clocks.
//
// Promises: nanotime and walltime are the kernel's, with and without the vDSO, and
// nanotime never goes back, on whatever thread; cputicks grows; fastrandn stays in its
// range and is about uniform; the auxiliary vector's values are those of
// /proc/self/auxv.
// args: one two three
// matrix: GOMAXPROCS=1,4
#include "internal.h"
#include "tls.h"

enum { Million = 1000000, Realtime = 0, Monotonic = 1, Readers = 4 };

static int64_t kernelclock(int64_t id)
{
	Timespec ts;

	equal(rt_syscall(SYS_clock_gettime, id, &ts), 0);
	return ts.sec * 1000000000 + ts.nsec;
}

static void agree(void)
{
	for (int i = 0; i < 10000; i++) {
		int64_t before = kernelclock(Monotonic), now = nanotime();

		check(before <= now);
		check(now <= kernelclock(Monotonic));
		before = rt_nanotime();
		check(now <= before);
	}
	for (int i = 0; i < 100; i++) { // this one may be set meanwhile
		int64_t before = kernelclock(Realtime), now = walltime();

		check(now - before > -RT_SECOND && now - before < 10 * RT_SECOND);
		check(now > 1600000000 * RT_SECOND);
		check(rt_walltime() - now > -RT_SECOND);
	}
}

static int64_t latest; // that anyone has seen
static rt_waitgroup all;

// A time that another thread has written down is not later than one read after that.
static void readclock(void *arg)
{
	(void)arg;
	for (int i = 0; i < Million / Readers; i++) {
		int64_t seen = atomic_load_acquire(&latest), now = nanotime();

		check(now >= seen);
		check(now > 0);
		while (seen < now && !atomic_cas(&latest, seen, now))
			seen = atomic_load_acquire(&latest);
	}
	rt_waitgroup_done(&all);
}

static void forward(void)
{
	int64_t last = 0, ticks = cputicks(), first = ticks;

	for (int i = 0; i < Million; i++) {
		int64_t now = nanotime();

		check(now >= last);
		last = now;
	}
	for (int i = 0; i < Million / 10; i++) {
		int64_t now = cputicks();

		check(now >= ticks);
		ticks = now;
	}
	check(ticks > first);
	rt_waitgroup_add(&all, Readers);
	for (int i = 0; i < Readers; i++)
		rt_go(readclock, NULL);
	rt_waitgroup_wait(&all);
}

static void withoutvdso(void)
{
	uintptr_t saved = vdsoClockgettimeSym;
	uintptr_t page = (uintptr_t)&vdsoClockgettimeSym & -physPageSize;

	equal(rt_syscall(SYS_mprotect, page, physPageSize, PROT_READ | PROT_WRITE), 0);
	vdsoClockgettimeSym = 0;
	agree();
	vdsoClockgettimeSym = saved;
	agree();
}

static void uniform(uint32_t n)
{
	enum { Each = 10000, MaxN = 100 };
	uint32_t count[MaxN] = { 0 };

	for (uint32_t i = 0; i < n * Each; i++) {
		uint32_t x = fastrandn(n);

		check(x < n);
		count[x]++;
	}
	for (uint32_t i = 0; i < n; i++) { // 8 standard deviations
		check(count[i] > Each - 800);
		check(count[i] < Each + 800);
	}
}

static void randoms(void)
{
	static const uint32_t ranges[] = { 1, 3, 1000, 1u << 31, (1u << 31) + 1, ~0u };
	static const uint32_t uniforms[] = { 1, 2, 3, 7, 10, 64, 100 };
	uint32_t ones = 0, zeros = 0;

	equal(fastrandn(0), 0);
	for (uint32_t i = 0; i < nelem(ranges); i++) {
		for (int j = 0; j < 10000; j++)
			check(fastrandn(ranges[i]) < ranges[i]);
	}
	for (uint32_t i = 0; i < nelem(uniforms); i++)
		uniform(uniforms[i]);
	for (int i = 0; i < 64; i++) { // each bit changes
		uint32_t x = fastrand();

		ones |= x;
		zeros |= ~x;
	}
	equal(ones, 0xffffffff);
	equal(zeros, 0xffffffff);
}

static void auxiliary(void)
{
	enum {
		Phdr = 3, Phnum = 5, Pagesz = 6, Secure = 23, Random = 25, Execfn = 31,
		SysinfoEhdr = 33, Minsigstksz = 51,
	};
	uintptr_t v[128] = { 0 }, vdso = 0, canary;
	int fd = rt_open("/proc/self/auxv", O_RDONLY, 0), known = 0;
	int64_t n;

	check(fd >= 0);
	n = rt_read(fd, v, sizeof v - 16);
	check(n > 0);
	rt_close(fd);
	for (uintptr_t *p = v; p[0]; p += 2) {
		const struct {
			uintptr_t tag, value;
		} ours[] = {
			{ Phdr, auxvPhdr },
			{ Phnum, auxvPhnum },
			{ Pagesz, physPageSize },
			{ Secure, auxvSecure },
			{ Random, (uintptr_t)startupRandomData },
			{ Execfn, auxvExecFn },
			{ Minsigstksz, auxvMinSigStkSz },
		};

		for (uint32_t i = 0; i < nelem(ours); i++) {
			if (ours[i].tag != p[0])
				continue;
			equal(ours[i].value, p[1]);
			known++;
		}
		if (p[0] == SysinfoEhdr)
			vdso = p[1];
	}
	check(known >= 6); // the last one is newer than others
	if (vdso)
		check(vdsoClockgettimeSym - vdso < 64 << 10);
	else
		equal(vdsoClockgettimeSym, 0);
#ifdef __aarch64__
	canary = __stack_chk_guard;
#else
	canary = m0.tls[6];
#endif
	equal(canary & 0xff, 0);
	check(canary != 0);
}

static void arguments(int n, char **v)
{
	uint64_t set[128] = { 0 };
	int64_t bytes = rt_syscall(SYS_sched_getaffinity, 0, sizeof set, set);
	int32_t cpus = 0;

	equal(n, 4);
	equal(argc, n);
	check(argv == v);
	check(same(v[1], "one") && same(v[2], "two") && same(v[3], "three"));
	check(v[4] == NULL);
	check(bytes > 0);
	for (int64_t i = 0; i < bytes / 8; i++)
		cpus += __builtin_popcountl(set[i]);
	equal(ncpu, cpus);
}

int rt_main(int n, char **v)
{
	arguments(n, v);
	auxiliary();
	agree();
	withoutvdso();
	forward();
	randoms();
	return 0;
}
