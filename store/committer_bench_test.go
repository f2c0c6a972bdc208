package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"chatd/store"
)

// The benchmarks measure acknowledged sends a second: messages of 200 bytes, so
// many senders at once. With CHATD_TEST_DATABASE_URL they measure a durable
// server rather than the test cluster, which does not wait for its disk.

func BenchmarkSendOneRoom(b *testing.B)              { benchmarkSend(b, 1, 1, 256) }
func BenchmarkSendSixteenRooms(b *testing.B)         { benchmarkSend(b, 1, 16, 256) }
func BenchmarkSendHundredRooms(b *testing.B)         { benchmarkSend(b, 1, 100, 256) }
func BenchmarkSendOneByOne(b *testing.B)             { benchmarkSend(b, 1, 1, 1) }
func BenchmarkSendOneRoomTwoNodes(b *testing.B)      { benchmarkSend(b, 2, 1, 256) }
func BenchmarkSendHundredRoomsTwoNodes(b *testing.B) { benchmarkSend(b, 2, 100, 256) }

func benchmarkSend(b *testing.B, nodes, rooms, senders int) {
	w := newWorld(b)
	targets := make([]store.Room, rooms)
	for i := range targets {
		targets[i] = w.room(store.RoomPublic, fmt.Sprint("room ", i), w.owner)
	}
	committers := make([]*node, nodes)
	for i := range committers {
		committers[i] = w.nodeOn(w.Store, store.CommitterConfig{})
	}
	_, session := w.browser().signIn(w.owner)
	body := strings.Repeat("0123456789", 20)
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	errs := together(senders, func(i int) error {
		for {
			n := int(next.Add(1))
			if n > b.N {
				return nil
			}
			_, err := committers[i%nodes].Send(context.Background(), store.Send{
				RoomID: targets[n%rooms].ID, AuthorID: w.owner.ID, SessionID: session, ClientID: clientID(), Body: body,
			})
			if err != nil {
				return err
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
	w.ok(errors.Join(errs...))
}
