// tests/arch/arm64/programs/preempt_sve.c - a goroutine that is preempted in a loop without calls finds
// its scalable vectors, predicates and the first-fault register again, however long they are: 128 bytes and
// more have no room in a signal's frame, but behind it.
// matrix: GOMAXPROCS=1,2 LENGTH=16,64,128,256
// timeout: 120
// stdout~: ^(ok|not supported: nothing was tried)$
// arch: not qemu: there is no execve without binfmt
#include <rt.h>

#include "../../../lib/test.h"

#include <linux/prctl.h>

enum { Goroutines = 3, Wanted = 5, Rounds = 3000000, Longest = 256 };

typedef struct {
	uint8_t z[32][Longest], p[16][Longest / 8], ffr[Longest / 8];
} Registers;

static _Atomic(uint64_t) counts[Goroutines];
static rt_waitgroup wg;

#define ALL(count, instruction) \
	".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15" count "\n" instruction "\n.endr\n"
#define MORE ",16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

// Loads all registers, in an array of z and one of p, each as far apart as they are long; runs the loop, and
// stores what is in them then.
static __attribute__((noinline)) void spin(const Registers *in, Registers *out, uint64_t faultless)
{
	uint64_t n = Rounds;

	__asm__ volatile(".arch_extension sve\n"
	                 "setffr\n"
	                 "whilelo p0.b, xzr, %5\n"
	                 "wrffr p0.b\n"
	                 ALL(MORE, "ldr z\\n, [%1, #\\n, mul vl]")
	                 ALL("", "ldr p\\n, [%2, #\\n, mul vl]")
	                 "1:	sub %0, %0, #1\n"
	                 "	cbnz %0, 1b\n"
	                 ALL(MORE, "str z\\n, [%3, #\\n, mul vl]")
	                 ALL("", "str p\\n, [%4, #\\n, mul vl]")
	                 "rdffr p0.b\n"
	                 "str p0, [%6]\n"
	                 : "+r"(n)
	                 : "r"(in->z), "r"(in->p), "r"(out->z), "r"(out->p), "r"(faultless),
	                   "r"(out->ffr)
	                 : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
	                   "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22",
	                   "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory");
}

static uint64_t others(int i)
{
	uint64_t sum = 0;

	for (int k = 0; k < Goroutines; k++)
		sum += k == i ? 0 : counts[k];
	return sum;
}

static void differ(const uint8_t *got, const uint8_t *wanted, size_t n)
{
	for (size_t k = 0; k < n; k++)
		equal(got[k], wanted[k]);
}

// Until others have run in the middle of the loop so many times: with one processor they do when
// this one is preempted there.
static void loops(void *arg)
{
	static Registers in[Goroutines], out[Goroutines];
	size_t length = (size_t)number(rt_getenv("LENGTH"));
	int i = (int)(intptr_t)arg, seen = 0;
	uint64_t faultless = length / 4 * (uint64_t)(i + 1), bits = faultless;

	for (size_t k = 0; k < offsetof(Registers, ffr); k++)
		((uint8_t *)&in[i])[k] = (uint8_t)(k * 151 + (size_t)i * 77 + k / 256);
	for (size_t k = 0; k < length / 8; k++, bits -= bits < 8 ? bits : 8)
		in[i].ffr[k] = bits >= 8 ? 255 : (uint8_t)((1 << bits) - 1);
	while (seen < Wanted) {
		uint64_t before = others(i);

		spin(&in[i], &out[i], faultless);
		differ(out[i].z[0], in[i].z[0], 32 * length);
		differ(out[i].p[0], in[i].p[0], 16 * length / 8);
		differ(out[i].ffr, in[i].ffr, length / 8);
		seen += others(i) != before;
		counts[i]++;
	}
	// The other goroutines are to see that one runs meanwhile.
	rt_waitgroup_done(&wg);
	for (;;) {
		spin(&in[i], &out[i], faultless);
		counts[i]++;
	}
}

// Returns whether this thread's vectors have the length, or begins the program again with it: a process of
// many threads cannot change it, since no handler may return with another length.
static bool has_length(char **argv, int64_t length)
{
	char *again[] = { argv[0], "again", NULL };
	int64_t now = rt_syscall(SYS_prctl, PR_SVE_GET_VL);

	if (now < 0 || (now & PR_SVE_VL_LEN_MASK) == length || argv[1])
		return now >= 0 && (now & PR_SVE_VL_LEN_MASK) == length;
	rt_lock_os_thread();
	check(rt_syscall(SYS_prctl, PR_SVE_SET_VL, length | PR_SVE_SET_VL_ONEXEC) >= 0);
	rt_syscall(SYS_execve, "/proc/self/exe", again, rt_environ());
	failed(__FILE__, __LINE__, "execve");
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	if (!has_length(argv, number(rt_getenv("LENGTH")))) {
		rt_printf("not supported: nothing was tried\n");
		return 0;
	}
	rt_waitgroup_add(&wg, Goroutines);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(loops, (void *)i);
	rt_waitgroup_wait(&wg);
	rt_printf("ok\n");
	return 0;
}
