// tests/programs/gocopy.c - rt_go_copy gives the goroutine its own copy of the arguments.
//
// Promises: sizes 0, 1, 8, 24, 33, 1000 and 1999 to 2007 arrive whole, aligned to 16, although the
// caller changes its variables at once; the copy belongs to the goroutine alone.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum { Rounds = 2000, Largest = 2007 };

typedef struct {
	uint32_t size, seed;
} Head;

static rt_waitgroup all;
static _Atomic(int64_t) sum;

static uint8_t byte_at(uint32_t seed, size_t i)
{
	return (uint8_t)(seed * 31 + i * 7 + 1);
}

static void receive(void *arg)
{
	Head head = *(Head *)arg;
	uint8_t *p = arg;

	equal((uintptr_t)arg % 16, 0);
	rt_gosched(); // the caller has run meanwhile
	for (size_t i = sizeof head; i < head.size; i++)
		equal(p[i], byte_at(head.seed, i));
	sum += head.seed;
	for (size_t i = 0; i < head.size; i++)
		p[i] = 0xff;
	rt_waitgroup_done(&all);
}

static void receive_one(void *arg)
{
	equal((uintptr_t)arg % 16, 0);
	equal(*(uint8_t *)arg, 77);
	rt_waitgroup_done(&all);
}

static void receive_nothing(void *arg)
{
	equal((uintptr_t)arg % 16, 0);
	rt_waitgroup_done(&all);
}

static void start(uint32_t size, uint32_t seed)
{
	_Alignas(16) uint8_t args[Largest + 1];
	Head head = { .size = size, .seed = seed };

	for (size_t i = 0; i < size; i++)
		args[i] = byte_at(seed, i);
	*(Head *)args = head;
	rt_go_copy(receive, args, size);
	for (size_t i = 0; i < size; i++)
		args[i] = 0xee;
	// The compiler must not take these stores for dead.
	__asm__ volatile("" : : "r"(args) : "memory");
}

int rt_main(int argc, char **argv)
{
	static const uint32_t sizes[] = { 8,    24,   33,   1000, 1999, 2000, 2001,
	                                  2002, 2003, 2004, 2005, 2006, Largest };
	int64_t wanted = 0;

	(void)argc, (void)argv;
	for (uint32_t i = 0; i < Rounds; i++) {
		uint8_t one = 77;

		rt_waitgroup_add(&all, 3);
		start(sizes[i % (sizeof sizes / sizeof sizes[0])], i);
		wanted += i;
		rt_go_copy(receive_one, &one, 1);
		one = 0;
		__asm__ volatile("" : : "r"(&one) : "memory");
		rt_go_copy(receive_nothing, NULL, 0);
	}
	rt_waitgroup_wait(&all);
	equal(sum, wanted);
	return 0;
}
