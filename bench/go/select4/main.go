// The twin of bench/select4.c.
package main

import (
	"bench/measure"
	"os"
	"time"
)

func produce(c chan<- int64) {
	for i := int64(0); ; i++ {
		c <- i
	}
}

func main() {
	n := measure.Count(5000000)
	a, b, c, d := make(chan int64), make(chan int64), make(chan int64), make(chan int64)
	go produce(a)
	go produce(b)
	go produce(c)
	go produce(d)
	sum := int64(0)
	start := time.Now()
	for range n {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v
		case v := <-c:
			sum += v
		case v := <-d:
			sum += v
		}
	}
	measure.Each("op", start, n)
	if sum < 0 {
		os.Exit(1)
	}
}
