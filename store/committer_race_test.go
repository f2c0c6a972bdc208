package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"chatd/store"
)

func TestWhoIsRemovedWhileABatchWaitsForTheLockDoesNotPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.forgetNews()
	n := w.node()
	release := w.hold(room.ID)
	adas, bobs := n.begin(message(room, ada, "too late")), n.begin(message(room, bob, "in time"))
	w.untilWaiting(1)
	pending, err := w.RemoveMember(t.Context(), w.owner.ID, ada.ID, room.ID, "")
	w.ok(err)
	release()
	if _, err := adas.end(); !errors.Is(err, store.ErrNotMember) {
		t.Errorf("the removed member's send: %v", err)
	}
	if _, err := bobs.end(); err != nil {
		t.Errorf("the other's send: %v", err)
	}
	n.Number(pending...)
	w.untilHead(room.ID, 2)
	if got := bodies(w.log(room.ID)); !reflect.DeepEqual(got, []string{"in time"}) {
		t.Errorf("log: %q", got)
	}
}

func TestASessionThatEndsWhileABatchWaitsForTheLockDoesNotPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	_, session := w.browser().signIn(w.owner)
	n := w.node()
	release := w.hold(room.ID)
	in := message(room, w.owner, "too late")
	in.SessionID = session
	late := n.begin(in)
	w.untilWaiting(1)
	_, err := w.EndSession(t.Context(), session, "signed-out")
	w.ok(err)
	release()
	if _, err := late.end(); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("send: %v", err)
	}
	if log := w.log(room.ID); len(log) != 0 {
		t.Errorf("log: %+v", log)
	}
}

func TestAHeldRoomDoesNotStallOthersAndIsDeliveredAfterwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var rooms []store.Room
	for i := range 8 { // more than there are connections to wait with
		rooms = append(rooms, w.room(store.RoomPublic, fmt.Sprint("room ", i), w.owner))
	}
	free := rooms[0]
	w.forgetNews()
	n := w.node()
	var held []func()
	var late []*sending
	for _, room := range rooms[1:] {
		held = append(held, w.hold(room.ID))
		late = append(late, n.begin(message(room, w.owner, "1")))
	}
	w.untilWaiting(4)
	for i := range 100 {
		n.say(free, w.owner, fmt.Sprint(i))
	}
	for i, room := range rooms[1:] {
		late = append(late, n.begin(message(room, w.owner, "2")))
		n.Number(room.ID)
		held[i]()
	}
	for _, s := range late {
		if _, err := s.end(); err != nil {
			t.Error(err)
		}
	}
	for _, room := range rooms[1:] {
		if got := bodies(w.log(room.ID)); len(got) != 2 {
			t.Errorf("room %s: %q", room.Name, got)
		}
		if heard := n.seqs(room.ID); !reflect.DeepEqual(heard, []int64{1, 2}) {
			t.Errorf("room %s: heard %v", room.Name, heard)
		}
	}
}

func TestARenameOfRoomOrAuthorStallsNoSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	tx, err := w.sql.Begin(t.Context())
	w.ok(err)
	_, err = tx.Exec(t.Context(), `update rooms set name_key = 'new' where id = $1`, room.ID)
	w.ok(err)
	_, err = tx.Exec(t.Context(), `update users set username_key = 'new' where id = $1`, w.owner.ID)
	w.ok(err)
	n.say(room, w.owner, "hello") // would hang
	w.ok(tx.Rollback(t.Context()))
}

func TestLeavingAndLoggingOutWaitForNoWriter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	_, session := w.browser().signIn(ada)
	w.forgetNews()
	n := w.node()
	n.say(room, ada, "bye")
	release := w.hold(room.ID, ada.ID)
	said := n.begin(message(room, w.owner, "she is leaving"))
	w.untilWaiting(1)
	pending, err := w.Control().LeaveRoom(t.Context(), ada.ID, room.ID) // would hang
	w.ok(err)
	_, err = w.Control().EndSession(t.Context(), session, "signed-out")
	w.ok(err)
	n.Number(pending...)
	n.Number(pending...)
	release()
	_, err = said.end()
	w.ok(err)
	w.untilHead(room.ID, 3)
	w.untilHead(ada.ID, 1)
	log := w.log(room.ID)
	leave := log[slices.IndexFunc(log, func(e store.Event) bool { return e.Kind == store.EventLeave })]
	if len(log) != 3 || leave.Seq < 2 || leave.User.ID != ada.ID || leave.Actor.ID != ada.ID {
		t.Errorf("log: %+v", log)
	}
	own := w.log(ada.ID)
	if len(own) != 1 || own[0].Kind != store.EventRoomRemoved || own[0].Room.ID != room.ID || own[0].Room.Name != "tea" {
		t.Errorf("own news: %+v", own)
	}
	w.until("listeners hear both", func() bool { return len(n.seqs(room.ID)) == 3 && len(n.seqs(ada.ID)) == 1 })
	if left := w.news(); len(left) != 0 {
		t.Errorf("still pending: %v", left)
	}
}

func TestTheSameSendAtManyPlacesIsStoredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	nodes := []*node{w.node(), w.node()}
	for round := range 20 {
		in := message(room, w.owner, fmt.Sprint(round))
		sent := make([]store.Sent, 12)
		errs := together(len(sent), func(i int) (err error) {
			sent[i], err = nodes[i%2].Send(t.Context(), in)
			return err
		})
		w.ok(errors.Join(errs...))
		first := 0
		for _, s := range sent {
			if !s.Repeated {
				first++
			}
			if !reflect.DeepEqual(s.Message, sent[0].Message) {
				t.Errorf("two answers: %+v and %+v", s.Message, sent[0].Message)
			}
		}
		if first != 1 {
			t.Errorf("%d sends were the first", first)
		}
	}
	if got := bodies(w.log(room.ID)); len(got) != 20 {
		t.Errorf("log: %q", got)
	}
}

func TestOneClientIDInTwoRoomsAtOnceIsStoredInOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rooms := []store.Room{w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)}
	w.forgetNews()
	nodes := []*node{w.node(), w.node()}
	for range 20 {
		// Two client ids crosswise, so that the nodes could wait for each other.
		ids := []string{clientID(), clientID()}
		errs := together(8, func(i int) error {
			in := message(rooms[i%2], w.owner, "hello")
			in.ClientID = ids[i/2%2]
			_, err := nodes[(i+i/4)%2].Send(t.Context(), in)
			return err
		})
		stored, refused := 0, 0
		for _, err := range errs {
			switch {
			case err == nil:
				stored++
			case errors.Is(err, store.ErrConflict):
				refused++
			default:
				t.Error(err)
			}
		}
		if stored != 4 || refused != 4 {
			t.Errorf("%d stored, %d refused", stored, refused)
		}
	}
	if got := len(w.log(rooms[0].ID)) + len(w.log(rooms[1].ID)); got != 40 {
		t.Errorf("%d messages, want 40", got)
	}
}
