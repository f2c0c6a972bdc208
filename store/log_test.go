package store_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"chatd/store"
)

func TestPositionsAreGivenOnlyForWhatTheUserMayFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	club := w.room(store.RoomPrivate, "club", w.owner, ada)
	left := w.room(store.RoomPublic, "left", w.owner, ada)
	_, err := w.LeaveRoom(t.Context(), ada.ID, left.ID)
	w.ok(err)
	pair := w.direct(ada, bob)
	all := []int64{store.WorkspaceTopic, ada.ID, bob.ID, w.owner.ID, tea.ID, club.ID, left.ID, pair.ID, 0, -1, 1 << 40, tea.ID}
	for _, c := range []struct {
		user store.User
		want []int64
	}{
		{ada, []int64{store.WorkspaceTopic, ada.ID, tea.ID, club.ID, pair.ID}},
		{bob, []int64{store.WorkspaceTopic, bob.ID, pair.ID}},
		{store.User{}, nil},
	} {
		got, err := w.Positions(t.Context(), c.user.ID, all)
		w.ok(err)
		slices.Sort(c.want)
		if topics := slices.Sorted(maps.Keys(got)); !slices.Equal(topics, c.want) {
			t.Errorf("%q may follow %v, want %v", c.user.Username, topics, c.want)
		}
	}
	w.say(tea, w.owner, 7)
	got, err := w.Positions(t.Context(), ada.ID, []int64{tea.ID})
	w.ok(err)
	page, err := w.EventsAfter(t.Context(), tea.ID, 0, 1)
	w.ok(err)
	if want := (store.Position{Epoch: page.Epoch, Seq: 7}); got[tea.ID] != want || page.Head != 7 || page.Epoch == 0 {
		t.Errorf("position %v, want %v", got, want)
	}
	w.deactivate(ada)
	if got, err := w.Positions(t.Context(), ada.ID, all); err != nil || len(got) != 0 {
		t.Errorf("deactivated: %v, %v", got, err)
	}
}

func TestEventsArePagedBySeq(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.say(room, w.owner, 10)
	for _, c := range []struct {
		after int64
		limit int
		want  []int64
	}{
		{0, 3, []int64{1, 2, 3}}, {3, 100, upTo(4, 10)}, {9, 5, []int64{10}}, {10, 5, nil}, {11, 5, nil}, {-5, 2, []int64{1, 2}},
	} {
		page, err := w.EventsAfter(t.Context(), room.ID, c.after, c.limit)
		w.ok(err)
		var got []int64
		for _, e := range page.Events {
			got = append(got, e.Seq)
			if e.TopicID != room.ID || e.Epoch != page.Epoch || e.Message.Body != fmt.Sprint("message ", e.Seq) || e.Message.Author.Username != "owner" {
				t.Errorf("event %+v", e)
			}
		}
		if !slices.Equal(got, c.want) || page.Head != 10 {
			t.Errorf("after %d: %v of %d, want %v", c.after, got, page.Head, c.want)
		}
	}
	if _, err := w.EventsAfter(t.Context(), 1<<40, 0, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no such topic: %v", err)
	}
	if page, err := w.EventsAfter(t.Context(), w.owner.ID, 0, 10); err != nil || page.Epoch == 0 || len(page.Events) != 0 {
		t.Errorf("a topic without events: %+v, %v", page, err)
	}
}

func TestAnEventWhoseRowIsGoneIsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.say(room, w.owner, 3)
	w.exec(`insert into events (topic_id, seq, kind, user_id, room_id, created_at) values
		($1, 4, 'join', 1 << 30, null, now()), ($1, 5, 'room-changed', null, null, now()), ($1, 6, 'room-changed', null, $1, now()),
		($1, 7, 'something newer', null, null, now())`, room.ID)
	w.exec(`update topics set head = 7 where id = $1`, room.ID)
	w.exec(`delete from messages where number = 2`)
	page, err := w.EventsAfter(t.Context(), room.ID, 0, 10)
	w.ok(err)
	var kinds []store.EventKind
	for i, e := range page.Events {
		kinds = append(kinds, e.Kind)
		if e.Seq != int64(i+1) || e.Kind == store.EventSkip && (e.Message != nil || e.User != nil || e.Room != nil) {
			t.Errorf("event %+v", e)
		}
	}
	want := []store.EventKind{store.EventMessage, store.EventSkip, store.EventMessage, store.EventSkip, store.EventSkip, store.EventRoomChanged, store.EventSkip}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("kinds %v, want %v", kinds, want)
	}
	if got := page.Events[5].Room; got.Name != "tea" || got.Kind != store.RoomPublic || got.CreatedBy != w.owner.ID {
		t.Errorf("room %+v", got)
	}
}
