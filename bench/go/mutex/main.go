// The twin of bench/mutex.c.
package main

import (
	"bench/measure"
	"os"
	"sync"
	"time"
)

const crowd = 8

var (
	m     sync.Mutex
	total int
)

func add(times int) {
	for range times {
		m.Lock()
		total++
		m.Unlock()
	}
}

func main() {
	n := measure.Count(20000000)
	start := time.Now()
	add(n)
	measure.Each("uncontended", start, n)
	var wg sync.WaitGroup
	start = time.Now()
	for range crowd {
		wg.Go(func() { add(n / crowd) })
	}
	wg.Wait()
	measure.Each("contended8", start, n)
	if total != n+n/crowd*crowd {
		os.Exit(1)
	}
}
