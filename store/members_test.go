package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatd/store"
)

// roster lists the members that a page finds, through all pages of two, as
// "username state".
func (w *world) roster(by store.User, room store.Room, page store.MembersPage) (list []string) {
	w.t.Helper()
	page.Limit = 2
	for {
		members, next, err := w.Members(w.ctx(), by.ID, room.ID, page)
		w.ok(err)
		for _, m := range members {
			list = append(list, m.Username+" "+m.State)
			if (m.State == "offline") == (m.LastSeenAt == nil) {
				w.t.Errorf("%s is %s and was last seen %v", m.Username, m.State, m.LastSeenAt)
			}
			if m.Own != (store.Own{}) {
				w.t.Errorf("of %s everybody learns %+v", m.Username, m.Own)
			}
		}
		if page.After = next; next == "" {
			return list
		}
	}
}

func TestMembersAreFoundByNameAndPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo, cleo, dan := w.user("ana"), w.user("bo"), w.user("cleo"), w.user("dan")
	_, _, err := w.ChangeProfile(w.ctx(), bo.ID, store.Profile{DisplayName: new("Ünal B_%")})
	w.ok(err)
	room := w.room(store.RoomPrivate, "tea", ana, bo, cleo, dan)
	_, err = w.LeaveRoom(w.ctx(), dan.ID, room.ID)
	w.ok(err)
	a := &presence{world: w, node: nodeA}
	a.tell(true, running, device(1, bo, true), device(2, cleo, false), device(3, dan, false))
	w.exec(`update users set last_seen_at = now()`)
	for _, c := range []struct {
		page store.MembersPage
		want []string
	}{
		{store.MembersPage{}, []string{"ana offline", "cleo online", "bo away"}},
		{store.MembersPage{Here: true}, []string{"cleo online", "bo away"}},
		{store.MembersPage{Search: "ÜNAL"}, []string{"bo away"}},
		{store.MembersPage{Search: " B_% "}, []string{"bo away"}},
		{store.MembersPage{Search: "Bo"}, []string{"bo away"}}, // the user name
		{store.MembersPage{Search: "A"}, []string{"ana offline", "bo away"}},
		{store.MembersPage{Search: "a", Here: true}, []string{"bo away"}},
		{store.MembersPage{Search: "%"}, []string{"bo away"}},
		{store.MembersPage{Search: "dan"}, nil},
	} {
		if got := w.roster(ana, room, c.page); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.page, got, c.want)
		}
	}
	for _, search := range []string{"\x00", "\xff", strings.Repeat("x", 81), "\u202e"} {
		_, _, err := w.Members(w.ctx(), ana.ID, room.ID, store.MembersPage{Search: search})
		w.wantInvalidOrNotFound(err, "search")
	}
	members, here, err := w.MemberCounts(w.ctx(), ana.ID, room.ID)
	if w.ok(err); members != 3 || here != 2 {
		t.Errorf("%d members, %d are here, want 3 and 2", members, here)
	}
	if n, _, err := w.CountHere(w.ctx(), room.ID); err != nil || n != 2 {
		t.Errorf("%d are here: %v", n, err)
	}
	_, _, err = w.MemberCounts(w.ctx(), dan.ID, room.ID)
	w.wantInvalidOrNotFound(err, "")
}

func TestTheMarkOfThoseWhoAreHereIsAnotherOneWhenOthersAre(t *testing.T) {
	a, b, ana, bo, _ := twoPeople(t)
	room := a.room(store.RoomPublic, "tea", ana, bo)
	empty := a.room(store.RoomPublic, "coffee", a.user("cleo"))
	count := func() (mark int64) {
		t.Helper()
		n, mark, err := a.CountHere(a.ctx(), room.ID)
		if a.ok(err); n != 1 {
			t.Errorf("%d are here, want 1", n)
		}
		return mark
	}
	a.open(1, ana)
	first := count()
	b.open(1, ana)
	if again := count(); again != first {
		t.Errorf("her second device has made the mark %d of %d", again, first)
	}
	a.settle(false, running, []int64{1, 2}, ids(ana, bo), "went-offline", "")
	b.close(1, ana, "went-offline")
	if other := count(); other == first {
		t.Errorf("bo has the mark of ana, %d", other)
	}
	if n, mark, err := a.CountHere(a.ctx(), empty.ID); err != nil || n != 0 || mark != 0 {
		t.Errorf("in an empty room are %d with the mark %d: %v", n, mark, err)
	}
}

func TestSmallRoomsHaveAtMostAHundredMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo, cleo := w.user("ana"), w.user("bo"), w.user("cleo")
	all := w.number(`select min(id) from rooms`) // where everybody begins
	tea, pair := w.room(store.RoomPrivate, "tea", ana, bo), w.direct(ana, cleo)
	large := w.room(store.RoomPublic, "large", ana, cleo)
	left := w.room(store.RoomPrivate, "left", ana, bo)
	for _, room := range []int64{left.ID, all} {
		w.exec(`update memberships set left_at = now() where room_id = $1 and user_id <> $2`, room, w.owner.ID)
	}
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, 99) returning id),
		people as (
			insert into users (id, username, username_key, display_name, password_hash)
			select id, 'n' || id, 'n' || id, 'N', '' from t returning id
		)
		insert into memberships (room_id, user_id) select $1, id from people`, large.ID)
	small := func() (text string) {
		rooms, of, err := w.SmallRooms(w.ctx(), ids(ana, bo, store.User{ID: 1 << 40}), nil)
		w.ok(err)
		for _, room := range rooms {
			if !slices.IsSorted(room.Members) {
				t.Errorf("members %v", room.Members)
			}
			text += fmt.Sprint(room.ID, ":", len(room.Members), " ")
		}
		return text + fmt.Sprint(of)
	}
	none := int64(1 << 40)
	of := func(rooms ...int64) string {
		return fmt.Sprint(map[int64][]int64{ana.ID: rooms, bo.ID: {tea.ID}, none: nil})
	}
	want := fmt.Sprint(tea.ID, ":2 ", pair.ID, ":2 ") + of(tea.ID, pair.ID)
	if got := small(); got != want {
		t.Errorf("with 101 in the large room: %s, want %s", got, want)
	}
	if rooms, _, err := w.SmallRooms(w.ctx(), nil, []int64{large.ID}); err != nil || len(rooms) != 0 {
		t.Errorf("the large room by its id: %v, %v", rooms, err)
	}
	_, err := w.LeaveRoom(w.ctx(), cleo.ID, large.ID)
	w.ok(err)
	want = fmt.Sprint(tea.ID, ":2 ", pair.ID, ":2 ", large.ID, ":100 ") + of(tea.ID, pair.ID, large.ID)
	if got := small(); got != want {
		t.Errorf("with 100 in it: %s, want %s", got, want)
	}
	if rooms, of, err := w.SmallRooms(w.ctx(), nil, nil); err != nil || len(rooms)+len(of) != 0 {
		t.Errorf("of nobody: %v, %v, %v", rooms, of, err)
	}
	_, err = w.LeaveRoom(w.ctx(), bo.ID, tea.ID)
	w.ok(err)
	w.exec(`update memberships set joined_at = '2026-01-01 00:00:01.000002+00' where room_id = $1 and user_id = $2`, tea.ID, ana.ID)
	_, err = w.AddMember(w.ctx(), ana.ID, bo.ID, tea.ID)
	w.ok(err)
	joined := w.number(`select (extract(epoch from joined_at) * 1000000)::bigint from memberships where room_id = $1 and user_id = $2`, tea.ID, bo.ID)
	rooms, _, err := w.SmallRooms(w.ctx(), nil, []int64{tea.ID})
	if err != nil || len(rooms) != 1 || !slices.Equal(rooms[0].Since, []int64{1767225601000002, joined}) {
		t.Errorf("since their joins: %+v, %v", rooms, err)
	}
	byID, people, err := w.SmallRooms(w.ctx(), nil, []int64{large.ID, none})
	if err != nil || len(people) != 0 || len(byID) != 1 || byID[0].ID != large.ID || len(byID[0].Members) != 100 {
		t.Errorf("by its id: %v, %v, %v", byID, people, err)
	}
}

func TestALookFindsWhoJoinedAndLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	tea := w.room(store.RoomPublic, "tea", w.owner, ana)
	w.forgetNews()
	var mark int64
	w.look(&mark)
	w.untilQuiet(&mark)
	_, err := w.JoinRoom(w.ctx(), bo.ID, tea.ID)
	w.ok(err)
	_, err = w.LeaveRoom(w.ctx(), ana.ID, tea.ID)
	w.ok(err)
	look := w.look(&mark)
	joined, left := store.Membership{RoomID: tea.ID, UserID: bo.ID}, store.Membership{RoomID: tea.ID, UserID: ana.ID}
	if c := look.ChangedMemberships; len(c) != 2 || !slices.Contains(c, joined) || !slices.Contains(c, left) {
		t.Errorf("changed %v, want %v and %v", c, joined, left)
	}
	if !slices.Equal(look.EndedMemberships, []store.EndedMembership{{RoomID: left.RoomID, UserID: left.UserID}}) {
		t.Errorf("ended %v, want %v", look.EndedMemberships, left)
	}
}
