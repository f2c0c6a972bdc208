package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// deletes deletes a message that by may delete.
func (w *world) deletes(by store.User, room store.Room, number int64) store.Deletion {
	w.t.Helper()
	d, _, err := w.DeleteMessage(w.ctx(), by.ID, room.ID, number, "spam")
	w.ok(err)
	return d
}

// numbered puts all that is pending into the log.
func (w *world) numbered(n *node) {
	w.t.Helper()
	w.until("all news is numbered", func() bool {
		look, err := w.Look(w.ctx(), 1)
		w.ok(err)
		n.Number(look.PendingTopics...)
		return len(look.PendingTopics) == 0
	})
}

// events are the events of a topic, in order.
func (w *world) events(topic int64) []store.Event {
	w.t.Helper()
	page, err := w.EventsAfter(w.ctx(), topic, 0, 1000)
	w.ok(err)
	for i, e := range page.Events {
		if e.Seq != int64(i+1) {
			w.t.Fatalf("event %d has the number %d", i+1, e.Seq)
		}
	}
	return page.Events
}

// kinds are the kinds of a topic's events, in order.
func (w *world) kinds(topic int64) []store.EventKind {
	w.t.Helper()
	var kinds []store.EventKind
	for _, e := range w.events(topic) {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// audits are the entries of the audit log about deleted messages, as "action
// actor user room reason".
func (w *world) audits() []string {
	w.t.Helper()
	rows, err := w.sql.Query(w.ctx(), `
		select action, coalesce(actor_id, 0), coalesce(user_id, 0), coalesce(room_id, 0), reason
		from audit_entries
		where action like 'messages-%' or action = 'report-settled'
		order by id`)
	w.ok(err)
	defer rows.Close()
	var entries []string
	for rows.Next() {
		var action, reason string
		var actor, user, room int64
		w.ok(rows.Scan(&action, &actor, &user, &room, &reason))
		entries = append(entries, audit(action, actor, user, room, reason))
	}
	w.ok(rows.Err())
	return entries
}

func audit(action string, actor, user, room int64, reason string) string {
	return fmt.Sprintf("%s %d %d %d %s", action, actor, user, room, reason)
}

// holds fails unless the room's history holds these bodies, of which "" is a
// deleted message.
func (w *world) holds(room store.Room, bodies ...string) {
	w.t.Helper()
	h := w.page(room, store.HistoryPage{Limit: 200})
	if len(h.Messages) != len(bodies) {
		w.t.Fatalf("%d messages, want %d", len(h.Messages), len(bodies))
	}
	for i, m := range h.Messages {
		if m.Body != bodies[i] || m.Deleted != (bodies[i] == "") || m.Deleted && m.Author != (store.User{}) || m.Number != int64(i+1) {
			w.t.Errorf("message %d is %+v, want %q", i+1, m, bodies[i])
		}
	}
}

func TestADeletedMessageIsHiddenAndCountsAsBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(tea, w.owner, "one")
	send := message(tea, ada, "two")
	sent, err := n.Send(w.ctx(), send)
	w.ok(err)
	n.say(tea, w.owner, "three")
	w.numbered(n)
	before, err := w.OverviewRoom(w.ctx(), ada.ID, tea.ID)
	w.ok(err)

	d, pending, err := w.DeleteMessage(w.ctx(), w.owner.ID, tea.ID, 2, " rude\nwords ")
	w.ok(err)
	if d.Count != 1 || !d.MayUndo || d.Already || d.UserID != ada.ID || d.RoomID != tea.ID || d.UndoUntil.Sub(d.CreatedAt) != 10*time.Minute {
		t.Errorf("deletion %+v", d)
	}
	if !slices.Equal(d.Withdrawn.Seqs, []int64{sent.Message.Seq}) || d.Withdrawn.Epoch != before.Position.Epoch {
		t.Errorf("withdrawn %+v, want %d", d.Withdrawn, sent.Message.Seq)
	}
	if !slices.Equal(pending, store.Pending{tea.ID, ada.ID}) {
		t.Errorf("pending %v", pending)
	}
	w.holds(tea, "one", "", "three")
	if kinds := w.kinds(tea.ID); kinds[sent.Message.Seq-1] != store.EventSkip {
		t.Errorf("the log has %v", kinds)
	}
	w.numbered(n)
	events := w.events(tea.ID)
	last := events[len(events)-1]
	if last.Kind != store.EventMessagesDeleted || !slices.Equal(last.Deletion.Numbers, []int64{2}) || last.Deletion.ByAuthor || last.Actor != nil || last.User != nil {
		t.Errorf("the room is told %+v %+v", last, last.Deletion)
	}
	own := w.kinds(ada.ID)
	if own[len(own)-1] != store.EventDecided {
		t.Errorf("she is told %v", own)
	}
	after, err := w.OverviewRoom(w.ctx(), ada.ID, tea.ID)
	w.ok(err)
	if after.LastNumber != before.LastNumber || after.ReadNumber != before.ReadNumber || !after.LastMessageAt.Equal(*before.LastMessageAt) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if want := []string{audit("messages-deleted", w.owner.ID, ada.ID, tea.ID, "rude words")}; !slices.Equal(w.audits(), want) {
		t.Errorf("audit log %q, want %q", w.audits(), want)
	}

	again, err := n.Send(w.ctx(), send)
	w.ok(err)
	if !again.Repeated || !again.Message.Deleted || again.Message.Body != "" || again.Message.Number != 2 {
		t.Errorf("sent again it is %+v", again)
	}
	w.holds(tea, "one", "", "three")
}

func TestADeletionThatIsTakenBackNeverWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	sent := n.say(tea, ada, "two words")
	d := w.deletes(w.owner, tea, 1)
	w.numbered(n)
	w.holds(tea, "")
	pending, err := w.UndoDeletion(w.ctx(), w.owner.ID, d.ID)
	w.ok(err)
	if !slices.Equal(pending, store.Pending{tea.ID, ada.ID}) {
		t.Errorf("pending %v", pending)
	}
	w.holds(tea, "two words")
	w.numbered(n)
	events := w.events(tea.ID)
	told := events[len(events)-2:]
	if told[0].Kind != store.EventSkip || told[1].Kind != store.EventMessagesUndeleted || !slices.Equal(told[1].Deletion.Numbers, []int64{1}) {
		t.Errorf("the log has %+v", told)
	}
	if m := events[sent.Message.Seq-1].Message; m == nil || m.Body != "two words" {
		t.Errorf("the message is %+v", m)
	}
	if again, err := w.UndoDeletion(w.ctx(), w.owner.ID, d.ID); err != nil || again != nil {
		t.Errorf("a second time: %v, %v", again, err)
	}
	want := []string{audit("messages-deleted", w.owner.ID, ada.ID, tea.ID, "spam"), audit("messages-undeleted", w.owner.ID, ada.ID, tea.ID, "")}
	if !slices.Equal(w.audits(), want) {
		t.Errorf("audit log %q, want %q", w.audits(), want)
	}
	// A second deletion is one of its own.
	if second := w.deletes(ada, tea, 1); second.ID == d.ID || second.Already {
		t.Errorf("deleted again: %+v", second)
	}
	w.holds(tea, "")
	if _, err := w.UndoDeletion(w.ctx(), w.owner.ID, d.ID); err != nil {
		t.Error(err)
	}
	w.holds(tea, "")
}

func TestWhoDeletesAndWhoTakesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, mod, bob, out := w.user("ada"), w.user("mod"), w.user("bob"), w.user("out")
	tea, secret := w.room(store.RoomPublic, "tea", w.owner, ada, mod, bob), w.room(store.RoomPrivate, "secret", ada, bob)
	pair := w.direct(ada, bob)
	w.give(tea, mod, store.RoomModerator)
	for range 4 {
		w.say(tea, ada, 1)
		w.say(secret, bob, 1)
		w.say(pair, ada, 1)
	}
	for _, try := range []struct {
		by   store.User
		room store.Room
		want error
	}{
		{bob, tea, store.ErrForbidden}, {out, tea, store.ErrForbidden}, {out, secret, store.ErrNotFound}, {w.owner, secret, store.ErrNotFound},
		{bob, pair, store.ErrForbidden}, {w.owner, pair, store.ErrNotFound},
	} {
		if _, _, err := w.DeleteMessage(w.ctx(), try.by.ID, try.room.ID, 1, ""); !errors.Is(err, try.want) {
			t.Errorf("%s in %s: %v, want %v", try.by.Username, try.room.Name, err, try.want)
		}
	}
	if _, _, err := w.DeleteMessage(w.ctx(), ada.ID, tea.ID, 99, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a message that is not: %v", err)
	}
	if _, _, err := w.DeleteMessage(w.ctx(), out.ID, secret.ID, 99, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a message that is not, in a room that is not: %v", err)
	}
	for _, try := range []struct {
		by      store.User
		room    store.Room
		number  int64
		may     []store.User
		refused map[int64]error
	}{
		{ada, tea, 1, []store.User{ada}, map[int64]error{mod.ID: store.ErrForbidden, w.owner.ID: store.ErrForbidden, out.ID: store.ErrNotMember}},
		{mod, tea, 2, []store.User{mod, w.owner}, map[int64]error{ada.ID: store.ErrForbidden, bob.ID: store.ErrForbidden}},
		{w.owner, tea, 3, []store.User{mod}, map[int64]error{ada.ID: store.ErrForbidden}},
		{ada, secret, 1, []store.User{ada}, map[int64]error{bob.ID: store.ErrForbidden, w.owner.ID: store.ErrNotFound}},
		{ada, pair, 1, []store.User{ada}, map[int64]error{bob.ID: store.ErrForbidden, w.owner.ID: store.ErrNotFound}},
	} {
		for _, undoer := range try.may {
			d := w.deletes(try.by, try.room, try.number)
			for user, want := range try.refused {
				if _, err := w.UndoDeletion(w.ctx(), user, d.ID); !errors.Is(err, want) {
					t.Errorf("%d takes back what %s has deleted: %v, want %v", user, try.by.Username, err, want)
				}
			}
			if _, err := w.UndoDeletion(w.ctx(), undoer.ID, d.ID); err != nil {
				t.Errorf("%s takes back what %s has deleted: %v", undoer.Username, try.by.Username, err)
			}
		}
	}
	if _, err := w.UndoDeletion(w.ctx(), w.owner.ID, 1<<40); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deletion that is not: %v", err)
	}
	// Those who are told of deletions are told of those that they can take back.
	mine, his := w.deletes(ada, tea, 1), w.deletes(mod, tea, 2)
	list, err := w.Deletions(w.ctx(), w.owner.ID, tea.ID)
	w.ok(err)
	if len(list) != 1 || list[0].ID != his.ID || list[0].Count != 1 || list[0].User.ID != ada.ID || list[0].By.ID != mod.ID || list[0].Reason != "spam" ||
		list[0].Excerpt == "" || list[0].WrittenAt.IsZero() {
		t.Errorf("of %d and %d the list has %+v", mine.ID, his.ID, list)
	}
	for _, user := range []store.User{ada, bob, out} {
		if _, err := w.Deletions(w.ctx(), user.ID, tea.ID); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("the list of %s: %v", user.Username, err)
		}
	}
}

