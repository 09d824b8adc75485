// The twin of bench/select4.c.
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

func produce(c chan<- int64) {
	for i := int64(0); ; i++ {
		c <- i
	}
}

func main() {
	n := count(5000000)
	a, b, c, d := make(chan int64), make(chan int64), make(chan int64), make(chan int64)
	go produce(a)
	go produce(b)
	go produce(c)
	go produce(d)
	sum := int64(0)
	start := time.Now()
	for i := 0; i < n; i++ {
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
	metric("op", float64(time.Since(start).Nanoseconds())/float64(n), "ns")
	if sum < 0 {
		os.Exit(1)
	}
}
