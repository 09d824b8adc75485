// The twin of bench/prime_sieve.c.
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
	n := count(2000)
	start := time.Now()
	c := make(chan int64)
	go generate(c)
	for i := 0; i < n; i++ {
		prime := <-c
		out := make(chan int64)
		go filter(c, out, prime)
		c = out
	}
	metric("total", float64(time.Since(start).Nanoseconds())/1e6, "ms")
}