func TestOfTwoWhoDeleteAMessageOneDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, mod := w.user("ada"), w.user("mod")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, mod)
	w.give(tea, mod, store.RoomModerator)
	const rounds = 40
	w.say(tea, ada, rounds)
	people := []store.User{mod, w.owner, ada}
	own := int64(0)
	for number := int64(1); number <= rounds; number++ {
		did := make([]store.Deletion, len(people))
		w.ok(errors.Join(together(len(people), func(i int) (err error) {
			did[i], _, err = w.DeleteMessage(w.ctx(), people[i].ID, tea.ID, number, people[i].Username)
			return err
		})...))
		if did[0].ID != did[1].ID || did[0].Already == did[1].Already || !did[0].MayUndo || !did[1].MayUndo {
			t.Errorf("of those who keep order: %+v and %+v", did[0], did[1])
		}
		// Its author does before them or, if not, finds it done.
		hers := did[2]
		if hers.Already == hers.MayUndo || hers.Already != (hers.ID == did[0].ID) {
			t.Errorf("its author: %+v, of those who keep order %+v", hers, did[0])
		}
		if !hers.Already {
			own++
		}
	}
	if n := len(w.audits()); n != rounds {
		t.Errorf("%d entries, want %d", n, rounds)
	}
	if n := w.number(`select count(*) from deletions`); n != rounds+own {
		t.Errorf("%d deletions, want %d", n, rounds+own)
	}
}

func TestRecentMessagesOfSomebodyAreDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	for range 5 {
		w.say(tea, ada, 2)
		w.say(tea, bob, 1)
	}
	w.exec(`update messages set created_at = now() - interval '1 hour' where room_id = $1 and number <= 7`, tea.ID)
	recent := func(by, user store.User, within time.Duration) []store.Deletion {
		t.Helper()
		list, more, _, err := w.DeleteRecent(w.ctx(), by.ID, user.ID, tea.ID, within, "spam")
		w.ok(err)
		if more {
			t.Error("there is more")
		}
		return list
	}
	if list := recent(w.owner, ada, time.Minute); len(list) != 1 || list[0].Count != 5 {
		t.Errorf("deleted %+v", list)
	}
	if hidden := w.hidden(tea); !slices.Equal(hidden, []int64{8, 10, 11, 13, 14}) {
		t.Errorf("hidden are %v", hidden)
	}
	if list := recent(w.owner, ada, time.Minute); len(list) != 0 {
		t.Errorf("deleted again: %+v", list)
	}
	if list := recent(ada, ada, 2*time.Hour); len(list) != 1 || list[0].Count != 5 {
		t.Errorf("her own: %+v", list)
	}
	if want := []string{audit("messages-deleted", w.owner.ID, ada.ID, tea.ID, "spam")}; !slices.Equal(w.audits(), want) {
		t.Errorf("audit log %q, want %q", w.audits(), want)
	}
	var after struct {
		Count   int
		Numbers []int64
	}
	var text []byte
	w.ok(w.sql.QueryRow(w.ctx(), `select after from audit_entries where action = 'messages-deleted'`).Scan(&text))
	w.ok(json.Unmarshal(text, &after))
	if after.Count != 5 || !slices.Equal(after.Numbers, []int64{8, 10, 11, 13, 14}) {
		t.Errorf("the entry has %s", text)
	}
	for _, try := range []struct {
		by, user int64
		within   time.Duration
		want     error
	}{
		{bob.ID, ada.ID, time.Hour, store.ErrForbidden}, {w.owner.ID, 1 << 40, time.Hour, store.ErrNoSuchUser}, {w.owner.ID, tea.ID, time.Hour, store.ErrNoSuchUser},
		{w.owner.ID, ada.ID, 0, store.ErrInvalid}, {w.owner.ID, ada.ID, -time.Hour, store.ErrInvalid}, {w.owner.ID, ada.ID, store.MaxRecent + time.Second, store.ErrInvalid},
	} {
		if _, _, _, err := w.DeleteRecent(w.ctx(), try.by, try.user, tea.ID, try.within, ""); !errors.Is(err, try.want) {
			t.Errorf("%+v: %v", try, err)
		}
	}
}

// hidden are the numbers of the deleted messages of a room.
func (w *world) hidden(room store.Room) []int64 {
	w.t.Helper()
	var hidden []int64
	for _, m := range w.page(room, store.HistoryPage{Limit: 200}).Messages {
		if m.Deleted {
			hidden = append(hidden, m.Number)
		}
	}
	return hidden
}

