package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"chatd/store"
)

// TestEveryEventIsLoggedOnceAndInOrder lets people talk, come and go in many
// rooms through two nodes whose connections are cut and whose rooms are held
// now and then, and compares what everybody was told with the log.
func TestEveryEventIsLoggedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []store.User{w.user("ada"), w.user("bob"), w.user("cyd"), w.user("dan")}
	var rooms []store.Room
	for i := range 6 {
		rooms = append(rooms, w.room(store.RoomPublic, fmt.Sprint("room ", i), w.owner, people...))
	}
	cutters := []*cutter{w.newCutter(), w.newCutter()}
	nodes := []*node{
		w.nodeOn(cutters[0].open(w), store.CommitterConfig{BatchMax: 7}),
		w.nodeOn(cutters[1].open(w), store.CommitterConfig{}),
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)

	told := make([]map[int64][]store.Message, len(people)) // what each person was answered, by room
	errs := together(len(people)+1, func(i int) error {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		if i == len(people) {
			return w.disturb(r, cutters, rooms)
		}
		told[i] = map[int64][]store.Message{}
		return w.talk(r, nodes, people[i], rooms, told[i])
	})
	w.ok(errors.Join(errs...))
	w.until("all news is numbered", func() bool {
		look, err := w.Look(t.Context(), 1)
		w.ok(err)
		nodes[0].Number(look.PendingTopics...)
		return len(look.PendingTopics) == 0
	})
	for _, n := range nodes {
		n.stop()
	}
	for _, room := range rooms {
		w.compare(room, people, told, nodes)
	}
}

// talk sends messages, some twice and at another node, and leaves and joins.
func (w *world) talk(r *rand.Rand, nodes []*node, me store.User, rooms []store.Room, told map[int64][]store.Message) error {
	for range 60 {
		room := rooms[r.IntN(len(rooms))]
		if r.IntN(10) == 0 {
			change := w.LeaveRoom
			if r.IntN(2) == 0 {
				change = w.JoinRoom
			}
			pending, err := change(w.ctx(), me.ID, room.ID)
			if err != nil {
				return err
			}
			nodes[r.IntN(2)].Number(pending...)
			continue
		}
		var burst sync.WaitGroup
		in := w.relate(r, message(room, me, fmt.Sprint(me.Username, r.Uint32())), told[room.ID])
		sent := make([]store.Sent, 1+r.IntN(2))
		errs := make([]error, len(sent))
		for i := range sent {
			n := nodes[r.IntN(2)]
			burst.Go(func() {
				for errs[i] = store.ErrUnavailable; errors.Is(errs[i], store.ErrUnavailable); {
					sent[i], errs[i] = n.Send(w.ctx(), in)
				}
			})
		}
		burst.Wait()
		var misplaced *store.InvalidError
		for i, err := range errs {
			switch {
			case errors.Is(err, store.ErrNotMember), errors.As(err, &misplaced) && in.Thread+in.ReplyTo > 0:
			case err != nil:
				return err
			case i == 0:
				told[room.ID] = append(told[room.ID], sent[0].Message)
			case errs[0] == nil && !reflect.DeepEqual(sent[i].Message, sent[0].Message):
				return fmt.Errorf("one send, two answers: %+v and %+v", sent[0], sent[i])
			}
		}
	}
	return nil
}

// relate makes half of the sends a reply in a thread, an answer, or one that
// mentions people, who may not be in the room.
func (w *world) relate(r *rand.Rand, in store.Send, told []store.Message) store.Send {
	if in.HTML = ""; r.IntN(2) == 0 {
		in.HTML = "<p>" + in.Body + "</p>"
	}
	if len(told) > 0 && r.IntN(3) == 0 {
		root := told[r.IntN(min(len(told), 3))]
		in.Thread = cmp.Or(root.Thread, root.Number)
	}
	if len(told) > 0 && r.IntN(4) == 0 {
		in.ReplyTo = told[r.IntN(len(told))].Number // perhaps elsewhere
	}
	if r.IntN(4) == 0 {
		in.Mentions = []int64{w.owner.ID, in.AuthorID, in.AuthorID + 2}
		in.MentionsAll = []string{"", store.MentionsRoom, store.MentionsHere}[r.IntN(3)]
	}
	return in
}

// disturb loses answers and holds rooms.
func (w *world) disturb(r *rand.Rand, cutters []*cutter, rooms []store.Room) error {
	for range 15 {
		release := w.hold(rooms[r.IntN(len(rooms))].ID)
		cutters[r.IntN(2)].cuts.Store(1)
		w.number(`select 1 from pg_sleep($1::float8 / 1000)`, r.IntN(30))
		release()
	}
	return nil
}

// compare checks one room: the log is without gaps and repeats, everybody's
// messages are in it as they were answered and in their order, and no listener
// heard anything else, out of order, or nothing of a message.
func (w *world) compare(room store.Room, people []store.User, told []map[int64][]store.Message, nodes []*node) {
	w.t.Helper()
	w.wantWhole(room)
	log := w.log(room.ID)
	for _, e := range log {
		if e.Message != nil {
			e.Message.Replies = nil // of now, not of when it was sent
		}
	}
	for i, person := range people {
		var stored []store.Message
		for _, e := range log {
			if e.Message != nil && e.Message.Author.ID == person.ID {
				stored = append(stored, *e.Message)
			}
		}
		if !reflect.DeepEqual(stored, told[i][room.ID]) {
			w.t.Errorf("%s in %s: %d messages are stored, %d were answered", person.Username, room.Name, len(stored), len(told[i][room.ID]))
		}
	}
	heard := map[int64]bool{}
	for i, n := range nodes {
		if !ascends(n.seqs(room.ID)) {
			w.t.Errorf("node %d in %s heard %v", i, room.Name, n.seqs(room.ID))
		}
		for _, e := range n.heard[room.ID] {
			if !reflect.DeepEqual(e, log[e.Seq-1]) {
				w.t.Errorf("node %d heard %+v, the log has %+v", i, e, log[e.Seq-1])
			}
			heard[e.Seq] = true
		}
	}
	for _, e := range log {
		if e.Message != nil && !heard[e.Seq] {
			w.t.Errorf("%s: nobody heard %d of %v", room.Name, e.Seq, slices.Sorted(maps.Keys(heard)))
		}
	}
}
