// tests/check/hardening.c - a program that looks at itself, for hardening.sh:
//
//	hardening maps		its mappings, after it has used stacks, memory and threads
//	hardening relro		writes a word that only the start may write
//	hardening pointers	the words of its writable data that point to code: where, and where to,
//				from the image's beginning
//	hardening where		its address, and its canary
#include "../lib/test.h"

#include <fcntl.h>

extern char __relro_start[], __relro_end[], __text_start[], __text_end[], __image_end[];
extern char __image_start[], __data_start[];

static int number_of_starts;
int *const constant = &number_of_starts; // an address: what RELRO is for
static rt_chan *c;

static bool writable(const void *p)
{
	char buf[4096], *line = buf;
	int fd = rt_open("/proc/self/maps", O_RDONLY, 0);
	int64_t n = rt_syscall(SYS_read, fd, buf, sizeof buf - 1);
	uintptr_t at = (uintptr_t)p;

	check(n > 0);
	buf[n] = '\0';
	rt_close(fd);
	while (*line) {
		uintptr_t end[2] = { 0 };
		char *s = line;

		for (int i = 0; i < 2; i++, s++) {
			for (; *s != '-' && *s != ' '; s++)
				end[i] = end[i] * 16 + (uintptr_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
		}
		if (at >= end[0] && at < end[1])
			return s[1] == 'w';
		while (*line && *line++ != '\n')
			;
	}
	return true;
}

// The first code of the program that runs finds it closed already.
__attribute__((constructor)) static void start(void)
{
	number_of_starts++;
	check(!writable(__relro_start) && !writable(__relro_end - 1));
	check(!writable(&constant) && writable(&number_of_starts));
}

static __attribute__((noinline)) int deep(int n)
{
	volatile char frame[5000];

	frame[n] = 1;
	return n == 0 ? 0 : deep(n - 1) + frame[n];
}

static void work(void *arg)
{
	int n = deep((int)(intptr_t)arg);

	rt_sleep(RT_MILLISECOND);
	rt_free(rt_malloc(100000));
	rt_chan_send(c, &n);
}

static void use_everything(void)
{
	c = rt_chan_make(sizeof(int), 0);
	for (intptr_t i = 0; i < 20; i++)
		rt_go(work, (void *)i);
	for (int i = 0; i < 20; i++)
		rt_chan_recv(c, NULL);
}

static void maps(void)
{
	char buf[4096];
	int fd = rt_open("/proc/self/maps", O_RDONLY, 0);
	int64_t n;

	while ((n = rt_syscall(SYS_read, fd, buf, sizeof buf)) > 0)
		rt_write(1, buf, (size_t)n);
}

static void pointers(void)
{
	uintptr_t image = (uintptr_t)__image_start;
	uintptr_t *p = (uintptr_t *)(((uintptr_t)__data_start + 7) & ~(uintptr_t)7);

	for (; p + 1 <= (uintptr_t *)__image_end; p++) {
		if (*p >= (uintptr_t)__text_start && *p < (uintptr_t)__text_end)
			rt_printf("%lx %lx\n", (uintptr_t)p - image, *p - image);
	}
}

int rt_main(int argc, char **argv)
{
	uint64_t canary;

	equal(number_of_starts, 1);
	check(argc == 2);
	use_everything();
	if (same(argv[1], "maps"))
		maps();
	if (same(argv[1], "relro"))
		*(volatile char *)__relro_start = 1;
	if (same(argv[1], "pointers"))
		pointers();
	__asm__("movq %%fs:0x28, %0" : "=r"(canary));
	if (same(argv[1], "where"))
		rt_printf("%p %lx\n", (void *)__image_start, canary);
	return 0;
}
