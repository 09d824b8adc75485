// The twin of bench/syscall.c.
package main

import (
	"bench/measure"
	"syscall"
	"time"
)

func main() {
	n := measure.Count(5000000)
	start := time.Now()
	for range n {
		syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	}
	measure.Each("raw_getpid", start, n)
	start = time.Now()
	for range n {
		syscall.Syscall(syscall.SYS_GETPID, 0, 0, 0)
	}
	measure.Each("managed_getpid", start, n)
}
