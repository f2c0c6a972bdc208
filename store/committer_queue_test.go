package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// entry makes a send for the queue alone.
func entry(room, author int64, client byte, body string) *send {
	s := &send{Send: Send{RoomID: room, AuthorID: author, Body: body}, answer: make(chan outcome, 1)}
	s.client.Valid = true
	s.client.Bytes[0] = client
	return s
}

// put adds a send that must find a place.
func put(t testing.TB, q *queue, s *send) *send {
	t.Helper()
	if err := q.add(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoomsTakeTurnsInABatch(t *testing.T) {
	q := newQueue(1000)
	for i := range 100 {
		put(t, q, entry(7, 1, byte(i), "busy"))
	}
	quiet := put(t, q, entry(8, 1, 200, "quiet"))
	b := q.take(20)
	if b.size != 20 || len(b.parts) != 2 || len(b.parts[0].sends) != 19 || b.parts[1].sends[0] != quiet {
		t.Errorf("batch of %d: %+v", b.size, b.parts)
	}
	q.finish(quiet, outcome{})
	b.parts[0].sends, b.parts[1].sends = nil, nil
	q.settle(b)
	if b := q.take(1000); b.size != 81 || q.take(1) != nil {
		t.Errorf("the rest has %d sends", b.size)
	}
}

func TestABatchHasNoSendTwiceAndABoundedSize(t *testing.T) {
	q := newQueue(1000)
	first := put(t, q, entry(7, 1, 1, "first"))
	put(t, q, entry(7, 2, 1, "another author"))
	put(t, q, entry(7, 1, 1, "again"))
	put(t, q, entry(7, 1, 2, "behind it"))
	put(t, q, entry(8, 1, 1, "in another room"))
	b := q.take(100)
	if b.size != 2 || b.parts[0].sends[0] != first || len(b.parts) != 1 {
		t.Errorf("batch %+v", b.parts)
	}
	if q.take(100) == nil {
		t.Error("the other room has to wait too")
	}

	q = newQueue(1000)
	for i := range 20 {
		put(t, q, entry(int64(i), 1, byte(i), strings.Repeat("x", 4*MaxBody)))
	}
	for total := 0; total < 20; {
		b := q.take(100)
		if b == nil || b.bytes > bytesMax {
			t.Fatalf("batch %+v", b)
		}
		total += b.size
	}
	put(t, q, entry(99, 1, 1, strings.Repeat("x", 2*bytesMax)))
	if b := q.take(100); b == nil || b.size != 1 {
		t.Error("a send that is large alone has to go too")
	}
}

func TestAFullQueueMakesSendsWaitAndAFullRoomRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(4)
		a := put(t, q, entry(7, 1, 1, "a"))
		put(t, q, entry(7, 1, 2, "b"))
		if err := q.add(t.Context(), entry(7, 1, 3, "c")); !errors.Is(err, ErrUnavailable) {
			t.Errorf("a third in a room of two: %v", err)
		}
		put(t, q, entry(8, 1, 4, "d"))
		put(t, q, entry(8, 1, 5, "e"))
		ctx, cancel := context.WithCancel(t.Context())
		given, placed := make(chan error, 1), make(chan error, 1)
		go func() { given <- q.add(ctx, entry(9, 1, 6, "f")) }()
		synctest.Wait()
		go func() { placed <- q.add(t.Context(), entry(9, 1, 7, "g")) }()
		synctest.Wait()
		cancel()
		if err := <-given; !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
		select {
		case err := <-placed:
			t.Errorf("did not wait: %v", err)
		default:
		}
		q.take(1)
		q.finish(a, outcome{})
		if err := <-placed; err != nil {
			t.Error(err)
		}
	})
}

// queueModel drives a queue as workers do and knows what must come out.
type queueModel struct {
	q        *queue
	waiting  map[int64][]*send // what each room must deliver, in order
	kicked   map[int64]bool
	held     []*batch
	stuck    []bool // which of them were taken alone
	ids      byte
	canceled map[*send]bool
	cancels  map[*send]func()
}

// TestEverySendLeavesTheQueueOnceAndInOrder checks random schedules: each room
// is in one batch at a time, its sends come out in the order they went in, and
// nothing is forgotten.
func TestEverySendLeavesTheQueueOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &queueModel{
			q: newQueue(1000), waiting: map[int64][]*send{}, kicked: map[int64]bool{},
			canceled: map[*send]bool{}, cancels: map[*send]func(){},
		}
		t.Repeat(map[string]func(*rapid.T){
			"add":    m.add,
			"kick":   m.kick,
			"cancel": m.cancel,
			"take":   func(t *rapid.T) { m.took(t, m.q.take(rapid.IntRange(1, 20).Draw(t, "limit")), false) },
			"alone": func(t *rapid.T) {
				if m.q.hire() {
					b := m.q.takeStuck(rapid.IntRange(1, 20).Draw(t, "limit"))
					m.took(t, b, true)
				}
			},
			"settle": m.settle,
			"return": m.giveBack,
			"":       m.check,
		})
		m.drain(t)
	})
}

func (m *queueModel) add(t *rapid.T) {
	m.ids++
	s := entry(rapid.Int64Range(1, 5).Draw(t, "room"), rapid.Int64Range(1, 2).Draw(t, "author"), m.ids%40, "text")
	ctx, cancel := context.WithCancel(context.Background())
	s.gone, m.cancels[s] = ctx.Done(), cancel
	if err := m.q.add(context.Background(), s); err != nil {
		t.Skip("full")
	}
	m.waiting[s.RoomID] = append(m.waiting[s.RoomID], s)
}

