// tests/fuzz/httpd.c - the HTTP server of examples/ with a fuzzer's bytes from its client, in one
// process: a goroutine is the server's end of a pair of sockets, and the fuzzer's own the client.
//
//	CC=clang tools/rtcc --hosted -g -O1 -fsanitize=fuzzer,address tests/fuzz/httpd.c -I. -o fuzz
//	./fuzz -max_total_time=60 -dict=tests/fuzz/httpd.dict CORPUS tests/fuzz/httpd
//
// The server's files are those of the current directory. make fuzz runs it; AFL++ takes it, too
// (docs/sanitizers.md).
#define rt_main httpd_main
#include "examples/httpd.c"
#undef rt_main

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	root = rt_open(".", O_RDONLY | O_DIRECTORY, 0);
	return root < 0;
}

static bool begins(const char *s, size_t n, const char *word)
{
	size_t i = 0;

	while (i < n && word[i] && s[i] == word[i])
		i++;
	return i == n || !word[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char buf[4096];
	int fd[2];
	int64_t r;

	if (rt_syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		rt_panic("socketpair");
	nconns++;
	rt_go(serve, (void *)(intptr_t)fd[1]);
	rt_write(fd[0], data, n); // fails if the server has closed
	rt_shutdown(fd[0], 1);
	r = rt_read(fd[0], buf, sizeof buf);
	if (r > 0 && !begins(buf, (size_t)r, "HTTP/1.1 "))
		rt_panic("an answer begins otherwise");
	while (r > 0)
		r = rt_read(fd[0], buf, sizeof buf);
	rt_close(fd[0]);
	while (__atomic_load_n(&nconns, __ATOMIC_SEQ_CST) > 0)
		rt_gosched();
	return 0;
}
