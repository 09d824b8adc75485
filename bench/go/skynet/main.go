// The twin of bench/skynet.c.
package main

import (
	"bench/measure"
	"os"
	"time"
)

const children = 10

func skynet(parent chan<- int64, first, size int64) {
	if size == 1 {
		parent <- first
		return
	}
	c := make(chan int64)
	for i := range int64(children) {
		go skynet(c, first+i*size/children, size/children)
	}
	sum := int64(0)
	for range children {
		sum += <-c
	}
	parent <- sum
}

func main() {
	n := int64(measure.Count(1000000))
	start := time.Now()
	c := make(chan int64)
	go skynet(c, 0, n)
	sum := <-c
	measure.Total("total", start)
	measure.Metric("peak_rss", measure.Status("VmHWM:")/(1<<20), "MiB")
	if sum != n*(n-1)/2 {
		os.Exit(1)
	}
}
