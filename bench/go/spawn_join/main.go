// The twin of bench/spawn_join.c.
package main

import (
	"bench/measure"
	"sync"
	"time"
)

func batches(name string, n, batch int) {
	var wg sync.WaitGroup
	start := time.Now()
	for range n / batch {
		wg.Add(batch)
		for range batch {
			go wg.Done()
		}
		wg.Wait()
	}
	measure.Each(name, start, n/batch*batch)
}

func main() {
	n := measure.Count(4000000)
	batches("batch1000", n, 1000)
	batches("batch1", n/4, 1)
}
