// tests/programs/musl_area.c - with musl: cgo/area.h has its struct pthread right, on a thread
// and on a goroutine: each field that the runtime uses is where the library looks for it.
// env: RT0_PTHREADS=kernel
// cflags: --musl
#include "../lib/test.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Declared for _GNU_SOURCE alone, which test.h is not made for.
int pthread_getattr_np(pthread_t t, pthread_attr_t *a);

// The offsets that cgo/area.h has: on arm64 two words are at the end, for the thread pointer is.
enum {
#ifdef __aarch64__
	Before = 16, Canary = 184, Dtv = 192,
#else
	Before = 0, Canary = 40, Dtv = 8,
#endif
	Self = 0, Prev = (Before ? 8 : 16), Next = Prev + 8, Tid = 48 - Before, Errno = 52 - Before,
	Detach = 56 - Before, Disable = 64 - Before, Async = 65 - Before, Flags = 66 - Before,
	StackTop = 88 - Before, StackSize = 96 - Before, GuardSize = 104 - Before,
	Values = 128 - Before, Herror = 160 - Before, Locale = 168 - Before, Dlerror = 184 - Before,
	Files = 192 - Before, Size = 200,
};

__thread int variable = 7;
static pthread_key_t key;

static char *self(void)
{
	return (char *)pthread_self();
}

#define AT(type, offset) (*(type *)(self() + (offset)))

static void fields(bool goroutine)
{
	FILE *f = fopen("/dev/null", "r");
	locale_t locale = newlocale(LC_ALL_MASK, "C", NULL), old = uselocale((locale_t)0);
	pthread_attr_t attr;
	void *stack;
	size_t size;
	int state;

	equal((char *)AT(void *, Self) == self(), true);
	equal(AT(int *, Errno) != NULL, true);
	equal((char *)&errno - self(), Errno);
	equal((char *)&h_errno - self(), Herror);
	flockfile(f);
	equal(AT(FILE *, Files) == f, true);
	funlockfile(f);
	equal(AT(FILE *, Files) == NULL, true);
	fclose(f);

	uselocale(locale);
	equal(AT(locale_t, Locale) == locale, true);
	uselocale(old);
	freelocale(locale);

	equal(AT(uint8_t, Flags) & 1, 0);
	equal(pthread_setspecific(key, &attr), 0);
	equal(AT(uint8_t, Flags) & 1, 1);
	equal(AT(void **, Values)[key] == &attr, true);
	equal(pthread_getspecific(key) == &attr, true);

	equal(dlopen("/nowhere.so", RTLD_NOW) == NULL, true);
	equal(AT(uint8_t, Flags) & 2, 2);
	equal(AT(char *, Dlerror) == dlerror(), true);

	equal(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state), 0);
	equal(state, PTHREAD_CANCEL_ENABLE);
	equal(AT(uint8_t, Disable), PTHREAD_CANCEL_DISABLE);
	equal(pthread_setcancelstate(state, NULL), 0);
	equal(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &state), goroutine ? ENOTSUP : 0);
	equal(AT(uint8_t, Async), goroutine ? PTHREAD_CANCEL_DEFERRED : PTHREAD_CANCEL_ASYNCHRONOUS);
	equal(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL), 0);

	equal(pthread_getattr_np(pthread_self(), &attr), 0);
	equal(pthread_attr_getstack(&attr, &stack, &size), 0);
	equal(AT(size_t, StackSize), size);
	equal(AT(char *, StackTop) == (char *)stack + size, true);
	equal(AT(size_t, StackTop) > (uintptr_t)&attr && stack < (void *)&attr, true);
	equal(pthread_attr_getdetachstate(&attr, &state), 0);
	equal(AT(int, Detach) >= 3, state);
	equal(AT(uintptr_t *, Dtv)[0], 1);
	equal(variable, 7);
	equal((char *)&variable < self(), Before == 0);
	equal(AT(uintptr_t *, Dtv)[1] <= (uintptr_t)&variable, true);
	equal(AT(char *, Next) == self(), goroutine);
	equal(AT(char *, Prev) == self(), goroutine);
	equal(AT(int, Tid) > 1 << 22, goroutine);
}

static void *thread(void *unused)
{
	fields(false);
	return unused;
}

// The thread's structure and its values are at the top of its stack's memory, in this order.
static void *top(void *unused)
{
	equal(AT(char *, Values) - self() >= Size, true);
	equal(AT(char *, Values) - self() < Size + 64 + Before, true);
	return unused;
}

int rt_main(int argc, char **argv)
{
	pthread_t t;

	(void)argc, (void)argv;
	equal(pthread_key_create(&key, NULL), 0);
	fields(true);
	equal(pthread_create(&t, NULL, thread, NULL), 0);
	equal(pthread_join(t, NULL), 0);
	equal(pthread_create(&t, NULL, top, NULL), 0);
	equal(pthread_join(t, NULL), 0);
	return 0;
}
