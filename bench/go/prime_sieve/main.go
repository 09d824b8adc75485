// The twin of bench/prime_sieve.c.
package main

import (
	"bench/measure"
	"time"
)

func generate(c chan<- int64) {
	for i := int64(2); ; i++ {
		c <- i
	}
}

func filter(in <-chan int64, out chan<- int64, prime int64) {
	for {
		if v := <-in; v%prime != 0 {
			out <- v
		}
	}
}

func main() {
	n := measure.Count(2000)
	start := time.Now()
	c := make(chan int64)
	go generate(c)
	for range n {
		prime := <-c
		out := make(chan int64)
		go filter(c, out, prime)
		c = out
	}
	measure.Total("total", start)
}