func (m *queueModel) kick(t *rapid.T) {
	room := rapid.Int64Range(1, 5).Draw(t, "room")
	m.q.kick([]int64{room})
	m.kicked[room] = true
}

func (m *queueModel) cancel(t *rapid.T) {
	room := rapid.Int64Range(1, 5).Draw(t, "room")
	if len(m.waiting[room]) == 0 {
		t.Skip("nobody waits")
	}
	s := rapid.SampledFrom(m.waiting[room]).Draw(t, "send")
	m.cancels[s]()
	m.canceled[s] = true
}

// took checks a batch against the model.
func (m *queueModel) took(t *rapid.T, b *batch, alone bool) {
	if b == nil {
		return
	}
	if len(b.parts) == 0 || alone && len(b.parts) != 1 {
		t.Fatalf("batch with %d parts", len(b.parts))
	}
	for _, p := range b.parts {
		room := p.lane.topic
		for _, other := range m.held {
			if slices.ContainsFunc(other.parts, func(q part) bool { return q.lane.topic == room }) {
				t.Fatalf("room %d is in two batches", room)
			}
		}
		m.forget(room)
		if len(p.sends) > len(m.waiting[room]) || !slices.Equal(p.sends, m.live(room)[:len(p.sends)]) {
			t.Fatalf("room %d: out of order", room)
		}
	}
	m.held = append(m.held, b)
	m.stuck = append(m.stuck, alone)
}

// live returns the sends of a room that somebody waits for.
func (m *queueModel) live(room int64) []*send {
	return slices.DeleteFunc(slices.Clone(m.waiting[room]), func(s *send) bool { return m.canceled[s] })
}

// forget drops what the queue may have dropped: canceled sends that were
// answered.
func (m *queueModel) forget(room int64) {
	m.waiting[room] = slices.DeleteFunc(m.waiting[room], func(s *send) bool { return m.canceled[s] && len(s.answer) == 1 })
}

// settle ends a batch: each part is skipped or some of it is done.
func (m *queueModel) settle(t *rapid.T) {
	b := m.pick(t)
	for i := range b.parts {
		p := &b.parts[i]
		room := p.lane.topic
		if p.skipped = rapid.Bool().Draw(t, "skipped"); p.skipped {
			continue
		}
		for _, s := range p.sends {
			m.waiting[room] = slices.DeleteFunc(m.waiting[room], func(o *send) bool { return o == s })
			m.q.finish(s, outcome{})
		}
		if p.kicked {
			m.kicked[room] = p.lane.kicked
		}
		p.sends, p.kicked = nil, false
	}
	m.q.settle(b)
}

func (m *queueModel) giveBack(t *rapid.T) { m.q.giveBack(m.pick(t)) }

// pick takes one of the held batches out of the model.
func (m *queueModel) pick(t *rapid.T) *batch {
	if len(m.held) == 0 {
		t.Skip("nothing is held")
	}
	i := rapid.IntRange(0, len(m.held)-1).Draw(t, "batch")
	b := m.held[i]
	if m.stuck[i] {
		m.q.waiters-- // its goroutine goes on to the next stuck lane or ends
	}
	m.held, m.stuck = slices.Delete(m.held, i, i+1), slices.Delete(m.stuck, i, i+1)
	return b
}

// check holds at all times: each lane with work is in exactly one place.
func (m *queueModel) check(t *rapid.T) {
	places := map[*lane]int{}
	for _, l := range slices.Concat(m.q.ready, m.q.stuck) {
		places[l]++
	}
	for _, b := range m.held {
		for _, p := range b.parts {
			places[p.lane]++
		}
	}
	for topic, l := range m.q.lanes {
		if places[l] != 1 || !l.placed {
			t.Fatalf("the lane of %d is in %d places", topic, places[l])
		}
	}
	if len(places) != len(m.q.lanes) {
		t.Fatalf("%d lanes are placed, %d are known", len(places), len(m.q.lanes))
	}
}

// drain settles everything until the queue is empty.
func (m *queueModel) drain(t *rapid.T) {
	for _, b := range m.held {
		m.q.giveBack(b)
	}
	m.held, m.stuck, m.q.waiters = nil, nil, 0
	for range 10000 {
		b := m.q.take(7)
		if b == nil && m.q.hire() {
			b = m.q.takeStuck(7)
			m.q.waiters = 0
		}
		if b == nil {
			break
		}
		m.took(t, b, false)
		m.held, m.stuck = nil, nil
		for i := range b.parts {
			p := &b.parts[i]
			for _, s := range p.sends {
				m.waiting[p.lane.topic] = slices.DeleteFunc(m.waiting[p.lane.topic], func(o *send) bool { return o == s })
				m.q.finish(s, outcome{})
			}
			m.kicked[p.lane.topic] = m.kicked[p.lane.topic] && !p.kicked
			p.sends, p.kicked = nil, false
		}
		m.q.settle(b)
	}
	for room := range m.waiting {
		m.forget(room)
		if left := m.waiting[room]; len(left) > 0 {
			t.Fatalf("room %d: %d sends are left", room, len(left))
		}
	}
	if len(m.q.lanes) != 0 || len(m.q.slots) != 0 {
		t.Fatalf("%d lanes and %d slots are left", len(m.q.lanes), len(m.q.slots))
	}
	for room, kicked := range m.kicked {
		if kicked {
			t.Fatalf("the news of %d is forgotten", room)
		}
	}
}
