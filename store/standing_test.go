package store_test

import (
	"errors"
	"fmt"
	"testing"

	"chatd/store"
	"chatd/store/rights"
)

// userAs signs up somebody with a role in the workspace.
func (w *world) userAs(role store.Role, name string) store.User {
	w.t.Helper()
	user := w.user(name)
	// Everybody begins in the first room, where nothing is to be tested.
	w.exec(`update memberships set left_at = now() where user_id = $1`, user.ID)
	w.exec(`update users set role = $2 where id = $1`, user.ID, role)
	user.Role = role
	return user
}

// give gives somebody a role in a room that they are in.
func (w *world) give(room store.Room, user store.User, role store.RoomRole) {
	w.t.Helper()
	w.exec(`update memberships set role = $3 where room_id = $1 and user_id = $2`, room.ID, user.ID, role)
}

// scene is a room with somebody of each role in it, and one who stands to it
// in a certain way.
type scene struct {
	*world
	*node
	rights.Standing
	room                            store.Room
	who                             store.User
	plain, moderator, owner, friend store.User // friend is not in the room
}

func (w *world) scene(n *node, st rights.Standing, name string) scene {
	w.t.Helper()
	s := scene{world: w, node: n, Standing: st, who: w.userAs(st.Role, "who-"+name)}
	s.plain, s.moderator = w.user("plain-"+name), w.user("moderator-"+name)
	s.owner, s.friend = w.user("owner-"+name), w.user("friend-"+name)
	inside := []store.User{s.plain, s.moderator}
	if st.RoomRole != rights.Outside {
		inside = append(inside, s.who)
	}
	if st.Kind == store.RoomDirect {
		s.room = w.direct(s.owner, inside...)
		w.give(s.room, s.owner, store.RoomOwner)
	} else {
		s.room = w.room(st.Kind, name, s.owner, inside...)
	}
	w.give(s.room, s.moderator, store.RoomModerator)
	if st.RoomRole != rights.Outside {
		w.give(s.room, s.who, st.RoomRole)
	}
	w.exec(`
		update rooms
		set read_only = $2 = 'read-only', guests_read_only = $2 = 'members', archived_at = case when $2 = 'archived' then now() end
		where id = $1`, s.room.ID, st.State)
	return s
}

// want is what the table of rights makes of an action.
func (s scene) want(action rights.RoomAction) error {
	open := s.Standing
	open.State = rights.Open
	member := s.Standing
	member.RoomRole = store.RoomMember
	switch {
	case action.May(s.Standing):
		return nil
	case !rights.SeeRoom.May(s.Standing):
		return store.ErrNotFound
	case action.May(open) && s.State == rights.Archived:
		return store.ErrArchived
	case action.May(open):
		return store.ErrReadOnly
	case s.RoomRole == rights.Outside && action.May(member):
		return store.ErrNotMember
	}
	return store.ErrForbidden
}

// same reports whether err is exactly what is wanted: some errors are kinds of
// others.
func same(err, want error) bool {
	return errors.Is(err, want) && errors.Is(err, store.ErrReadOnly) == errors.Is(want, store.ErrReadOnly) &&
		errors.Is(err, store.ErrArchived) == errors.Is(want, store.ErrArchived)
}

