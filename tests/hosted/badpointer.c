// tests/hosted/badpointer.c - what the runtime refuses, the functions around it do not look at: a list
// of pieces, a message and texts where there is no memory, a count of descriptors that is no count.
// sanitizer: plain address thread memory/clang
// stdout: done
#include "../lib/test.h"

#include <asm-generic/errno.h>
#include <fcntl.h>
#include <sys/mman.h>

int rt_main(int argc, char **argv)
{
	static char *const args[] = { "true", NULL };
	enum { Page = 4096 };
	char *page = mmap(NULL, 2 * Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[2], one = 0;
	rt_process *p;

	(void)argc, (void)argv;
	check(page != MAP_FAILED);
	equal(munmap(page + Page, Page), 0);
	equal(rt_pipe(fds), 0);
	equal(rt_writev(fds[1], (rt_iovec *)(page + Page), 2), -EFAULT);
	equal(rt_writev(fds[1], (rt_iovec *)(page + Page) - 1, 2), -EFAULT);
	equal(rt_readv(fds[0], (rt_iovec *)(page + Page), 2), -EFAULT);
	equal(rt_open(page + Page, O_RDONLY, 0), -EFAULT);
	__builtin_memset(page, 'x', Page);
	equal(rt_open(page + Page - 10, O_RDONLY, 0), -EFAULT); // no end
	equal(rt_process_start(&p, "/bin/true", args,
	                       &(rt_process_options){ .fds = &one, .nfds = INT32_MAX }), -EINVAL);
	rt_printf("done\n");
	return 0;
}
