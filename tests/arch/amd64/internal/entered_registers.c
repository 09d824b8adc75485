// tests/arch/amd64/internal/entered_registers.c - the collector finds objects that only registers
// lead to. While a goroutine is in a system call those that entersyscall's callers had, also when
// entersyscall's own frame has long been overwritten. While it is parked those that mcall has saved.
// env: GODEBUG=clobberfree=1
// matrix: GOMAXPROCS=1,4
// matrix: HOW=entersyscall,entersyscallblock,gosched
// hosted: not any: nothing is collected there
#include "../../../internal/internal.h"
#include "runtime/sched/entersyscall.h"

enum { Registers = 5, Pattern = 0x5a };

static rt_chan *ended;
static const char *how;
static uint32_t entered, leave;

// The complements of the objects' addresses, while they are in no register.
static __attribute__((noinline)) void make(uint64_t *hidden)
{
	for (int i = 0; i < Registers; i++) {
		uint64_t *p = rt_gc_alloc(64);

		p[7] = Pattern;
		hidden[i] = ~(uint64_t)(uintptr_t)p;
	}
}

// In the system call: with the objects' addresses still in the registers that it preserves.
static void waits(void)
{
	volatile char below[2 << 10];

	for (size_t i = 0; i < sizeof below; i++)
		below[i] = 0;
	atomic_store_release(&entered, 1);
	while (!atomic_load_acquire(&leave))
		osyield();
}

static void nothing_more(void)
{
}

void call_blocks(uint64_t *hidden, void (*enter)(void), void (*waits)(void), void (*exits)(void));

// Loads the registers, calls enter, waits and exits, and leaves no copy of them in a frame.
__asm__(".text\n"
        ".globl call_blocks\n"
        ".type call_blocks, @function\n"
        "call_blocks:\n"
        "	pushq %rbp; movq %rsp, %rbp\n"
        "	pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15\n"
        "	pushq %rcx; pushq %rdx; subq $8, %rsp\n"
        "	movq (%rdi), %rbx; movq 8(%rdi), %r12; movq 16(%rdi), %r13\n"
        "	movq 24(%rdi), %r14; movq 32(%rdi), %r15\n"
        "	notq %rbx; notq %r12; notq %r13; notq %r14; notq %r15\n"
        "	call *%rsi\n"
        "	call *8(%rsp)\n"
        "	call *16(%rsp)\n"
        "	addq $24, %rsp\n"
        "	popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp\n"
        "	ret\n"
        ".size call_blocks, . - call_blocks\n");

static void blocks(void *unused)
{
	uint64_t hidden[Registers];

	(void)unused;
	make(hidden);
	if (same(how, "gosched")) {
		atomic_store_release(&entered, 1);
		call_blocks(hidden, rt_gosched, nothing_more, nothing_more);
	} else {
		call_blocks(hidden, same(how, "entersyscall") ? entersyscall : entersyscallblock, waits,
		            exitsyscall);
	}
	for (int i = 0; i < Registers; i++)
		equal(((uint64_t *)(uintptr_t)~hidden[i])[7], Pattern);
	rt_chan_send(ended, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	how = rt_getenv("HOW");
	ended = rt_chan_make(0, 0);
	rt_go(blocks, NULL);
	while (!atomic_load_acquire(&entered))
		rt_gosched();
	rt_gc();
	atomic_store_release(&leave, 1);
	rt_chan_recv(ended, NULL);
	rt_printf("ok\n");
	return 0;
}
