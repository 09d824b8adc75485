// The twin of bench/preempt.c.
package main

import (
	"bench/measure"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	turns uint64 // of the loop
	stop  atomic.Bool
)

func hog() {
	for !stop.Load() {
		atomic.StoreUint64(&turns, turns+1)
	}
}

func cputime() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

// Turns in a nanosecond of processor time while the sleeper sleeps n times d.
func rate(n int, d time.Duration, late []time.Duration) float64 {
	from, cpu := atomic.LoadUint64(&turns), cputime()
	for i := range n {
		start := time.Now()
		time.Sleep(d)
		if late != nil {
			late[i] = time.Since(start) - d
		}
	}
	return float64(atomic.LoadUint64(&turns)-from) / float64(cputime()-cpu)
}

func main() {
	n := measure.Count(2000)
	late := make([]time.Duration, n)
	var wg sync.WaitGroup
	wg.Go(hog)
	alone := rate(n/100+1, 100*time.Millisecond, nil)
	together := rate(n, time.Millisecond, late)
	stop.Store(true)
	wg.Wait()
	measure.Lateness(late)
	measure.Metric("loop_loss", 100*(1-together/alone), "%")
}
