// kernel.h - amd64: where Linux differs from one processor to the other.
#ifndef RT0_ARCH_KERNEL_H
#define RT0_ARCH_KERNEL_H

// The names in the vDSO, and their version.
#define VDSO_VERSION "LINUX_2.6"
#define VDSO_CLOCK_GETTIME "__vdso_clock_gettime"
#define VDSO_GETTIMEOFDAY "__vdso_gettimeofday"

#define ENTRY _rt0_amd64_linux
#define RELOCATION R_X86_64_RELATIVE // the type of those in a static program

// Is there padding in struct epoll_event?
#define EPOLLPACKED __attribute__((packed))

#endif
