// The twin of bench/timers.c.
package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func count(normally int) int {
	if len(os.Args) > 1 {
		if n, err := strconv.Atoi(os.Args[1]); err == nil {
			return n
		}
	}
	return normally
}

func metric(name string, value float64, unit string) {
	fmt.Printf("%s %.1f %s\n", name, value, unit)
}

func cputime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func main() {
	n := count(100000)
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
	for i := 0; i < n; i++ {
		go func() {
			start := time.Now()
			time.Sleep(when[i])
			late[i] = time.Since(start) - when[i]
			wg.Done()
		}()
	}
	wg.Wait()
	metric("wall", float64(time.Since(start).Nanoseconds())/1e6, "ms")
	metric("cpu", float64(cputime()-cpu)/1e6, "ms")
	slices.Sort(late)
	metric("late_p50", float64(late[n/2])/1e3, "us")
	metric("late_p99", float64(late[n*99/100])/1e3, "us")
}
