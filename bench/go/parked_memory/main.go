// The twin of bench/parked_memory.c.
package main

import (
	"bench/measure"
	"runtime"
	"sync"
	"time"
)

func main() {
	n := measure.Count(1000000)
	rss, tables := measure.Status("VmRSS:"), measure.Status("VmPTE:")
	gate := make(chan struct{})
	var parked, done sync.WaitGroup
	parked.Add(n)
	done.Add(n)
	start := time.Now()
	for range n {
		go func() {
			parked.Done()
			<-gate
			done.Done()
		}()
	}
	parked.Wait()
	create := time.Since(start)
	for range 100 { // until every goroutine waits
		runtime.Gosched()
	}
	rss = measure.Status("VmRSS:") - rss
	tables = measure.Status("VmPTE:") - tables
	start = time.Now()
	close(gate)
	done.Wait()
	wake := time.Since(start)

	each := func(x float64) float64 { return x / float64(n) }
	measure.Metric("rss_per_g", each(rss), "B")
	measure.Metric("pagetable_per_g", each(tables), "B")
	measure.Metric("create", each(float64(create)), "ns")
	measure.Metric("wake_join", each(float64(wake)), "ns")
}
