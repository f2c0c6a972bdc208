package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// signUp makes an account with an invite.
func (w *world) signUp(invite store.Invite, name string) (store.User, store.Pending) {
	w.t.Helper()
	user, pending, err := w.SignUp(w.ctx(), invite.Token, store.NewUser{Username: name, DisplayName: name, PasswordHash: "hash"})
	w.ok(err)
	slices.Sort(pending)
	return user, pending
}

// roomsOf returns the ids of somebody's rooms.
func (w *world) roomsOf(user store.User) []int64 {
	w.t.Helper()
	overview, err := w.Overview(w.ctx(), user.ID)
	w.ok(err)
	var rooms []int64
	for _, room := range overview.Rooms {
		rooms = append(rooms, room.ID)
	}
	return rooms
}

func TestAnInvitedGuestJoinsTheRoomsOfTheInviteAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPrivate, "tea", w.owner)
	w.say(tea, w.owner, 2)
	invite, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour, Role: store.RoleGuest, Rooms: []int64{tea.ID, tea.ID}})
	w.ok(err)
	if invite.Role != store.RoleGuest || !slices.Equal(invite.Rooms, []int64{tea.ID}) {
		t.Errorf("the invite is %+v", invite)
	}
	w.forgetNews()
	gil, pending := w.signUp(invite, "gil")
	if rooms := w.roomsOf(gil); gil.Role != store.RoleGuest || !slices.Equal(rooms, []int64{tea.ID}) {
		t.Errorf("a %s in %v, want a guest in %d", gil.Role, rooms, tea.ID)
	}
	want := []string{
		line("user-added", store.WorkspaceTopic, gil.ID, 0, gil.ID),
		line("join", tea.ID, gil.ID, tea.ID, w.owner.ID),
		line("room-added", gil.ID, gil.ID, tea.ID, w.owner.ID),
	}
	if news := w.news(); !slices.Equal(news, want) || !slices.Equal(pending, store.Pending{store.WorkspaceTopic, tea.ID, gil.ID}) {
		t.Errorf("news = %v, pending %v, want %v", news, pending, want)
	}
	if room, err := w.OverviewRoom(w.ctx(), gil.ID, tea.ID); err != nil || room.ReadNumber != 2 {
		t.Errorf("has read up to %d, %v, want all", room.ReadNumber, err)
	}
}

func TestAnInvitedMemberJoinsTheFirstRoomAndThoseOfTheInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	general := w.firstRoom()
	tea, coffee := w.room(store.RoomPrivate, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)
	invite, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour, Rooms: []int64{coffee.ID, general.ID, tea.ID}})
	w.ok(err)
	bob, _ := w.signUp(invite, "bob")
	if rooms := w.roomsOf(bob); bob.Role != store.RoleMember || !slices.Equal(rooms, []int64{general.ID, tea.ID, coffee.ID}) {
		t.Errorf("a %s in %v", bob.Role, rooms)
	}
}

func TestWithoutAnInviteOnlyAnOpenWorkspaceTakesPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := store.NewUser{Username: "ada", DisplayName: "Ada", PasswordHash: "hash"}
	if _, _, err := w.SignUp(w.ctx(), "", account); !errors.Is(err, store.ErrSignUpClosed) || !errors.Is(err, store.ErrForbidden) {
		t.Errorf("closed: %v, want ErrSignUpClosed", err)
	}
	_, _, err := w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{SignUpOpen: new(true)})
	w.ok(err)
	ada, _, err := w.SignUp(w.ctx(), "", account)
	w.ok(err)
	if rooms := w.roomsOf(ada); ada.Role != store.RoleMember || !slices.Equal(rooms, []int64{w.firstRoom().ID}) {
		t.Errorf("a %s in %v, want a member in the first room", ada.Role, rooms)
	}
	if _, _, err := emptyWorld(t).SignUp(w.ctx(), "", account); !errors.Is(err, store.ErrSignUpClosed) {
		t.Errorf("before the set-up: %v, want ErrSignUpClosed", err)
	}
}

func TestNobodySignsUpAfterTheDoorIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 5 {
		_, _, err := w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{SignUpOpen: new(true)})
		w.ok(err)
		closed := make(chan struct{})
		errs := together(9, func(i int) error {
			if i == 4 {
				defer close(closed)
				_, _, err := w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{SignUpOpen: new(false)})
				return err
			}
			if i > 4 {
				<-closed
			}
			_, _, err := w.SignUp(w.ctx(), "", store.NewUser{Username: fmt.Sprintf("user%c%c", 'a'+round, 'a'+i), DisplayName: "User", PasswordHash: "hash"})
			return err
		})
		w.ok(errs[4])
		for i, err := range errs {
			if i != 4 && err != nil && !errors.Is(err, store.ErrSignUpClosed) || i > 4 && err == nil {
				t.Errorf("round %d, %d: %v", round, i, err)
			}
		}
	}
}
