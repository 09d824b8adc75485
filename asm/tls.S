// tls.S - g's slot: the last word of the thread-local segment, at -8 from the thread
// pointer (linker.ld).
	.section .tlsg, "awT", @nobits
	.balign 8
	.zero	8

	.section .note.GNU-stack, "", @progbits
	.section .note.GNU-split-stack, "", @progbits
	.section .note.GNU-no-split-stack, "", @progbits
