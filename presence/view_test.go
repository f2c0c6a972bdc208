package presence

import (
	"testing"
	"time"
)

// BenchmarkSince is what one of many viewers costs when 10,000 people are
// online and one has just come.
func BenchmarkSince(b *testing.B) {
	var v view
	online := make([]int64, 10000)
	for i := range online {
		online[i] = int64(i)
	}
	v.load(1, 7, online, nil)
	v.apply([]change{{8, 10001, stateOnline, noticeSignedIn, time.Now(), time.Now()}}, time.Now())
	tenth := func(user int64) bool { return user%10 == 0 }
	for _, c := range []struct {
		name, revision string
		visible        func(user int64) bool
	}{
		{"nothing new", "1.8", nil},
		{"one change, everybody visible", "1.7", nil},
		{"one change, a tenth visible", "1.7", tenth},
		{"snapshot, everybody visible", "", nil},
		{"snapshot, a tenth visible", "", tenth},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					v.since(Sight{Sees: c.visible}, c.revision)
				}
			})
		})
	}
}