// changing are the methods that change something, by what they do.
func (s scene) changing() map[string]struct {
	action rights.RoomAction
	do     func() (store.Pending, error)
} {
	type change = struct {
		action rights.RoomAction
		do     func() (store.Pending, error)
	}
	remove := func(user store.User) func() (store.Pending, error) {
		return func() (store.Pending, error) { return s.RemoveMember(s.ctx(), s.who.ID, user.ID, s.room.ID, "") }
	}
	return map[string]change{
		"add":              {rights.AddMember, func() (store.Pending, error) { return s.AddMember(s.ctx(), s.who.ID, s.friend.ID, s.room.ID) }},
		"remove plain":     {rights.RemoveMember, remove(s.plain)},
		"remove nobody":    {rights.RemoveMember, remove(s.world.owner)},
		"remove moderator": {rights.RemoveModerator, remove(s.moderator)},
		"remove owner":     {rights.RemoveModerator, remove(s.owner)},
		"change": {rights.ChangeRoom, func() (store.Pending, error) {
			text := "about " + string(s.RoomRole)
			_, pending, err := s.ChangeRoom(s.ctx(), s.who.ID, s.room.ID, store.RoomChange{Description: &text})
			return pending, err
		}},
		"steer": {rights.SteerRoom, func() (store.Pending, error) {
			text := "about " + string(s.RoomRole)
			_, pending, err := s.ChangeRoom(s.ctx(), s.who.ID, s.room.ID, store.RoomChange{Topic: &text})
			return pending, err
		}},
		"archive": {rights.ArchiveRoom, func() (store.Pending, error) {
			archived := s.State != rights.Archived
			_, pending, err := s.ChangeRoom(s.ctx(), s.who.ID, s.room.ID, store.RoomChange{Archived: &archived})
			return pending, err
		}},
		"delete": {rights.DeleteRoom, func() (store.Pending, error) {
			_, pending, err := s.DeleteRoom(s.ctx(), s.who.ID, s.room.ID, "")
			return pending, err
		}},
		"undelete what is there": {rights.DeleteRoom, func() (store.Pending, error) {
			_, _, pending, err := s.UndeleteRoom(s.ctx(), s.who.ID, s.room.ID, nil)
			return pending, err
		}},
		"change nothing": {rights.ChangeRoom, func() (store.Pending, error) {
			_, pending, err := s.ChangeRoom(s.ctx(), s.who.ID, s.room.ID, store.RoomChange{})
			return pending, err
		}},
		"set role": {rights.ChangeRoomRoles, func() (store.Pending, error) {
			_, pending, err := s.SetRoomRole(s.ctx(), s.who.ID, s.plain.ID, s.room.ID, store.RoomModerator)
			return pending, err
		}},
		"set the same role": {rights.ChangeRoomRoles, func() (store.Pending, error) {
			_, pending, err := s.SetRoomRole(s.ctx(), s.who.ID, s.moderator.ID, s.room.ID, store.RoomModerator)
			return pending, err
		}},
		"join":  {rights.JoinRoom, func() (store.Pending, error) { return s.JoinRoom(s.ctx(), s.who.ID, s.room.ID) }},
		"leave": {rights.LeaveRoom, func() (store.Pending, error) { return s.LeaveRoom(s.ctx(), s.who.ID, s.room.ID) }},
	}
}

// reading are the methods that change nothing.
func (s scene) reading() map[string]struct {
	action rights.RoomAction
	err    error
} {
	type read = struct {
		action rights.RoomAction
		err    error
	}
	who, room := s.who.ID, s.room.ID
	_, find := s.RoomForMember(s.ctx(), who, room)
	_, entry := s.OverviewRoom(s.ctx(), who, room)
	_, history := s.History(s.ctx(), who, room, store.HistoryPage{})
	_, _, mark := s.MarkRead(s.ctx(), who, room, 1)
	_, _, members := s.Members(s.ctx(), who, room, store.MembersPage{})
	_, post := s.Send(s.ctx(), message(s.room, s.who, "hello"))
	return map[string]read{
		"find": {rights.ReadMessages, find}, "overview": {rights.ReadMessages, entry}, "history": {rights.ReadMessages, history},
		"mark read": {rights.ReadMessages, mark}, "members": {rights.ListMembers, members}, "post": {rights.PostMessage, post},
	}
}

// TestEveryMethodAsksTheTable compares all methods with the table, for
// everybody in every sort of room.
func TestEveryMethodAsksTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	for _, role := range rights.Roles {
		for _, roomRole := range rights.RoomRoles {
			for i, place := range rights.Places {
				s := w.scene(n, rights.Standing{Role: role, RoomRole: roomRole, Place: place}, fmt.Sprint(role, "-", roomRole, "-", i))
				s.compareReading()
				s.compareChanging()
			}
		}
	}
}

func (s scene) compareReading() {
	t := s.t
	t.Helper()
	for what, read := range s.reading() {
		if want := s.want(read.action); !same(read.err, want) {
			t.Errorf("%+v: %s: %v, want %v", s.Standing, what, read.err, want)
		}
	}
	positions, err := s.Positions(s.ctx(), s.who.ID, []int64{s.room.ID, s.who.ID, store.WorkspaceTopic, s.friend.ID})
	s.ok(err)
	for _, action := range rights.RoomActions {
		may, err := s.May(s.ctx(), action, s.who.ID, s.room.ID)
		if s.ok(err); may != action.May(s.Standing) {
			t.Errorf("%+v may %s: %v", s.Standing, action, may)
		}
	}
	for topic, want := range map[int64]bool{
		s.room.ID: rights.ReadMessages.May(s.Standing), s.who.ID: true,
		store.WorkspaceTopic: rights.SeeDirectory.May(s.Role), s.friend.ID: false,
	} {
		if _, got := positions[topic]; got != want {
			t.Errorf("%+v follows topic %d: %v, want %v", s.Standing, topic, got, want)
		}
	}
}

