package store_test

import (
	"context"
	"fmt"
	"runtime"
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
func BenchmarkSendOneRoomTwoNodes(b *testing.B)      { benchmarkSend(b, 2, 1, 256) }
func BenchmarkSendHundredRoomsTwoNodes(b *testing.B) { benchmarkSend(b, 2, 100, 256) }

func benchmarkSend(b *testing.B, nodes, rooms, senders int) {
	s := newSenders(b, nodes, rooms)
	b.SetParallelism(max(1, senders/runtime.GOMAXPROCS(0)))
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.send(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}

// BenchmarkSendOneByOne measures a send that finds nobody else.
func BenchmarkSendOneByOne(b *testing.B) {
	s := newSenders(b, 1, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.send(); err != nil {
			b.Fatal(err)
		}
	}
}

// senders spread messages over nodes and rooms.
type senders struct {
	nodes   []*node
	rooms   []store.Room
	author  store.User
	session string
	body    string
	next    atomic.Int64
}

func newSenders(b *testing.B, nodes, rooms int) *senders {
	w := newWorld(b)
	s := &senders{author: w.owner, body: strings.Repeat("0123456789", 20)}
	for i := range rooms {
		s.rooms = append(s.rooms, w.room(store.RoomPublic, fmt.Sprint("room ", i), w.owner))
	}
	for range nodes {
		s.nodes = append(s.nodes, w.nodeOn(w.Store, store.CommitterConfig{}))
	}
	_, s.session = w.browser().signIn(w.owner)
	return s
}

func (s *senders) send() error {
	n := int(s.next.Add(1))
	_, err := s.nodes[n%len(s.nodes)].Send(context.Background(), store.Send{
		RoomID: s.rooms[n%len(s.rooms)].ID, AuthorID: s.author.ID, SessionID: s.session, ClientID: clientID(), Body: s.body,
	})
	return err
}
