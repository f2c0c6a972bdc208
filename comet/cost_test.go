package comet

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// costOf measures what a function allocates.
func costOf(f func()) (bytes, objects int64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc), int64(after.Mallocs - before.Mallocs)
}

// poolCost measures what the pool of batches allocates for one write: nothing,
// but the race detector lets it lose a part of them.
func poolCost(transport string, event []byte) (bytes, objects float64) {
	const writes = 10_000
	framing := newTransport(dataRequest{Transport: transport, Tag: "t"})
	allBytes, allObjects := costOf(func() {
		for range writes {
			b := newBatch(maxInteger, maxInteger)
			b.add(event)
			b.buffer = framing.event(b.buffer[:0], event)
			b.release()
		}
	})
	return float64(allBytes) / writes, float64(allObjects) / writes
}

func TestADeliveryNeitherAllocatesNorEncodes(t *testing.T) {
	const listeners, rounds, size = 300, 30, 20 << 10
	for _, transport := range []string{transportFrame, transportLines} {
		t.Run(transport, func(t *testing.T) {
			hub := newBenchHub(1)
			defer hub.stop()
			hub.payload = []byte(`"` + strings.Repeat("x", size) + `"`)
			for i := range listeners {
				hub.listen(fmt.Sprint("user", i), transport, &benchWriter{hub: hub, header: make(http.Header)})
			}
			waitFor(func() bool { return hub.Stats().Writes == listeners })
			hub.round(listeners)
			allBytes, allObjects := costOf(func() {
				for range rounds {
					hub.round(listeners)
				}
			})
			bytes, objects := float64(allBytes)/listeners/rounds, float64(allObjects)/listeners/rounds
			poolBytes, poolObjects := poolCost(transport, hub.payload)
			t.Logf("%.3f objects and %.0f bytes a delivery, of which the pool %.3f and %.0f", objects, bytes, poolObjects, poolBytes)
			if objects > poolObjects+0.3 || bytes > poolBytes*1.2+size/10 {
				t.Error("a delivery costs memory")
			}
		})
	}
}

func TestAPresenceEventIsSharedByAllItsListeners(t *testing.T) {
	const listeners, rounds, size = 300, 30, 20 << 10
	hub := newPresenceHub(listeners)
	defer hub.stop()
	hub.presenceRound(listeners, size)
	allBytes, allObjects := costOf(func() {
		for range rounds {
			hub.presenceRound(listeners, size)
		}
	})
	bytes, objects := float64(allBytes)/listeners/rounds, float64(allObjects)/listeners/rounds
	poolBytes, poolObjects := poolCost(transportLines, hub.told.Load().event)
	t.Logf("%.3f objects and %.0f bytes a listener, of which the pool %.3f and %.0f", objects, bytes, poolObjects, poolBytes)
	if objects > poolObjects+0.3 || bytes > poolBytes*1.2+size/10 {
		t.Error("telling of presence costs memory")
	}
}

// stuckWriter is a socket that takes the first write and then no more.
type stuckWriter struct {
	header http.Header
	writes atomic.Int64
	freed  chan struct{}
}

func (w *stuckWriter) Header() http.Header { return w.header }

func (w *stuckWriter) WriteHeader(int) {}

func (w *stuckWriter) Write(p []byte) (int, error) {
	if w.writes.Add(1) > 1 {
		<-w.freed
		return 0, http.ErrHandlerTimeout
	}
	return len(p), nil
}

func (w *stuckWriter) FlushError() error { return nil }

func (w *stuckWriter) SetWriteDeadline(time.Time) error { return nil }

// TestAReaderThatStopsReadingCostsTheSameHoweverMuchIsPublished stalls many
// streams and fills the ring; from then on nothing may grow.
func TestAReaderThatStopsReadingCostsTheSameHoweverMuchIsPublished(t *testing.T) {
	const listeners = 400
	hub := newBenchHub(1)
	freed := make(chan struct{})
	var stuck []*stuckWriter
	var streams sync.WaitGroup
	for i := range listeners {
		w := &stuckWriter{header: make(http.Header), freed: freed}
		stuck = append(stuck, w)
		transport := []string{transportFrame, transportLines}[i%2]
		q := dataRequest{ID: "a", Transport: transport, Tag: "t", Have: have("room:1", 100, 0)}
		streams.Go(func() { hub.DataHandler().ServeHTTP(w, benchRequest(fmt.Sprint("user", i), body(q))) })
	}
	publish := func(n int) {
		for range n {
			hub.seq++
			hub.Publish("room:1", 100, Event{hub.seq, benchPayload})
		}
	}
	waitFor(func() bool { return hub.Stats().Writes == listeners })
	publish(300)
	for _, w := range stuck {
		waitFor(func() bool { return w.writes.Load() == 2 })
	}
	before := heap()
	publish(20_000)
	grown := heap() - before
	t.Logf("%d bytes for each stalled stream after 20000 more events", grown/listeners)
	if grown > listeners*200 {
		t.Errorf("%d bytes more for %d streams that do not read", grown, listeners)
	}
	close(freed)
	streams.Wait()
	hub.stop()
}
