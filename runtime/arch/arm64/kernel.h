// kernel.h - arm64: where Linux differs from one processor to the other.
#ifndef RT0_ARCH_KERNEL_H
#define RT0_ARCH_KERNEL_H

// The names in the vDSO, and their version.
#define VDSO_VERSION "LINUX_2.6.39"
#define VDSO_CLOCK_GETTIME "__kernel_clock_gettime"
#define VDSO_GETTIMEOFDAY "__kernel_gettimeofday"

#define ENTRY _rt0_arm64_linux
#define RELOCATION R_AARCH64_RELATIVE // the type of those in a static program

// Is there padding in struct epoll_event?
#define EPOLLPACKED

#endif
