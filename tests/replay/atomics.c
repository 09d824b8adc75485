// tests/replay/atomics.c - with -fsanitize=thread and the replay build, atomic functions do what
// they do elsewhere, for each size.
#include <rt.h>

#define CHECK(c)                                                                       \
	do {                                                                           \
		if (!(c))                                                              \
			rt_panic("line %d: " #c, __LINE__);                            \
	} while (0)

#define SIZE(type)                                                                     \
	static void check_##type(void *unused)                                         \
	{                                                                              \
		static _Atomic(type) a;                                                \
		type old = 5;                                                          \
                                                                                       \
		(void)unused;                                                          \
		__atomic_store_n((type *)&a, 5, __ATOMIC_RELEASE);                     \
		CHECK(__atomic_load_n((type *)&a, __ATOMIC_ACQUIRE) == 5);             \
		CHECK(__atomic_exchange_n((type *)&a, 6, __ATOMIC_SEQ_CST) == 5);      \
		CHECK(__atomic_fetch_add((type *)&a, 3, __ATOMIC_SEQ_CST) == 6);       \
		CHECK(__atomic_fetch_sub((type *)&a, 1, __ATOMIC_SEQ_CST) == 9);       \
		CHECK(__atomic_fetch_and((type *)&a, 12, __ATOMIC_SEQ_CST) == 8);      \
		CHECK(__atomic_fetch_or((type *)&a, 3, __ATOMIC_SEQ_CST) == 8);        \
		CHECK(__atomic_fetch_xor((type *)&a, 1, __ATOMIC_SEQ_CST) == 11);      \
		CHECK(__atomic_fetch_nand((type *)&a, 2, __ATOMIC_SEQ_CST) == 10);     \
		CHECK(a == (type)~2);                                                  \
		CHECK(!__atomic_compare_exchange_n((type *)&a, &old, 7, 0,             \
		                                   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)); \
		CHECK(old == (type)~2);                                                \
		while (!__atomic_compare_exchange_n((type *)&a, &old, 7, 1,            \
		                                    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) \
			;                                                              \
		CHECK(a == 7);                                                         \
		__atomic_thread_fence(__ATOMIC_SEQ_CST);                               \
		__atomic_signal_fence(__ATOMIC_SEQ_CST);                               \
	}
SIZE(uint8_t)
SIZE(uint16_t)
SIZE(uint32_t)
SIZE(uint64_t)

typedef struct {
	char c[40];
} Large;
static Large large = { "text" };
static volatile int counter;
static struct __attribute__((packed)) {
	char c;
	uint16_t two;
	uint32_t four;
	uint64_t eight;
} unaligned;

int rt_main(int argc, char **argv)
{
	Large copy = large;

	(void)argv;
	copy.c[argc] = 'x';
	large = copy;
	CHECK(large.c[argc] == 'x');
	counter++;
	CHECK(counter == 1);
	unaligned.two = unaligned.four = 3;
	unaligned.eight = unaligned.four + unaligned.two;
	CHECK(unaligned.eight == 6);
	check_uint8_t(NULL);
	check_uint16_t(NULL);
	check_uint32_t(NULL);
	check_uint64_t(NULL);
	return 0;
}
