// The twin of bench/timers.c.
package main

import (
	"bench/measure"
	"sync"
	"syscall"
	"time"
)

func cputime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func main() {
	n := measure.Count(100000)
	when := make([]time.Duration, n)
	late := make([]time.Duration, n)
	lcg := uint32(12345)
	for i := range when {
		lcg = lcg*1664525 + 1013904223
		when[i] = time.Duration(1000+(lcg>>8)%99000) * time.Microsecond
	}
	var wg sync.WaitGroup
	wg.Add(n)
	start, cpu := time.Now(), cputime()
	for i := range n {
		go func() {
			start := time.Now()
			time.Sleep(when[i])
			late[i] = time.Since(start) - when[i]
			wg.Done()
		}()
	}
	wg.Wait()
	measure.Total("wall", start)
	measure.Metric("cpu", float64(cputime()-cpu)/1e6, "ms")
	measure.Lateness(late)
}
