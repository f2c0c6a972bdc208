package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chatd/store"
)

func TestALostAnswerOfACommitIsFoundAndHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	c := w.newCutter()
	n := w.nodeOn(c.open(w), store.CommitterConfig{})
	n.say(room, w.owner, "1")
	for i := range 3 {
		c.cuts.Store(1)
		text := fmt.Sprint("lost ", i)
		if sent := n.say(room, w.owner, text); sent.Repeated || sent.Message.Body != text {
			t.Errorf("sent %+v", sent)
		}
	}
	n.say(room, w.owner, "5")
	if log := w.log(room.ID); !reflect.DeepEqual(n.heard[room.ID], log) || len(log) != 5 {
		t.Errorf("heard %v of %q", n.seqs(room.ID), bodies(log))
	}
	if c.cuts.Load() > 0 {
		t.Error("no answer was lost")
	}
}

func TestACommitterSurvivesTheEndOfItsConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rooms := []store.Room{w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)}
	w.forgetNews()
	n := w.node()
	killing, stop := context.WithCancel(t.Context())
	var killed atomic.Int64
	var killer sync.WaitGroup
	killer.Go(func() {
		for killing.Err() == nil {
			var ended int64
			if w.sql.QueryRow(killing, `
				select count(pg_terminate_backend(pid)) from pg_stat_activity, pg_sleep(random() * 0.1)
				where datname = current_database() and application_name = 'chatd committer'`).Scan(&ended) == nil {
				killed.Add(ended)
			}
		}
	})
	// However fast they are, they go on until connections have ended under them.
	const senders, atLeast, ends = 8, 50, 3
	var sent atomic.Int64
	errs := together(senders, func(i int) error {
		for j := 0; j < atLeast || killed.Load() < ends; j++ {
			if _, err := n.Send(t.Context(), message(rooms[j%2], w.owner, fmt.Sprint(i, " ", j))); err != nil {
				return err
			}
			sent.Add(1)
		}
		return nil
	})
	stop()
	killer.Wait()
	w.ok(errors.Join(errs...))
	total := 0
	for _, room := range rooms {
		log := w.log(room.ID)
		total += len(log)
		if heard := n.seqs(room.ID); len(heard) != len(log) || !ascends(heard) {
			t.Errorf("heard %v of %d events", heard, len(log))
		}
	}
	if int64(total) != sent.Load() {
		t.Errorf("%d messages, want %d", total, sent.Load())
	}
}

func TestABadRowFailsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rooms := []store.Room{w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)}
	w.forgetNews()
	w.exec(`alter table messages add constraint messages_not_bad check (body not like 'bad%')`)
	n := w.node()
	release := w.hold(rooms[0].ID, rooms[1].ID) // so that they all wait together
	var good, bad []*sending
	for i := range 40 {
		room := rooms[i%2]
		if i == 13 || i == 14 {
			bad = append(bad, n.begin(message(room, w.owner, fmt.Sprint("bad ", i))))
			continue
		}
		good = append(good, n.begin(message(room, w.owner, fmt.Sprint(i))))
	}
	w.untilWaiting(2)
	release()
	for _, s := range good {
		if _, err := s.end(); err != nil {
			t.Error(err)
		}
	}
	for _, s := range bad {
		if _, err := s.end(); err == nil || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("bad: %v", err)
		}
	}
	if got := len(w.log(rooms[0].ID)) + len(w.log(rooms[1].ID)); got != 38 {
		t.Errorf("%d messages, want 38", got)
	}
}

func TestWhatFailsAtTheCommitItselfIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	w.exec(`create function refuse() returns trigger language plpgsql as
		$$ begin raise exception 'too late' using errcode = 'check_violation'; end $$`)
	w.exec(`create constraint trigger messages_refuse after insert on messages deferrable initially deferred
		for each row when (new.body = 'bad') execute function refuse()`)
	n := w.node()
	n.say(room, w.owner, "1")
	if sent, err := n.Send(t.Context(), message(room, w.owner, "bad")); err == nil || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("sent %+v, %v", sent, err)
	}
	n.say(room, w.owner, "2")
	log := w.log(room.ID)
	if got := bodies(log); !reflect.DeepEqual(got, []string{"1", "2"}) || !reflect.DeepEqual(n.heard[room.ID], log) {
		t.Errorf("log: %q, heard %v", got, n.seqs(room.ID))
	}
}