// compareChanging tries each change and takes it back.
func (s scene) compareChanging() {
	t := s.t
	t.Helper()
	before := s.membership()
	for what, change := range s.changing() {
		s.exec(`delete from pending_events where topic_id = any ($1)`, ids(s.plain, s.moderator, s.owner, s.friend, s.who))
		pending, err := change.do()
		want, happens := s.want(change.action), true
		switch named := s.Kind != store.RoomDirect; {
		case what == "join" && named && s.RoomRole != rights.Outside, // is in it already
			what == "leave" && s.RoomRole == rights.Outside && rights.SeeRoom.May(s.Standing): // is not
			want, happens = nil, false
		case what == "remove nobody", what == "change nothing", what == "set the same role", what == "undelete what is there":
			happens = false
		}
		if !same(err, want) {
			t.Errorf("%+v: %s: %v, want %v", s.Standing, what, err, want)
		}
		if happens = happens && want == nil; happens != (len(pending) > 0) {
			t.Errorf("%+v: %s: pending %v, want some: %v", s.Standing, what, pending, happens)
		}
		if after := s.membership(); !happens && after != before {
			t.Errorf("%+v: %s: %s\nbecame %s", s.Standing, what, before, after)
		}
		s.restore()
	}
}

// membership spells everything that the changes may change.
func (s scene) membership() string {
	s.t.Helper()
	var text string
	s.ok(s.sql.QueryRow(s.ctx(), `
		select concat_ws(' ', r.name, r.topic, r.description, r.read_only, r.archived_at is null, r.deleted_at is null, (
			select string_agg(concat_ws(':', m.user_id, m.role), ',' order by m.user_id)
			from memberships m
			where m.room_id = r.id and m.left_at is null))
		from rooms r
		where r.id = $1`, s.room.ID).Scan(&text))
	return text
}

// restore makes the room what it was.
func (s scene) restore() {
	s.t.Helper()
	s.exec(`
		update rooms
		set description = '', topic = '', deleted_at = null, archived_at = case when $2 then now() end
		where id = $1`, s.room.ID, s.State == rights.Archived)
	s.exec(`delete from memberships where room_id = $1 and user_id = $2`, s.room.ID, s.friend.ID)
	s.exec(`update memberships set left_at = null where room_id = $1`, s.room.ID)
	s.give(s.room, s.plain, store.RoomMember)
	if s.RoomRole == rights.Outside {
		s.exec(`delete from memberships where room_id = $1 and user_id = $2`, s.room.ID, s.who.ID)
	} else {
		s.give(s.room, s.who, s.RoomRole)
	}
}

func TestWhoIsDeactivatedMayDoNothing(t *testing.T) {
	t.Parallel()
	newWorld(t).mayDoNothing((*world).deactivate)
}

func TestWhoIsSuspendedMayDoNothing(t *testing.T) {
	t.Parallel()
	newWorld(t).mayDoNothing((*world).suspend)
}

// mayDoNothing wants an owner of everything to be refused everything, once they
// are shut out.
func (w *world) mayDoNothing(shutOut func(*world, store.User)) {
	t := w.t
	n := w.node()
	for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
		s := w.scene(n, rights.Standing{Role: store.RoleOwner, RoomRole: store.RoomOwner, Place: rights.Place{Kind: kind, State: rights.Open}}, string(kind))
		shutOut(w, s.who)
		before := s.membership()
		for what, read := range s.reading() {
			if want := map[bool]error{true: store.ErrForbidden, false: store.ErrNotFound}[what == "post"]; !errors.Is(read.err, want) {
				t.Errorf("%s: %v, want %v", what, read.err, want)
			}
		}
		for what, change := range s.changing() {
			if pending, err := change.do(); !errors.Is(err, store.ErrNotFound) || len(pending) != 0 {
				t.Errorf("%s: %v, %v, want ErrNotFound", what, pending, err)
			}
		}
		if may, err := w.May(w.ctx(), rights.PostMessage, s.who.ID, s.room.ID); err != nil || may {
			t.Errorf("may post: %v, %v", may, err)
		}
		if may, err := w.May(w.ctx(), rights.PostMessage, s.owner.ID, s.who.ID); err != nil || may {
			t.Errorf("may post where no room is: %v, %v", may, err)
		}
		if _, _, err := w.CreateRoom(w.ctx(), s.who.ID, store.NewRoom{Kind: kind, Name: "new"}); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("create: %v, want ErrForbidden", err)
		}
		if _, _, err := w.OpenDirect(w.ctx(), s.who.ID, ids(s.friend)); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("open direct: %v, want ErrForbidden", err)
		}
		if _, _, err := w.Directory(w.ctx(), s.who.ID, store.Page{}); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("directory: %v, want ErrForbidden", err)
		}
		if seen, err := w.VisibleUsers(w.ctx(), s.who.ID); err != nil || len(seen) != 0 {
			t.Errorf("visible: %v, %v, want nobody", seen, err)
		}
		if positions, err := w.Positions(w.ctx(), s.who.ID, []int64{s.room.ID, s.who.ID, store.WorkspaceTopic}); err != nil || len(positions) != 0 {
			t.Errorf("positions: %v, %v, want none", positions, err)
		}
		if after := s.membership(); after != before {
			t.Errorf("%s\nbecame %s", before, after)
		}
	}
}
