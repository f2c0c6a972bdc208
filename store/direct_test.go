package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

func TestADirectRoomIsTheRoomOfItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
	w.forgetNews()
	room, pending, err := w.OpenDirect(w.ctx(), ada.ID, ids(bob))
	w.ok(err)
	if room.Kind != store.RoomDirect || room.Name != "" || room.CreatedBy != ada.ID {
		t.Errorf("room = %+v", room)
	}
	if want := (store.Pending{ada.ID, bob.ID}); !slices.Equal(pending, want) {
		t.Errorf("pending = %v, want %v", pending, want)
	}
	news := w.news()
	slices.Sort(news)
	if want := []string{line("room-added", ada.ID, 0, room.ID, ada.ID), line("room-added", bob.ID, 0, room.ID, ada.ID)}; !slices.Equal(news, want) {
		t.Errorf("news = %v, want %v", news, want)
	}
	for _, again := range []struct {
		by     store.User
		others []store.User
	}{{ada, []store.User{bob}}, {bob, []store.User{ada}}, {bob, []store.User{bob, ada, ada}}} {
		same, pending, err := w.OpenDirect(w.ctx(), again.by.ID, ids(again.others...))
		if err != nil || same != room || len(pending) != 0 {
			t.Errorf("again: %+v, %v, %v", same, pending, err)
		}
	}
	if three := w.direct(ada, bob, eve); three.ID == room.ID {
		t.Error("three people are in the room of two")
	}
	entry, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID)
	w.ok(err)
	if !slices.Equal(entry.Members, ids(ada, bob)) || entry.Role != store.RoomMember {
		t.Errorf("bob has it as %+v", entry)
	}
}

func TestOfManyWhoOpenADirectRoomOneMakesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []store.User{w.user("ada"), w.user("bob"), w.user("eve")}
	const many = 12
	rooms := make([]store.Room, many)
	made := make([]store.Pending, many)
	errs := together(many, func(i int) (err error) {
		by := people[i%3]
		rooms[i], made[i], err = w.OpenDirect(w.ctx(), by.ID, ids(people[(i+1)%3], people[(i+2)%3]))
		return err
	})
	w.ok(errors.Join(errs...))
	makers := 0
	for i := range rooms {
		if rooms[i] != rooms[0] {
			t.Errorf("attempt %d has room %+v, the first %+v", i, rooms[i], rooms[0])
		}
		if len(made[i]) > 0 {
			makers++
		}
	}
	if makers != 1 {
		t.Errorf("%d made it, want 1", makers)
	}
	if n := w.number(`select count(*) from topics where kind = 'room'`); n != 2 {
		t.Errorf("%d room topics, want that of the first room and this", n)
	}
}

func TestADirectRoomThatSomebodyIsJustMakingIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tx, err := w.sql.Begin(w.ctx())
	w.ok(err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(w.ctx())) }()
	var making int64
	w.ok(tx.QueryRow(w.ctx(), `
		with topic as (insert into topics (kind) values ('room') returning id)
		insert into rooms (id, kind, direct_key, created_by)
		select id, 'direct', $1, $2 from topic
		returning id`, fmt.Sprintf("%d,%d", ada.ID, bob.ID), bob.ID).Scan(&making))
	errs := together(2, func(i int) error {
		if i == 0 {
			room, pending, err := w.OpenDirect(w.ctx(), ada.ID, ids(bob))
			if err == nil && (room.ID != making || len(pending) != 0) {
				err = fmt.Errorf("opened %+v, %v, want room %d", room, pending, making)
			}
			return err
		}
		if err := w.waitForBlocked(); err != nil {
			return err
		}
		return tx.Commit(w.ctx())
	})
	w.ok(errors.Join(errs...))
}

// waitForBlocked returns once a statement waits for a lock in this database.
func (w *world) waitForBlocked() error {
	ctx, cancel := context.WithTimeout(w.ctx(), 20*time.Second)
	defer cancel()
	for {
		var blocked bool
		err := w.sql.QueryRow(ctx, `
			select exists (
				select from pg_stat_activity
				where datname = current_database() and wait_event_type = 'Lock')`).Scan(&blocked)
		if blocked || err != nil {
			return err
		}
	}
}

func TestSomebodyHasARoomForNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	notes := w.direct(ada, ada)
	members, _, err := w.Members(w.ctx(), ada.ID, notes.ID, store.MembersPage{})
	w.ok(err)
	if len(members) != 1 || members[0].ID != ada.ID {
		t.Errorf("members = %+v", members)
	}
	if again := w.direct(ada, ada); again != notes {
		t.Errorf("again: %+v, want %+v", again, notes)
	}
}

func TestADirectRoomIsForOneToEightOthersWhoAreThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var others []store.User
	for i := range 9 {
		others = append(others, w.user(fmt.Sprintf("user%d", i)))
	}
	gone := w.user("gone")
	w.deactivate(gone)
	for _, wrong := range [][]int64{nil, ids(others...)} {
		if _, _, err := w.OpenDirect(w.ctx(), w.owner.ID, wrong); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%d others: %v, want ErrInvalid", len(wrong), err)
		}
	}
	for _, nobody := range []int64{gone.ID, store.WorkspaceTopic, -1, 1 << 60} {
		if _, _, err := w.OpenDirect(w.ctx(), w.owner.ID, []int64{others[0].ID, nobody}); !errors.Is(err, store.ErrNoSuchUser) {
			t.Errorf("with %d: %v, want ErrNoSuchUser", nobody, err)
		}
	}
	if n := w.number(`select count(*) from rooms where kind = 'direct'`); n != 0 {
		t.Errorf("%d direct rooms were made", n)
	}
	w.direct(w.owner, others[:8]...)
}