func TestVeryManyRecentMessagesAreDeletedInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	w.say(tea, ada, 10*store.MaxDeletion+500)
	list, more, pending, err := w.DeleteRecent(w.ctx(), w.owner.ID, ada.ID, tea.ID, time.Hour, "")
	w.ok(err)
	if len(list) != 10 || !more || len(pending) == 0 || list[0].Count != store.MaxDeletion || list[0].Withdrawn.Seqs[0] != 9501 {
		t.Errorf("%d deletions, more: %t", len(list), more)
	}
	list, more, _, err = w.DeleteRecent(w.ctx(), w.owner.ID, ada.ID, tea.ID, time.Hour, "")
	w.ok(err)
	if len(list) != 1 || more || list[0].Count != 500 {
		t.Errorf("then %d deletions, more: %t", len(list), more)
	}
	if left := w.number(`select count(*) from messages where room_id = $1 and deletion_id is null`, tea.ID); left != 0 {
		t.Errorf("%d are left", left)
	}
}

func TestRecentMessagesAreFoundWhereOneMayDeleteThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, mod, guest := w.user("ada"), w.user("mod"), w.user("guest")
	tea, coffee := w.room(store.RoomPublic, "tea", w.owner, ada, mod), w.room(store.RoomPublic, "coffee", w.owner, ada)
	secret, old, silent := w.room(store.RoomPrivate, "secret", mod, ada), w.room(store.RoomPublic, "old", w.owner, ada), w.room(store.RoomPublic, "silent", w.owner, ada)
	w.give(tea, mod, store.RoomModerator)
	for _, room := range []store.Room{tea, coffee, secret, old, w.direct(ada, mod)} {
		w.say(room, ada, 1)
	}
	w.exec(`update messages set created_at = now() - interval '1 day' where room_id = $1`, old.ID)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, coffee.ID)
	w.ok(err)
	for _, try := range []struct {
		by   store.User
		want []int64
	}{
		{w.owner, ids2(tea, coffee)}, {mod, ids2(tea, secret)},
	} {
		rooms, err := w.RoomsToDeleteIn(w.ctx(), try.by.ID, ada.ID, time.Hour)
		w.ok(err)
		if !slices.Equal(rooms, try.want) {
			t.Errorf("%s: %v, want %v (silent is %d)", try.by.Username, rooms, try.want, silent.ID)
		}
	}
	if _, err := w.RoomsToDeleteIn(w.ctx(), guest.ID, ada.ID, time.Hour); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("somebody without a right: %v", err)
	}
	if rooms, err := w.RoomsToDeleteIn(w.ctx(), mod.ID, guest.ID, time.Hour); err != nil || len(rooms) != 0 {
		t.Errorf("of somebody who said nothing: %v, %v", rooms, err)
	}
	if _, err := w.RoomsToDeleteIn(w.ctx(), w.owner.ID, 1<<40, time.Hour); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("of nobody: %v", err)
	}
}

func ids2(rooms ...store.Room) []int64 {
	var list []int64
	for _, r := range rooms {
		list = append(list, r.ID)
	}
	return list
}

func TestADeletionOfAnotherNodeIsFoundByTheLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea, coffee := w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)
	w.say(tea, w.owner, 3)
	w.say(coffee, w.owner, 1)
	var mark int64
	w.look(&mark)
	first := w.deletes(w.owner, coffee, 1)
	_, err := w.UndoDeletion(w.ctx(), w.owner.ID, first.ID)
	w.ok(err)
	list, _, _, err := w.DeleteRecent(w.ctx(), w.owner.ID, w.owner.ID, tea.ID, time.Hour, "")
	w.ok(err)
	look := w.look(&mark)
	if len(look.Withdrawn) != 1 || look.Withdrawn[0].RoomID != tea.ID || look.Withdrawn[0].Epoch != list[0].Withdrawn.Epoch ||
		!slices.Equal(slices.Sorted(slices.Values(look.Withdrawn[0].Seqs)), []int64{1, 2, 3}) {
		t.Errorf("withdrawn %+v", look.Withdrawn)
	}
}
