package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// remove deletes a room.
func (w *world) remove(by store.User, room store.Room) store.RoomDeletion {
	w.t.Helper()
	deleted, _, err := w.DeleteRoom(w.ctx(), by.ID, room.ID, "")
	w.ok(err)
	return deleted
}

// aged moves the deletion of a room into the past, with the memberships that
// ended by it.
func (w *world) aged(room store.Room, by time.Duration) {
	w.t.Helper()
	w.exec(`
		with r as (update rooms set deleted_at = deleted_at - $2::interval where id = $1 returning id, deleted_at)
		update memberships m set left_at = r.deleted_at from r where m.room_id = r.id and m.left_at = r.deleted_at + $2::interval`, room.ID, by)
}

func TestADeletedRoomIsGoneForEverybodyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cleo := w.user("ada"), w.user("bob"), w.user("cleo")
	for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
		room := w.room(kind, "Tea", ada, bob, cleo)
		_, err := w.LeaveRoom(w.ctx(), cleo.ID, room.ID)
		w.ok(err)
		w.say(room, bob, 3)
		w.forgetNews()
		before, err := w.Look(w.ctx(), 0)
		w.ok(err)
		deleted, pending, err := w.DeleteRoom(w.ctx(), ada.ID, room.ID, " no longer\nneeded ")
		w.ok(err)
		slices.Sort(deleted.Members)
		if want := ids(ada, bob); !slices.Equal(deleted.Members, want) {
			t.Errorf("members = %v, want %v", deleted.Members, want)
		}
		if left := time.Until(deleted.UndeleteUntil) - store.RoomGrace; left.Abs() > time.Minute {
			t.Errorf("undelete until %v", deleted.UndeleteUntil)
		}
		topics := ids(ada, bob)
		told := []string{line("room-removed", ada.ID, ada.ID, room.ID, ada.ID), line("room-removed", bob.ID, bob.ID, room.ID, ada.ID)}
		if kind == store.RoomPublic {
			topics, told = append(topics, store.WorkspaceTopic), append(told, line("room-unlisted", store.WorkspaceTopic, 0, room.ID, ada.ID))
		}
		slices.Sort(topics)
		slices.Sort(pending)
		news := w.news()
		slices.Sort(news)
		slices.Sort(told)
		if !slices.Equal(pending, topics) || !slices.Equal(news, told) {
			t.Errorf("pending = %v, news = %v\nwant %v, %v", pending, news, topics, told)
		}
		for _, who := range []store.User{ada, bob, w.owner} {
			for what, err := range w.ask(who, cleo, room.ID) {
				if !errors.Is(err, store.ErrNotFound) && (what != "leave" || err != nil) {
					t.Errorf("%s, %s: %v, want ErrNotFound", who.Username, what, err)
				}
			}
		}
		w.seesNothingOf(room, ada, bob, w.owner)
		look, err := w.Look(w.ctx(), before.Next)
		w.ok(err)
		for _, user := range []store.User{ada, bob} {
			if !slices.Contains(look.EndedMemberships, store.EndedMembership{RoomID: room.ID, UserID: user.ID}) {
				t.Errorf("a look does not tell that %s is out: %+v", user.Username, look.EndedMemberships)
			}
		}
		if !slices.Contains(look.ChangedRooms, room.ID) {
			t.Errorf("a look does not tell of the room: %v", look.ChangedRooms)
		}
		want := loggedAs(ada.ID, 0, room.ID, "no longer needed", fmt.Sprintf(`{"kind": %q, "name": "Tea"}`, kind), "-")
		if got := w.logged(store.AuditRoomDeleted); got[len(got)-1] != want {
			t.Errorf("entries = %q, want %q", got, want)
		}
	}
}

