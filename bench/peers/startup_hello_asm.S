// bench/peers/startup_hello_asm.S - the least that says one thing: write, then the end.
	.globl	_start
_start:
	movl	$1, %edi
	leaq	text(%rip), %rsi
	movl	$13, %edx
	movl	$1, %eax	// write(1, text, 13)
	syscall
	xorl	%edi, %edi
	movl	$231, %eax	// exit_group(0)
	syscall

text:	.ascii	"hello, world\n"

	.section .note.GNU-stack, "", @progbits