func TestSendsGiveUpWhileTheDatabaseIsAwayAndSucceedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	var failed atomic.Int64
	n := w.nodeOn(w.Store, store.CommitterConfig{OnBatch: func(_ int, _ time.Duration, err error) {
		if err != nil {
			failed.Add(1)
		}
	}})
	n.say(room, w.owner, "1")
	w.exec(`alter table messages rename to away`)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	in := message(room, w.owner, "2")
	if _, err := n.Send(ctx, in); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("while it is away: %v", err)
	}
	patient := n.begin(message(room, w.owner, "3"))
	tried := failed.Load() // what was given up may be in the attempt of now, but not in the one after
	w.until("it was tried once more without what was given up", func() bool { return failed.Load() >= tried+2 })
	w.exec(`alter table away rename to messages`)
	_, err := patient.end()
	w.ok(err)
	if sent, err := n.Send(t.Context(), in); err != nil || sent.Repeated {
		t.Errorf("tried again: %+v, %v", sent, err)
	}
	if got := bodies(w.log(room.ID)); !reflect.DeepEqual(got, []string{"1", "3", "2"}) {
		t.Errorf("log: %q", got)
	}
}

func TestLeftoverNewsIsNumberedAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	n := w.node()
	w.until("nothing is pending", func() bool { return len(w.news()) == 0 })
	log := w.log(store.WorkspaceTopic)
	if last := log[len(log)-1]; last.Kind != store.EventUserAdded || last.User.ID != ada.ID || last.User.Email != "" {
		t.Errorf("last: %+v", last)
	}
	w.until("listeners hear", func() bool { return len(n.seqs(store.WorkspaceTopic)) == len(log) })
	if !reflect.DeepEqual(n.heard[store.WorkspaceTopic], log) {
		t.Errorf("heard %+v, want %+v", n.heard[store.WorkspaceTopic], log)
	}
}

func TestTheJoinOfWhoSpeaksComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	w.until("nothing is pending", func() bool { return len(w.news()) == 0 })
	for round := range 3 { // at a node that nobody has told of the news
		_, err := w.JoinRoom(t.Context(), ada.ID, room.ID)
		w.ok(err)
		n.say(room, ada, "hello")
		_, err = w.LeaveRoom(t.Context(), ada.ID, room.ID)
		w.ok(err)
		n.say(room, w.owner, "gone again")
		var kinds []store.EventKind
		for _, e := range w.log(room.ID) {
			if e.Seq > int64(round*4) {
				kinds = append(kinds, e.Kind)
			}
		}
		if want := []store.EventKind{store.EventJoin, store.EventMessage, store.EventLeave, store.EventMessage}; !reflect.DeepEqual(kinds, want) {
			t.Errorf("round %d: %v", round, kinds)
		}
	}
	if heard := n.seqs(room.ID); !reflect.DeepEqual(heard, upTo(1, 12)) {
		t.Errorf("heard %v", heard)
	}
}

func TestMoreNewsThanOneTransactionTakesIsNumberedInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	w.exec(`insert into pending_events (topic_id, kind, user_id, actor_id)
		select $1, case i % 2 when 1 then 'join' else 'leave' end, $2, $2 from generate_series(1, 2500) i`, room.ID, w.owner.ID)
	n := w.node()
	n.Number(room.ID, 1<<40) // there is no such topic
	w.untilHead(room.ID, 2500)
	for _, e := range w.log(room.ID) {
		if want := map[bool]store.EventKind{true: store.EventJoin, false: store.EventLeave}[e.Seq%2 == 1]; e.Kind != want {
			t.Fatalf("event %d is %s", e.Seq, e.Kind)
		}
	}
	n.stop()
	if heard := n.seqs(room.ID); len(heard) != 2500 || !ascends(heard) {
		t.Errorf("heard %d", len(heard))
	}
}
