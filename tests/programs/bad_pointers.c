// tests/programs/bad_pointers.c - what the kernel would read or write for a call is -EFAULT
// when it is not there or must not be written, on any stack; the descriptor still works, and
// nothing is lost or left open.
// matrix: GOMAXPROCS=1,4
// hosted: not address memory: it passes pointers to objects that are too small
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

enum { Page = 64 << 10 }; // or some of a processor whose pages are smaller

static char *pages; // one to write, one to read, one that is not there, one to write

static void makepages(void)
{
	pages = (char *)rt_syscall(SYS_mmap, 0, 4 * Page, PROT_READ | PROT_WRITE,
	                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check((intptr_t)pages > 0);
	equal(rt_syscall(SYS_mprotect, pages + Page, Page, PROT_READ), 0);
	equal(rt_syscall(SYS_mprotect, pages + 2 * Page, Page, PROT_NONE), 0);
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 64; fd++)
		n += rt_syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	return n;
}

// What is at p is there, but not all that the calls want.
static void crossing(void *p, bool readable)
{
	char got[8];
	int fd[2], udp, before;

	equal(rt_pipe(fd), 0);
	udp = rt_listen("udp", "127.0.0.1:0");
	check(udp >= 0);
	before = open_descriptors();
	equal(rt_writev(fd[1], p, 2), -EFAULT);
	if (!readable)
		equal(rt_readv(fd[0], p, 2), -EFAULT);
	equal(rt_pipe(p), -EFAULT);
	equal(rt_recv_from(udp, got, sizeof got, p), -EFAULT);
	equal(open_descriptors(), before);
	equal(rt_close(fd[0]), 0);
	equal(rt_close(fd[1]), 0);
	equal(rt_close(udp), 0);
}

// The calls that read at p, or only those that write there.
static void calls(void *p, bool writes)
{
	char text[] = "text", got[8];
	int fd[2], udp, before;
	rt_iovec v = { got, sizeof got };
	char address[64];

	equal(rt_pipe(fd), 0);
	equal(rt_write(fd[1], text, 4), 4); // the first use of a pipe may make the poller
	before = open_descriptors();
	equal(rt_writev(fd[1], p, 2), -EFAULT);
	equal(rt_writev(fd[1], p, 2000), -EFAULT);
	if (!writes) {
		equal(rt_readv(fd[0], p, 2), -EFAULT);
		equal(rt_write(fd[1], p, 20), -EFAULT);
		equal(rt_open(p, O_RDONLY, 0), -EFAULT);
	}
	equal(rt_read(fd[0], p, 8), -EFAULT);
	equal(rt_readv(fd[0], &v, 1), 4);
	equal(rt_pipe(p), -EFAULT);
	equal(open_descriptors(), before);
	equal(rt_close(fd[0]), 0);
	equal(rt_close(fd[1]), 0);

	udp = rt_listen("udp", "127.0.0.1:0");
	check(udp >= 0);
	check(rt_local_address(udp, address, sizeof address) > 0);
	equal(rt_address_parse((rt_address *)pages, "udp", address), 0);
	equal(rt_send_to(udp, text, 4, (rt_address *)pages), 4);
	if (!writes)
		equal(rt_send_to(udp, text, 4, p), -EFAULT);
	equal(rt_recv_from(udp, got, sizeof got, p), -EFAULT);
	equal(rt_recv_from(udp, got, sizeof got, NULL), 4); // it is still there
	equal(rt_close(udp), 0);
}

static void offsets(void *p)
{
	int in = rt_open("/proc/self/exe", O_RDONLY, 0), fd[2];

	check(in >= 0);
	equal(rt_pipe(fd), 0);
	equal(rt_sendfile(fd[1], in, p, 10), -EFAULT);
	equal(rt_close(in), 0);
	equal(rt_close(fd[0]), 0);
	equal(rt_close(fd[1]), 0);
}

static void all(void *wg)
{
	void *bad[] = {
		(void *)8,                                // the null page
		pages + 2 * Page,                         // a page without rights
		(void *)0x5ec2e75ec2e75ec0,               // not an address
		(void *)0xffffffffffffff00,               // the kernel's
		(char *)__builtin_frame_address(0) - ((int64_t)1 << 40), // below every stack
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		calls(bad[i], false);
		offsets(bad[i]);
	}
	crossing(pages + 2 * Page - 4, false);
	crossing(pages + Page - 4, true);
	calls(pages + Page, true);
	calls((void *)(uintptr_t)"a constant", true);
	rt_waitgroup_done(wg);
}

int rt_main(int argc, char **argv)
{
	rt_waitgroup wg = { 0 };
	char got[4];
	rt_iovec none = { NULL, 0 }, v[2] = { { NULL, 0 }, { got, 4 } };
	int fd[2];

	(void)argc, (void)argv;
	makepages();
	rt_waitgroup_add(&wg, 1);
	all(&wg);
	rt_waitgroup_add(&wg, 1);
	rt_go(all, &wg);
	rt_waitgroup_wait(&wg);

	// Pieces of no bytes are not looked at, and no pieces are not either.
	equal(rt_pipe(fd), 0);
	equal(rt_writev(fd[1], NULL, 0), 0);
	equal(rt_readv(fd[0], NULL, 0), 0);
	equal(rt_writev(fd[1], &none, 1), 0);
	equal(rt_write(fd[1], "1234", 4), 4);
	equal(rt_readv(fd[0], v, 2), 4);
	return 0;
}
