// The twin of bench/chan_pingpong.c.
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
	n := count(3000000)
	ping, pong := make(chan int64), make(chan int64)
	go func() {
		for i := 0; i < n; i++ {
			pong <- <-ping
		}
	}()
	start := time.Now()
	for i := 0; i < n; i++ {
		ping <- int64(i)
		<-pong
	}
	metric("roundtrip", float64(time.Since(start).Nanoseconds())/float64(n), "ns")
}
