// endfile.h - what every assembly file ends with: its stack is not executable, and its
// functions do not check theirs.
#ifndef RT0_ASM_ENDFILE_H
#define RT0_ASM_ENDFILE_H

#define ENDFILE                                                                        \
	.section .note.GNU-stack, "", @progbits;                                       \
	.section .note.GNU-split-stack, "", @progbits;                                 \
	.section .note.GNU-no-split-stack, "", @progbits

#endif
