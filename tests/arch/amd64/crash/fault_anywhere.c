// tests/arch/amd64/crash/fault_anywhere.c - a fault at each instruction of a
// small leaf function: the traceback has the function and its caller. Its
// instruction WHICH is the first of a page that cannot be executed.
// matrix: WHICH=00,01,02,03,04,05,06,07,08,09,10,11,12,13
// stderr~: ^goroutine 1 \[running\]:\nleaf..\(\.\.\.\)\n\t.*\ncaller\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
#include "../../../lib/test.h"

// The offsets of the instructions come from the copy xx.
__asm__(".text\n"
        ".macro leaf number\n"
        "	.type leaf\\number, @function\n"
        "leaf\\number:\n"
        ".Lat00\\number: mov (%rdi), %eax\n"
        ".Lat01\\number: mov %eax, -8(%rsp)\n" // in the red zone
        ".Lat02\\number: push %rbp\n"
        ".Lat03\\number: add 4(%rdi), %eax\n"
        ".Lat04\\number: mov %rsp, %rbp\n"
        ".Lat05\\number: push %rbx\n"
        ".Lat06\\number: sub $24, %rsp\n"
        ".Lat07\\number: mov 8(%rdi), %ebx\n"
        ".Lat08\\number: mov %eax, -120(%rsp)\n"
        ".Lat09\\number: add %ebx, %eax\n"
        ".Lat10\\number: add $24, %rsp\n"
        ".Lat11\\number: pop %rbx\n"
        ".Lat12\\number: pop %rbp\n"
        ".Lat13\\number: ret\n"
        "	.size leaf\\number, . - leaf\\number\n"
        ".endm\n"
        "	leaf xx\n"
        ".irp n, 00,01,02,03,04,05,06,07,08,09,10,11,12,13\n"
        "	.balign 4096\n"
        "	.skip 4096 - (.Lat\\n\\()xx - leafxx)\n"
        "	leaf \\n\n"
        ".endr\n"
        "	.balign 4096\n"
        ".section .note.GNU-split-stack,\"\",@progbits\n"
        ".text\n");

enum { Page = 4096 };

int leaf00(const int *p);

static __attribute__((noinline)) int caller(int (*leaf)(const int *), const int *p)
{
	int sum = leaf(p);

	__asm__ volatile("" ::: "memory"); // not a tail call
	return sum;
}

int rt_main(int argc, char **argv)
{
	const int p[] = { 1, 2, 3 };
	const char *which = rt_getenv("WHICH");
	int n = (which[0] - '0') * 10 + which[1] - '0';
	// Each has two pages; the second begins with the instruction.
	uintptr_t page = ((uintptr_t)leaf00 & -(uintptr_t)Page) + (uintptr_t)n * 2 * Page;
	uintptr_t leaf;

	(void)argc, (void)argv;
	equal(page % Page, 0);
	for (leaf = page - 64; leaf < page && *(const unsigned char *)leaf != 0x8b; leaf++)
		;
	equal(caller((int (*)(const int *))leaf, p), 6);
	equal(rt_syscall(SYS_mprotect, page, Page, 1), 0); // read only
	caller((int (*)(const int *))leaf, p);
	return 1;
}
