package main

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations from microseconds to hours with an error of less
// than 2 %: each power of two has 64 buckets.
type histogram struct {
	buckets [64 * 40]atomic.Int64
	count   atomic.Int64
}

func bucketOf(micros uint64) int {
	if micros < 64 {
		return int(micros)
	}
	shift := bits.Len64(micros) - 7
	return min(shift*64+int(micros>>shift), 64*40-1)
}

// bucketEnd is the greatest value of a bucket.
func bucketEnd(i int) uint64 {
	if i < 128 {
		return uint64(i)
	}
	shift := i/64 - 1
	return (uint64(i-shift*64)+1)<<shift - 1
}

func (h *histogram) add(d time.Duration) {
	h.buckets[bucketOf(uint64(max(0, d.Microseconds())))].Add(1)
	h.count.Add(1)
}

// quantile is the duration that a share of all did not exceed, in milliseconds.
func (h *histogram) quantile(share float64) float64 {
	want := int64(share*float64(h.count.Load()) + 0.5)
	var seen int64
	for i := range h.buckets {
		if seen += h.buckets[i].Load(); seen >= max(want, 1) {
			return float64(bucketEnd(i)) / 1000
		}
	}
	return 0
}

// tell adds the usual quantiles to figures.
func (h *histogram) tell(figures map[string]float64, name string) {
	figures[name+"_p50_ms"] = h.quantile(0.5)
	figures[name+"_p99_ms"] = h.quantile(0.99)
	figures[name+"_max_ms"] = h.quantile(1)
}
