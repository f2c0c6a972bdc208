package app

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"chatd/comet"
)

// People write, delete and take back at two nodes at once. Whoever comes to a
// node after it has heard of a deletion is not told the text, by whatever way,
// and in the end everything is counted as if nothing had been deleted. A node has
// heard of what was deleted there when that is answered, and of what was deleted
// at the other one when it tells that: until the doorbell has rung it knows nothing.
func TestNobodyIsToldWhatIsDeletedHoweverTheyCome(t *testing.T) {
	t.Parallel()
	one := newWorld(t)
	ana := one.owner()
	people := []*person{ana.brings("ben"), ana.brings("cleo"), ana.brings("dan")}
	two := newWorldOn(t, one.store)
	room := ana.room("general").ID
	topic := roomTopic(room)
	before := ana.cursors()[topic]
	nodes := make([]*person, 2) // Ana at both
	ears := make([]*listener, 2)
	for i, w := range []*world{one, two} {
		nodes[i] = w.withToken(ana.sessionCookie().Value)
		nodes[i].me = ana.me
		ears[i] = nodes[i].streams([]string{"ndjson", "iframe"}[i])
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)

	const each = 12
	said := make(chan Message, len(people)*each)
	var talking sync.WaitGroup
	for i, p := range people {
		talking.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			at := *p
			for n := range each {
				if r.IntN(2) == 0 {
					at.world = two
				} else {
					at.world = one
				}
				at.header = http.Header{"Cookie": {"chatd_session=" + p.sessionCookie().Value}}
				said <- at.says(room, fmt.Sprintf("text %d of %s.", n, p.me.Username))
			}
		})
	}
	go func() { talking.Wait(); close(said) }()

	r := rand.New(rand.NewPCG(seed, 99))
	gone := map[int64]string{}
	known := []map[int64]string{{}, {}} // which of these each node has heard of
	for m := range said {
		if r.IntN(2) == 0 {
			continue
		}
		i := r.IntN(2)
		d := nodes[i].deletes(room, m.Number)
		gone[m.Number], known[i][m.Number] = m.Body, m.Body
		if r.IntN(2) == 0 {
			i = 1 - i
			ears[i].news(topic, "messages-deleted", func(n News) bool { return slices.Contains(n.Numbers, m.Number) })
			known[i] = maps.Clone(gone) // the log tells of them in their order
		}
		for way, heard := range nodes[i].overhears(room, before) {
			for number, text := range known[i] {
				if strings.Contains(heard, text) {
					t.Fatalf("node %d, by %s, tells message %d, which is deleted: %s", i+1, way, number, heard)
				}
			}
		}
		if r.IntN(4) == 0 {
			nodes[r.IntN(2)].undoes(d)
			for _, of := range append(known, gone) {
				delete(of, m.Number)
			}
		}
	}
	one.wantCounted(ana, room, len(people)*each, gone, before)
}

// wantCounted fails unless a room has so many messages, of which these are
// deleted, and its log leads to the same.
func (w *world) wantCounted(p *person, room int64, total int, gone map[int64]string, before comet.Position) {
	w.t.Helper()
	history := p.history(room, "?limit=200").Messages
	if len(history) != total {
		w.t.Fatalf("%d messages, want %d", len(history), total)
	}
	for i, m := range history {
		_, deleted := gone[m.Number]
		if m.Number != int64(i+1) || m.Deleted != deleted || deleted != (m.Body == "") || deleted != (m.Author.ID == 0) {
			w.t.Errorf("message %d is %+v, want deleted: %t", i+1, m, deleted)
		}
	}
	entry := p.room("general")
	if entry.LastNumber != int64(total) || *entry.LastMessageAt != history[total-1].CreatedAt {
		w.t.Errorf("the overview has %+v", entry)
	}
	var mark ReadMark
	p.must(http.StatusOK, "PUT", roomPath(room)+"/read", map[string]any{"number": total + 1}, &mark)
	if mark.Number != int64(total) {
		w.t.Errorf("read up to %d, want %d", mark.Number, total)
	}
	// A client that follows all news from the beginning, and fetches what is back,
	// ends up with the same.
	l := p.listener()
	to := l.have[roomTopic(room)]
	l.have = map[string]comet.Position{roomTopic(room): before}
	shown := map[int64]string{}
	for l.have[roomTopic(room)].Seq < to.Seq {
		l.polls()
	}
	for _, news := range l.heard {
		switch {
		case news.Message != nil:
			shown[news.Message.Number] = news.Message.Body
		case news.Kind == "messages-deleted":
			for _, number := range news.Numbers {
				delete(shown, number)
			}
		case news.Kind == "messages-undeleted":
			for _, number := range news.Numbers {
				if m := history[number-1]; !m.Deleted {
					shown[number] = m.Body
				}
			}
		}
	}
	for _, m := range history {
		if text, there := shown[m.Number]; there == m.Deleted || text != m.Body {
			w.t.Errorf("a client shows message %d as %q, the history has %+v", m.Number, text, m)
		}
	}
}
