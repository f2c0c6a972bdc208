package store_test

import (
	"errors"
	"fmt"
	"testing"

	"chatd/store"
)

func TestTheWorkspaceIsNotFoundBeforeItIsSetUp(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	if _, err := w.Workspace(w.ctx()); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("Workspace: %v, want ErrNotFound", err)
	}
}

func TestOfManySetUpsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	const many = 12
	owners := make([]store.User, many)
	errs := together(many, func(i int) (err error) {
		owners[i], err = w.SetUp(w.ctx(), store.SetUp{
			Workspace: fmt.Sprintf("Workspace %d", i),
			NewUser:   store.NewUser{Username: fmt.Sprintf("owner%d", i), DisplayName: "Owner", PasswordHash: "hash"},
		})
		return err
	})
	winner := -1
	for i, err := range errs {
		switch {
		case err == nil && winner >= 0:
			t.Errorf("set-ups %d and %d both succeeded", winner, i)
		case err == nil:
			winner = i
		case !errors.Is(err, store.ErrConflict):
			t.Errorf("set-up %d: %v, want ErrConflict", i, err)
		}
	}
	if winner < 0 {
		t.Fatal("nobody won")
	}
	workspace, err := w.Workspace(w.ctx())
	w.ok(err)
	if want := fmt.Sprintf("Workspace %d", winner); workspace.Name != want {
		t.Errorf("the workspace is %q, want %q", workspace.Name, want)
	}
	users, err := w.Users(w.ctx())
	w.ok(err)
	if len(users) != 1 || users[0].ID != owners[winner].ID || users[0].Role != store.RoleOwner {
		t.Errorf("users = %+v, want the winner as owner", users)
	}
}

func TestTheOwnerStartsAsOwnerOfTheFirstRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	overview, err := w.Overview(w.ctx(), w.owner.ID)
	w.ok(err)
	if len(overview.Rooms) != 1 {
		t.Fatalf("rooms = %+v, want one", overview.Rooms)
	}
	room := overview.Rooms[0]
	if room.Name != "general" || room.Kind != store.RoomPublic || room.Role != store.RoomOwner || room.CreatedBy != w.owner.ID {
		t.Errorf("first room = %+v", room)
	}
}

func TestASetUpThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	good := store.SetUp{Workspace: "Test", NewUser: store.NewUser{Username: "owner", DisplayName: "Owner", PasswordHash: "hash"}}
	for field, change := range map[string]func(*store.SetUp){
		"workspace":    func(s *store.SetUp) { s.Workspace = " \t " },
		"username":     func(s *store.SetUp) { s.Username = "not@allowed" },
		"display_name": func(s *store.SetUp) { s.DisplayName = "two\nlines" },
		"email":        func(s *store.SetUp) { s.Email = "nobody" },
	} {
		bad := good
		change(&bad)
		_, err := w.SetUp(w.ctx(), bad)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != field || !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v, want an InvalidError of that field", field, err)
		}
		if _, err := w.Workspace(w.ctx()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: a workspace was left: %v", field, err)
		}
	}
	_, err := w.SetUp(w.ctx(), good)
	w.ok(err)
}
