// boot.S - from the ELF entry to the scheduler: _rt0_amd64, rt0_go, settls.
//
// Follows Go's asm_amd64.s (rt0_go) and sys_linux_amd64.s (settls). The order of the
// steps is documented behaviour; tests/check/startup checks it with gdb.
#include "asm/amd64/asm.h"

// The entry common to all systems.
//	in:  0(%rsp) = argc, 8(%rsp) ... = argv
FUNC(_rt0_amd64)
	.cfi_undefined rip
	movq	0(%rsp), %rdi			// argc
	leaq	8(%rsp), %rsi			// argv
	jmp	rt0_go
END(_rt0_amd64)

// The bootstrap, told once in assembly.
//	in:  %rdi = argc, %rsi = argv
// Runs on the kernel's process stack, which becomes g0's, unless osinit finds that it is too
// small. Does not return.
FUNC(rt0_go)
	.cfi_undefined rip
	xorl	%ebp, %ebp			// frame pointers end here

	// Copy the arguments forward on an aligned stack.
	subq	$(4*8+7), %rsp
	andq	$~15, %rsp
	movq	%rdi, 16(%rsp)
	movq	%rsi, 24(%rsp)

	// g0 owns the 64 KiB - 104 bytes below here.
	leaq	(-64*1024+104)(%rsp), %rbx
	FIX_GUARD "+g0(%rip)", %rbx
	movq	%rbx, g0+g_stack_lo(%rip)
	movq	%rsp, g0+g_stack_hi(%rip)

	// What processor is it? Leaf 0: the vendor.
	xorl	%eax, %eax
	cpuid
	movl	%eax, cpuidLeaves(%rip)
	testl	%eax, %eax
	jz	nocpuinfo
	cmpl	$0x756e6547, %ebx		// "Genu"
	jne	notintel
	cmpl	$0x49656e69, %edx		// "ineI"
	jne	notintel
	cmpl	$0x6c65746e, %ecx		// "ntel"
	jne	notintel
	movb	$1, isIntel(%rip)
	movb	$1, lfenceBeforeRdtsc(%rip)
notintel:
	// Leaf 1: family, model, stepping; and features, for cpudetect.
	movl	$1, %eax
	cpuid
	movl	%eax, processorVersionInfo(%rip)
	movl	%ecx, cpuidFeatures(%rip)
	movl	%edx, cpuidFeatures+4(%rip)
nocpuinfo:

	// A C library beside the runtime sets up the thread pointer itself.
	movq	_cgo_init(%rip), %rax
	testq	%rax, %rax
	jz	needtls
	leaq	g0(%rip), %rdi
	leaq	setg_gcc(%rip), %rsi
	xorl	%edx, %edx
	xorl	%ecx, %ecx
	call	*%rax
	movq	g0+g_stack_lo(%rip), %rcx
	addq	$STACK_GUARD, %rcx
	FIX_GUARD "+g0(%rip)", %rcx
	jmp	ok

needtls:
	// m0's copy of the program's thread-local data is below m0.tls[0]; the linker
	// script has reserved zeroed room for it.
	leaq	__tdata_start(%rip), %rsi
	leaq	__m0_tls_block(%rip), %rdi
	leaq	__tdata_end(%rip), %rcx
	subq	%rsi, %rcx
	cld
	rep movsb

	leaq	m0+m_tls(%rip), %rdi
	call	settls

	// Store through it, to make sure it works.
	movq	$0x123, TLS_G
	movq	m0+m_tls(%rip), %rax
	cmpq	$0x123, %rax
	je	ok
	call	abort

ok:
	// Link g0 and m0, and let %fs:-8 be g0 from now on.
	leaq	g0(%rip), %rcx
	movq	%rcx, TLS_G
	leaq	m0(%rip), %rax
	movq	%rcx, m_g0(%rax)		// m->g0 = g0
	movq	%rax, g_m(%rcx)			// g0->m = m0
	ENTER_GUARD %rcx, %rax			// C functions may check from here on

	cld					// convention is D is always left cleared
	call	check

	movl	16(%rsp), %edi			// argc
	movq	24(%rsp), %rsi			// argv
	call	args
	call	osinit
	movq	g0+g_sched+gobuf_sp(%rip), %rax
	testq	%rax, %rax
	cmovnzq	%rax, %rsp			// osinit found this one too small
	call	schedinit

	// A goroutine to start the program: newproc(0, &mainPC), arguments on the stack.
	leaq	mainPC(%rip), %rax
	pushq	%rax
	pushq	$0
	call	newproc
	popq	%rax
	popq	%rax

	// This thread becomes an M.
	call	mstart
	call	abort				// mstart never returns
END(rt0_go)

// Point the thread pointer at tls[1].
//	in:  %rdi = m->tls
// A failure crashes at address 0xf1, after a line that is written from here: without a
// thread pointer nothing of the runtime works, not even throw.
FUNC(settls)
	addq	$8, %rdi			// ELF wants to use -8(%fs)
	movq	%rdi, 0(%rdi)			// %fs:0 holds its own address (the ABI's)
	movq	%rdi, %rsi
	movl	$0x1002, %edi			// ARCH_SET_FS
	movl	$158, %eax			// arch_prctl
	syscall
	cmpq	$0xfffffffffffff001, %rax
	jb	1f
	movl	$1, %eax			// write
	movl	$2, %edi
	leaq	.Lsettlsfailed(%rip), %rsi
	movl	$.Lsettlsend - .Lsettlsfailed, %edx
	syscall
	movl	$0xf1, 0xf1			// crash
1:	ret
.Lsettlsfailed:
	.ascii	"fatal error: arch_prctl failed\n"
.Lsettlsend:
END(settls)

// void setg_gcc(G *gp): what _cgo_init gets to set the running G with.
FUNC(setg_gcc)
	ENDBR
	movq	%rdi, TLS_G
	ret
END(setg_gcc)

// void newproc(int32 siz, FuncVal *fn, ...): start a goroutine running fn with siz bytes
// of arguments. Arguments on the stack, as in Go: 8(%rsp) siz, 16(%rsp) fn, 24(%rsp) ...
FUNC(newproc)
	movl	8(%rsp), %edi			// siz
	movq	16(%rsp), %rsi			// fn
	leaq	24(%rsp), %rdx			// argp
	movq	0(%rsp), %rcx			// callerpc
	jmp	newproc_c
END(newproc)

// The first function of every M, on its g0.
// Returns from mstart1 only by gogo(&g0->sched), when a G exits while locked to its
// thread: then the thread ends. The registers are not what they were.
FUNC(mstart)
	.cfi_undefined rip
	ENDBR
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	movq	TLS_G, %rax
	movq	g_stack_lo(%rax), %rcx
	addq	$STACK_GUARD, %rcx
	FIX_GUARD "(%rax)", %rcx
	movq	%rcx, TLS_GUARD
	call	mstart1
	call	mexit				// returns into a C library, by which it came
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
END(mstart)

FUNC(asminit)
	ret					// nothing to set up on amd64
END(asminit)

FUNC(abort)
	int3
1:	jmp	1b
END(abort)

FUNC(breakpoint)
	int3
	ret
END(breakpoint)

	ENDFILE
