// tests/programs/leaks_memory.c - rt_leaks reads memory that the program has mapped, without a file
// or with one that it has named, and is not confused by what is in between.
// hosted: not any: rt_leaks is -ENOSYS
#include "../lib/leaking.h"

enum {
	Huge = 1 << 30, Page = 4096,
	Protection = 3, Private = 0x02, Shared = 0x01, NoFile = 0x20, Lazily = 0x4000,
	GuardInstall = 102, NoAccess = 0,
};

static char *volatile memory;

static rt_waitgroup receivers;

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
	rt_chan_free(c);
	rt_waitgroup_done(&receivers);
}

// Maps memory, and keeps a channel in the middle of it, of a goroutine that waits.
static APART void map(int flags, int fd, size_t size)
{
	rt_chan *c = rt_chan_make(4, 0);

	memory = (char *)rt_syscall(SYS_mmap, NULL, size, Protection, flags, fd, 0);
	check((intptr_t)memory > 0);
	*(rt_chan **)(memory + size / 2) = c;
	rt_waitgroup_add(&receivers, 1);
	rt_go(receives, c);
	await_in(1, "chan receive");
}

static APART void unmap(size_t size)
{
	rt_chan *c = *(rt_chan **)(memory + size / 2);

	rt_chan_close(c);
	rt_waitgroup_wait(&receivers);
	equal(rt_syscall(SYS_munmap, memory, size), 0);
}

static void test_private(void)
{
	map(Private | NoFile | Lazily, -1, Huge);
	equal(rt_leaks(2, NULL), 0);
	// Around it are pages that cannot be read; of the first kind the list of mappings says nothing.
	rt_syscall(SYS_madvise, memory + Huge / 2 - 2 * Page, Page, GuardInstall);
	rt_syscall(SYS_mprotect, memory + Huge / 2 + 2 * Page, Page, NoAccess);
	equal(rt_leaks(2, NULL), 0);
	unmap(Huge);
}

static void test_shared(void)
{
	map(Shared | NoFile, -1, 64 * Page);
	equal(rt_leaks(2, NULL), 0);
	unmap(64 * Page);
}

static int open_file(void)
{
	char path[200];
	int fd;

	rt_snprintf(path, sizeof path, "%s/file", rt_getenv("RT0_TMP"));
	fd = rt_open(path, 0102, 0600);
	check(fd >= 0);
	equal(rt_syscall(SYS_ftruncate, fd, 4 * Page), 0);
	return fd;
}

static void test_file(void)
{
	map(Shared, open_file(), 4 * Page);
	rt_root_add(memory, 4 * Page);
	equal(rt_leaks(2, NULL), 0);
	rt_root_remove(memory + Page); // is none
	equal(rt_leaks(2, NULL), 0);
	rt_root_remove(memory);
	wipe_stack();
	equal(rt_leaks(-1, NULL), 1);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	test_private();
	test_shared();
	test_file();
	return 0;
}
