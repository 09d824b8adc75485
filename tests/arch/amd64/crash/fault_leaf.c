// tests/arch/amd64/crash/fault_leaf.c - a fault at any instruction of a small leaf function,
// before it has a frame, in it, and after it: the traceback has the function and its caller.
// matrix: WHICH=0,1,2,3,4,5
// matrix: GOMAXPROCS=1,4
// stderr~: ^goroutine 1 \[running\]:\nleaf\(\.\.\.\)\n\t.*\ncaller\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
#include <rt.h>

void leaf(const int *const *p, int *sum);
__asm__(".text\n"
        ".type leaf, @function\n"
        "leaf:\n"
        "	mov (%rdi), %rax\n"
        "	mov (%rax), %eax\n" // 0
        "	mov %eax, -8(%rsp)\n" // in the red zone
        "	mov 8(%rdi), %rcx\n"
        "	push %rbp\n"
        "	add (%rcx), %eax\n" // 1
        "	mov %rsp, %rbp\n"
        "	mov 16(%rdi), %rcx\n"
        "	add (%rcx), %eax\n" // 2
        "	mov 24(%rdi), %rcx\n"
        "	mov %eax, -120(%rsp)\n"
        "	add (%rcx), %eax\n" // 3
        "	mov 32(%rdi), %rcx\n"
        "	pop %rbp\n"
        "	add (%rcx), %eax\n" // 4
        "	mov 40(%rdi), %rcx\n"
        "	add (%rcx), %eax\n" // 5
        "	mov %eax, (%rsi)\n"
        "	ret\n"
        ".size leaf, .-leaf\n"
        ".section .note.GNU-split-stack,\"\",@progbits\n"
        ".text\n");

static __attribute__((noinline)) int caller(const int *const *p)
{
	int sum = 0;

	leaf(p, &sum);
	return sum;
}

int rt_main(int argc, char **argv)
{
	const int one = 1;
	const int *p[] = { &one, &one, &one, &one, &one, &one };

	(void)argc, (void)argv;
	if (caller(p) != 6)
		return 1;
	p[rt_getenv("WHICH")[0] - '0'] = NULL;
	return caller(p);
}