// seesNothingOf looks for a room in all lists of people.
func (w *world) seesNothingOf(room store.Room, people ...store.User) {
	w.t.Helper()
	is := func(id int64) bool { return id == room.ID }
	for _, user := range people {
		overview, err := w.Overview(w.ctx(), user.ID)
		w.ok(err)
		own, _, err := w.OwnRooms(w.ctx(), user.ID)
		w.ok(err)
		directory, _, err := w.Directory(w.ctx(), user.ID, store.Page{})
		w.ok(err)
		small, of, err := w.SmallRooms(w.ctx(), []int64{user.ID}, []int64{room.ID})
		w.ok(err)
		positions, err := w.Positions(w.ctx(), user.ID, []int64{room.ID})
		w.ok(err)
		for list, found := range map[string]bool{
			"overview":    slices.ContainsFunc(overview.Rooms, func(r store.OverviewRoom) bool { return is(r.ID) }),
			"own rooms":   slices.ContainsFunc(own, func(r store.OwnRoom) bool { return is(r.ID) }),
			"directory":   slices.ContainsFunc(directory, func(r store.DirectoryRoom) bool { return is(r.ID) }),
			"small rooms": slices.ContainsFunc(small, func(r store.RoomMembers) bool { return is(r.ID) }) || slices.ContainsFunc(of[user.ID], is),
			"positions":   len(positions) > 0,
		} {
			if found {
				w.t.Errorf("%s still has it in the list: %s", user.Username, list)
			}
		}
	}
}

func TestThoseWhoSharedOnlyADeletedRoomNoLongerSeeEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, guest := w.user("ada"), w.guest("gus")
	room := w.room(store.RoomPrivate, "Tea", ada, guest)
	sees := func() bool {
		seen, err := w.VisibleUsers(w.ctx(), guest.ID)
		w.ok(err)
		return slices.Contains(seen, ada.ID)
	}
	if !sees() {
		t.Fatal("the guest does not see who shares a room")
	}
	w.remove(ada, room)
	if sees() {
		t.Error("the guest still sees who shared the room")
	}
	_, _, _, err := w.UndeleteRoom(w.ctx(), ada.ID, room.ID, nil)
	w.ok(err)
	if !sees() {
		t.Error("the guest does not see them again")
	}
}

func TestARoomIsDeletedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, mod, admin, bob := w.user("ada"), w.user("mod"), w.userAs(store.RoleAdmin, "admin"), w.user("bob")
	public, private := w.room(store.RoomPublic, "Tea", ada, mod), w.room(store.RoomPrivate, "Secret", ada, mod)
	for _, room := range []store.Room{public, private} {
		w.give(room, mod, store.RoomModerator)
	}
	for _, try := range []struct {
		by   store.User
		room store.Room
		want error
	}{
		{mod, public, store.ErrForbidden}, {mod, private, store.ErrForbidden}, {bob, public, store.ErrForbidden},
		{bob, private, store.ErrNotFound}, {admin, private, store.ErrNotFound}, {ada, w.direct(ada, bob), store.ErrForbidden},
		{ada, store.Room{ID: 1 << 40}, store.ErrNotFound},
	} {
		if _, _, err := w.DeleteRoom(w.ctx(), try.by.ID, try.room.ID, ""); !errors.Is(err, try.want) {
			t.Errorf("%s deletes %s: %v, want %v", try.by.Username, try.room.Name, err, try.want)
		}
		if _, _, _, err := w.UndeleteRoom(w.ctx(), try.by.ID, try.room.ID, nil); !errors.Is(err, try.want) {
			t.Errorf("%s undeletes %s: %v, want %v", try.by.Username, try.room.Name, err, try.want)
		}
	}
	first, again := w.remove(admin, public), w.remove(ada, public)
	if !first.UndeleteUntil.Equal(again.UndeleteUntil) || len(again.Members) != 0 {
		t.Errorf("twice: %+v, %+v", first, again)
	}
	w.remove(ada, private)
	for _, try := range []struct {
		by   store.User
		room store.Room
		want error
	}{{bob, public, store.ErrNotFound}, {mod, public, store.ErrNotFound}, {admin, private, store.ErrNotFound}, {mod, private, store.ErrNotFound}} {
		if _, _, _, err := w.UndeleteRoom(w.ctx(), try.by.ID, try.room.ID, nil); !errors.Is(err, try.want) {
			t.Errorf("%s undeletes %s: %v, want %v", try.by.Username, try.room.Name, err, try.want)
		}
		if _, _, err := w.DeleteRoom(w.ctx(), try.by.ID, try.room.ID, ""); !errors.Is(err, try.want) {
			t.Errorf("%s deletes %s again: %v, want %v", try.by.Username, try.room.Name, err, try.want)
		}
	}
	if got := w.logged(store.AuditRoomDeleted); len(got) != 2 {
		t.Errorf("entries = %q, want two", got)
	}
}

func TestADeletedRoomComesBackAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cleo := w.user("ada"), w.user("bob"), w.user("cleo")
	room := w.room(store.RoomPrivate, "Tea", ada, bob, cleo)
	w.give(room, bob, store.RoomModerator)
	_, err := w.LeaveRoom(w.ctx(), cleo.ID, room.ID)
	w.ok(err)
	w.say(room, ada, 5)
	_, _, err = w.MarkRead(w.ctx(), bob.ID, room.ID, 2)
	w.ok(err)
	before, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID)
	w.ok(err)
	w.remove(ada, room)
	w.forgetNews()
	back, members, pending, err := w.UndeleteRoom(w.ctx(), ada.ID, room.ID, nil)
	slices.Sort(members)
	if err != nil || back != room || !slices.Equal(members, ids(ada, bob)) {
		t.Fatalf("%+v, %v, %v", back, members, err)
	}
	slices.Sort(pending)
	news, want := w.news(), []string{line("room-added", ada.ID, ada.ID, room.ID, ada.ID), line("room-added", bob.ID, bob.ID, room.ID, ada.ID)}
	slices.Sort(news)
	slices.Sort(want)
	if !slices.Equal(news, want) || !slices.Equal(pending, store.Pending(ids(ada, bob))) {
		t.Errorf("news = %v, pending = %v", news, pending)
	}
	if after, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID); err != nil || after.Role != before.Role || after.ReadNumber != 2 || after.LastNumber != 5 {
		t.Errorf("bob has %+v, %v\nhad     %+v", after, err, before)
	}
	if _, err := w.OverviewRoom(w.ctx(), cleo.ID, room.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("cleo, who had left: %v, want ErrNotFound", err)
	}
	again, members, pending, err := w.UndeleteRoom(w.ctx(), ada.ID, room.ID, nil)
	if err != nil || again != room || len(members)+len(pending) != 0 {
		t.Errorf("again: %+v, %v, %v, %v", again, members, pending, err)
	}
	if got, want := w.logged(store.AuditRoomUndeleted), []string{loggedAs(ada.ID, 0, room.ID, "", "-", `{"kind": "private", "name": "Tea"}`)}; !slices.Equal(got, want) {
		t.Errorf("entries = %q, want %q", got, want)
	}
}

func TestTheNameOfADeletedRoomIsFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.remove(w.owner, room)
	w.room(store.RoomPublic, "tea", w.owner)
	_, _, _, err := w.UndeleteRoom(w.ctx(), w.owner.ID, room.ID, nil)
	if taken, ok := errors.AsType[*store.TakenError](err); !ok || taken.Field != "name" {
		t.Errorf("undelete: %v, want a TakenError", err)
	}
	if _, _, _, err := w.UndeleteRoom(w.ctx(), w.owner.ID, room.ID, ptr(" ")); !errors.As(err, new(*store.InvalidError)) {
		t.Errorf("with an empty name: %v, want an InvalidError", err)
	}
	back, _, pending, err := w.UndeleteRoom(w.ctx(), w.owner.ID, room.ID, ptr("Old  tea"))
	if err != nil || back.Name != "Old tea" || !slices.Contains(pending, store.WorkspaceTopic) {
		t.Errorf("with another name: %+v, %v, %v", back, pending, err)
	}
}

func TestADeletedRoomIsErasedWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room, other := w.room(store.RoomPublic, "Tea", ada), w.room(store.RoomPublic, "Coffee", ada)
	w.exec(`update rooms set topic = 'about tea', description = 'green' where id = $1`, room.ID)
	const many = 12_000 // more than two batches
	w.say(room, ada, many)
	w.say(other, ada, 10)
	w.remove(ada, room)
	w.aged(room, store.RoomGrace-time.Minute)
	if more, err := w.EraseDeletedRoom(w.ctx()); err != nil || more {
		t.Fatalf("before the time: %v, %v", more, err)
	}
	w.aged(room, time.Minute)
	if _, _, _, err := w.UndeleteRoom(w.ctx(), ada.ID, room.ID, nil); !errors.Is(err, store.ErrRoomErased) {
		t.Errorf("too late: %v, want ErrRoomErased", err)
	}
	if _, _, err := w.DeleteRoom(w.ctx(), ada.ID, room.ID, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleting it then: %v, want ErrNotFound", err)
	}
	runs := 0
	for more := true; more; runs++ {
		var err error
		more, err = w.EraseDeletedRoom(w.ctx())
		w.ok(err)
	}
	if runs < 4 {
		t.Errorf("erased in %d runs", runs)
	}
	for what, left := range map[string]int64{
		"messages":    w.number(`select count(*) from messages where room_id = $1`, room.ID),
		"events":      w.number(`select count(*) from events where topic_id = $1`, room.ID),
		"memberships": w.number(`select count(*) from memberships where room_id = $1`, room.ID),
		"words":       w.number(`select count(*) from rooms where id = $1 and (coalesce(name, '') || coalesce(name_key, '') || topic || description <> '' or erased_at is null)`, room.ID),
	} {
		if left != 0 {
			t.Errorf("%d %s are left", left, what)
		}
	}
	if left := w.number(`select count(*) from messages where room_id = $1`, other.ID); left != 10 {
		t.Errorf("the other room has %d messages", left)
	}
	want := []string{fmt.Sprintf(`chatd 0 0 %d  {"messages": %d} -`, room.ID, many)}
	if got := w.logged(store.AuditRoomErased); !slices.Equal(got, want) {
		t.Errorf("entries = %q, want %q", got, want)
	}
	if _, _, _, err := w.UndeleteRoom(w.ctx(), w.owner.ID, room.ID, nil); !errors.Is(err, store.ErrRoomErased) {
		t.Errorf("erased: %v, want ErrRoomErased", err)
	}
}

// Whoever writes while the room is deleted is stored before or told that there is
// none; nobody's message is lost or stored later.
func TestADeletionWhilePeopleWriteLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	room := w.room(store.RoomPublic, "Tea", w.owner)
	const senders = 8
	stored := make(chan int64, senders)
	begun := make(chan struct{}, senders)
	for range senders {
		go func() {
			var count int64
			for {
				_, err := n.Send(w.ctx(), message(room, w.owner, "hello"))
				if errors.Is(err, store.ErrNotFound) {
					stored <- count
					return
				}
				if err != nil {
					t.Errorf("send: %v", err)
					stored <- count
					return
				}
				if count++; count == 3 {
					begun <- struct{}{}
				}
			}
		}()
	}
	for range senders {
		<-begun
	}
	w.remove(w.owner, room)
	var total int64
	for range senders {
		total += <-stored
	}
	if kept := w.number(`select count(*) from messages where room_id = $1`, room.ID); kept != total {
		t.Errorf("%d are stored, %d were acknowledged", kept, total)
	}
	_, _, _, err := w.UndeleteRoom(w.ctx(), w.owner.ID, room.ID, nil)
	w.ok(err)
	if entry, err := w.OverviewRoom(w.ctx(), w.owner.ID, room.ID); err != nil || entry.LastNumber != total {
		t.Errorf("it has %d, %v, want %d", entry.LastNumber, err, total)
	}
}

