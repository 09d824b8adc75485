// bench/peers/startup_nop_asm.S - the least that a process can do: it ends.
	.globl	_start
_start:
	xorl	%edi, %edi
	movl	$231, %eax	// exit_group(0)
	syscall

	.section .note.GNU-stack, "", @progbits
