// Package measure is bench/bench.h for the twins: their N, and their lines of output.
package measure

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Count returns the first argument, or normally.
func Count(normally int) int {
	if len(os.Args) > 1 {
		if n, err := strconv.Atoi(os.Args[1]); err == nil && n > 0 {
			return n
		}
	}
	return normally
}

func Metric(name string, value float64, unit string) {
	fmt.Printf("%s %.2f %s\n", name, value, unit)
}

// Each prints the time since start, divided by n.
func Each(name string, start time.Time, n int) {
	Metric(name, float64(time.Since(start).Nanoseconds())/float64(n), "ns")
}

// Total prints the time since start.
func Total(name string, start time.Time) {
	Metric(name, float64(time.Since(start).Nanoseconds())/1e6, "ms")
}

// Lateness sorts what was measured.
func Lateness(late []time.Duration) {
	us := func(i int) float64 { return float64(late[i]) / 1e3 }
	slices.Sort(late)
	Metric("late_p50", us(len(late)/2), "us")
	Metric("late_p99", us(len(late)*99/100), "us")
	Metric("late_max", us(len(late)-1), "us")
}

// Status returns a line of /proc/self/status ("VmRSS:") in bytes.
func Status(key string) float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == key {
			kb, _ := strconv.ParseFloat(fields[1], 64)
			return 1024 * kb
		}
	}
	return 0
}
