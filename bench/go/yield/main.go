// The twin of bench/yield.c.
package main

import (
	"bench/measure"
	"runtime"
	"sync"
	"time"
)

func main() {
	n := measure.Count(10000000)
	var wg sync.WaitGroup
	start := time.Now()
	for range 2 {
		wg.Go(func() {
			for range n {
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	measure.Each("switch", start, 2*n)
}
