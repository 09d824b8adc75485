// The twin of bench/chan_buffered.c.
package main

import (
	"fmt"
	"os"
	"strconv"
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

func main() {
	n := count(20000000)
	c := make(chan int64, 128)
	go func() {
		for i := 0; i < n; i++ {
			c <- int64(i)
		}
		close(c)
	}()
	start := time.Now()
	sum := int64(0)
	for v := range c {
		sum += v
	}
	metric("item", float64(time.Since(start).Nanoseconds())/float64(n), "ns")
	if sum != int64(n)*int64(n-1)/2 {
		os.Exit(1)
	}
}