func TestOfManyWhoDeleteOrUndeleteOneDoesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", ada)
	for round := 1; round <= 3; round++ {
		w.forgetNews()
		w.ok(errors.Join(together(8, func(int) error { _, _, err := w.DeleteRoom(w.ctx(), ada.ID, room.ID, ""); return err })...))
		if news, got := w.news(), w.logged(store.AuditRoomDeleted); len(news) != 2 || len(got) != round {
			t.Errorf("deleted: news = %v, entries = %q", news, got)
		}
		w.forgetNews()
		w.ok(errors.Join(together(8, func(int) error { _, _, _, err := w.UndeleteRoom(w.ctx(), ada.ID, room.ID, nil); return err })...))
		if news, got := w.news(), w.logged(store.AuditRoomUndeleted); len(news) != 2 || len(got) != round {
			t.Errorf("undeleted: news = %v, entries = %q", news, got)
		}
	}
}

// Whoever joins while the room is deleted is among those who come back, or never
// was in it.
func TestNobodyIsLeftInADeletedRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 10
	var people []store.User
	for i := range n {
		people = append(people, w.user(fmt.Sprint("user", i)))
	}
	for round := range 5 {
		room := w.room(store.RoomPublic, fmt.Sprint("Tea ", round), w.owner)
		errs := together(n+1, func(i int) error {
			if i == n {
				_, _, err := w.DeleteRoom(w.ctx(), w.owner.ID, room.ID, "")
				return err
			}
			_, err := w.JoinRoom(w.ctx(), people[i].ID, room.ID)
			if errors.Is(err, store.ErrNotFound) {
				err = nil
			}
			return err
		})
		w.ok(errors.Join(errs...))
		if left := w.number(`select count(*) from memberships where room_id = $1 and left_at is null`, room.ID); left != 0 {
			t.Errorf("%d are still in it", left)
		}
		_, members, _, err := w.UndeleteRoom(w.ctx(), w.owner.ID, room.ID, nil)
		w.ok(err)
		if all := w.number(`select count(*) from memberships where room_id = $1`, room.ID); int64(len(members)) != all {
			t.Errorf("%d come back of %d", len(members), all)
		}
	}
}

func TestThoseWhoWereInADeletedRoomAreToldOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cleo, guest := w.user("ada"), w.user("bob"), w.user("cleo"), w.user("guest")
	w.exec(`update users set role = 'guest' where id = $1`, guest.ID)
	open, secret := w.room(store.RoomPublic, "Tea", ada, bob, cleo, guest), w.room(store.RoomPrivate, "Plans", ada, bob, cleo)
	told := func(who store.User, room store.Room) string {
		lost, err := w.LostRoom(w.ctx(), who.ID, room.ID)
		if errors.Is(err, store.ErrNotFound) {
			return "nothing"
		}
		w.ok(err)
		if left := time.Until(lost.UndeleteUntil) - store.RoomGrace; left.Abs() > time.Minute {
			t.Errorf("it can be taken back until %v", lost.UndeleteUntil)
		}
		if lost.By == nil || lost.By.Username != "ada" || lost.Reason != "all is said" {
			t.Errorf("deleted by %+v because of %q", lost.By, lost.Reason)
		}
		return fmt.Sprintf("%s %t", lost.Name, lost.MayUndelete)
	}
	if got := told(ada, open); got != "nothing" {
		t.Errorf("of a room that is there: %s", got)
	}
	for _, room := range []store.Room{open, secret} {
		_, err := w.LeaveRoom(w.ctx(), cleo.ID, room.ID)
		w.ok(err)
		_, _, err = w.DeleteRoom(w.ctx(), ada.ID, room.ID, "all is said")
		w.ok(err)
	}
	for _, c := range []struct {
		who          store.User
		open, secret string
	}{
		{ada, "Tea true", "Plans true"}, {bob, "Tea false", "Plans false"}, {guest, "Tea false", "nothing"},
		{cleo, "nothing", "nothing"}, {w.owner, "Tea true", "nothing"},
	} {
		if a, b := told(c.who, open), told(c.who, secret); a != c.open || b != c.secret {
			t.Errorf("%s is told %q and %q, want %q and %q", c.who.Username, a, b, c.open, c.secret)
		}
	}
	w.aged(open, store.RoomGrace)
	if got := told(ada, open); got != "nothing" {
		t.Errorf("when it is too late: %s", got)
	}
}
