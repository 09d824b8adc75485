// The twin of bench/chan_buffered.c.
package main

import (
	"bench/measure"
	"os"
	"time"
)

func main() {
	n := measure.Count(20000000)
	c := make(chan int64, 128)
	go func() {
		for i := range n {
			c <- int64(i)
		}
		close(c)
	}()
	start := time.Now()
	sum := int64(0)
	for v := range c {
		sum += v
	}
	measure.Each("item", start, n)
	if sum != int64(n)*int64(n-1)/2 {
		os.Exit(1)
	}
}
