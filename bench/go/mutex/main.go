// The twin of bench/mutex.c.
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

const crowd = 8

var (
	m     sync.Mutex
	total int
)

func main() {
	n := count(20000000)
	start := time.Now()
	for i := 0; i < n; i++ {
		m.Lock()
		total++
		m.Unlock()
	}
	metric("uncontended", float64(time.Since(start).Nanoseconds())/float64(n), "ns")
	var wg sync.WaitGroup
	wg.Add(crowd)
	start = time.Now()
	for i := 0; i < crowd; i++ {
		go func() {
			for i := 0; i < n/crowd; i++ {
				m.Lock()
				total++
				m.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	metric("contended8", float64(time.Since(start).Nanoseconds())/float64(n), "ns")
}
