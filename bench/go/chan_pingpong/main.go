// The twin of bench/chan_pingpong.c.
package main

import (
	"bench/measure"
	"os"
	"time"
)

func main() {
	n := measure.Count(3000000)
	ping, pong := make(chan int64), make(chan int64)
	go func() {
		for range n {
			pong <- <-ping
		}
	}()
	v := int64(0)
	start := time.Now()
	for i := range n {
		ping <- int64(i)
		v = <-pong
	}
	measure.Each("roundtrip", start, n)
	if v != int64(n-1) {
		os.Exit(1)
	}
}
