// The twin of bench/alloc.c: what is not used any more is left to the collector.
package main

import (
	"bench/measure"
	"runtime"
	"sync"
	"time"
)

const slots, batch, depth = 4096, 256, 16

var n int

func next(seed *uint64) uint32 {
	*seed = *seed*6364136223846793005 + 1442695040888963407
	return uint32(*seed >> 33)
}

func object(seed *uint64, low, high int) []byte {
	size := low
	if low != high {
		size += int(next(seed)) % (high - low + 1)
	}
	p := make([]byte, size)
	p[0] = 1
	return p
}

func churn(worker, low, high int) {
	seed := uint64(worker) + 12345
	slot := make([][]byte, slots)
	for i := range slot {
		slot[i] = object(&seed, low, high)
	}
	for range n {
		slot[next(&seed)%slots] = object(&seed, low, high)
	}
}

func measured(name string, low, high int) {
	var wg sync.WaitGroup
	start := time.Now()
	for i := range runtime.GOMAXPROCS(0) {
		wg.Go(func() { churn(i, low, high) })
	}
	wg.Wait()
	measure.Each(name, start, n)
}

func produce(c chan<- [][]byte) {
	seed := uint64(12345)
	for range n / batch {
		b := make([][]byte, batch)
		for i := range b {
			b[i] = object(&seed, 16, 1024)
		}
		c <- b
	}
	close(c)
}

func remote() {
	var wg sync.WaitGroup
	start := time.Now()
	for range (runtime.GOMAXPROCS(0) + 1) / 2 {
		c := make(chan [][]byte, depth)
		wg.Go(func() { produce(c) })
		wg.Go(func() {
			for b := range c {
				clear(b)
			}
		})
	}
	wg.Wait()
	measure.Each("remote", start, n)
}

func main() {
	n = measure.Count(10000000)
	measured("size16", 16, 16)
	measured("size64", 64, 64)
	measured("size256", 256, 256)
	measured("size1024", 1024, 1024)
	measured("mix16_1024", 16, 1024)
	remote()
}
