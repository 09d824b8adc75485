// gdb.S - the debugger's commands travel in the program: gdb runs the scripts it finds in
// this section of a program it trusts. So they always fit the runtime beside them, on
// another machine and in a core file's program too. Not loaded when the program runs, and
// gone when it is stripped.
//
// An entry is a byte 4 (Python text), a name and the text, up to a zero.
#include "asm/endfile.h"

	.section .debug_gdb_scripts, "", @progbits
	.byte	4
	.ascii	"arch.py\n"
	.incbin	"tools/gdb/arch.py"
	.byte	0, 4
	.ascii	"rt0.py\n"
	.incbin	"tools/gdb/rt0.py"
	.byte	0, 4
	.ascii	"printers.py\n"
	.incbin	"tools/gdb/printers.py"
	.byte	0, 4
	.ascii	"tour.py\n"
	.incbin	"tools/gdb/tour.py"
	.byte	0

	ENDFILE
