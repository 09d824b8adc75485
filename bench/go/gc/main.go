// The twin of bench/gc.c.
package main

import (
	"bench/measure"
	"os"
	"strconv"
	"syscall"
	"time"
)

var before time.Time
var longest time.Duration
var looks uint32

func look() {
	if looks++; looks%64 != 1 {
		return
	}
	now := time.Now()
	if !before.IsZero() {
		longest = max(longest, now.Sub(before))
	}
	before = now
}

type node struct{ left, right *node }

func tree(depth int) *node {
	look()
	t := &node{}
	if depth > 0 {
		t.left = tree(depth - 1)
		t.right = tree(depth - 1)
	}
	return t
}

func (t *node) nodes() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.nodes() + t.right.nodes()
}

func trees(depth int) int {
	stays := tree(depth)
	sum := tree(depth + 1).nodes()
	for d := 4; d <= depth; d += 4 {
		for range 1 << (depth - d + 4) {
			sum += tree(d).nodes()
		}
	}
	return sum + stays.nodes()
}

type link struct {
	next  *link
	value [3]uint64
}

var first, last *link

func list(n int) (sum uint64) {
	const live = 100000
	for i := range n {
		look()
		l := &link{}
		l.value[0] = uint64(i)
		if last != nil {
			last.next = l
		} else {
			first = l
		}
		last = l
		if i >= live {
			sum += first.value[0]
			first = first.next
		}
	}
	return sum
}

// With pointers: Go does not read an object that has none.
type entry struct {
	value [7]uint64
	none  *entry
}

var table []*entry

func cache(n int) (sum uint64) {
	const entries = 1 << 20
	table = make([]*entry, entries)
	seed := uint64(1)
	for i := range n {
		look()
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		if e := table[seed%entries]; e != nil {
			sum += e.value[3]
		}
		e := &entry{}
		e.value[3] = uint64(i)
		table[seed%entries] = e
	}
	return sum
}

func main() {
	what, n := "trees", 0
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	if len(os.Args) > 2 {
		n, _ = strconv.Atoi(os.Args[2])
	}
	usual := map[string]int{"trees": 18, "list": 20000000, "cache": 5000000}
	if n <= 0 {
		n = usual[what]
	}
	switch what {
	case "trees":
		trees(n)
	case "list":
		list(n)
	default:
		cache(n)
	}
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	measure.Metric("cpu", float64(u.Utime.Nano()+u.Stime.Nano())/1e6, "ms")
	measure.Metric("longest", float64(longest.Nanoseconds())/1e6, "ms")
	measure.Metric("peak_rss", float64(u.Maxrss)/1024, "MiB")
}
