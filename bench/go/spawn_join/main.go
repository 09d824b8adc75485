// The twin of bench/spawn_join.c.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
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

func batches(n, batch int) float64 {
	var wg sync.WaitGroup
	start := time.Now()
	for i := 0; i < n/batch; i++ {
		wg.Add(batch)
		for j := 0; j < batch; j++ {
			go func() {
				wg.Done()
			}()
		}
		wg.Wait()
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n/batch*batch)
}

func main() {
	n := count(4000000)
	metric("batch1000", batches(n, 1000), "ns")
	metric("batch1", batches(n/4, 1), "ns")
}
