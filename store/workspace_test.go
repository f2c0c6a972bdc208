package store_test

import (
	"errors"
	"fmt"
	"slices"
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
	users, _, err := w.People(w.ctx(), owners[winner].ID, store.PeoplePage{})
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

func TestTheWorkspaceIsChangedByOwnersAndAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, by := range []store.User{w.owner, w.userAs(store.RoleAdmin, "admin")} {
		w.forgetNews()
		name := "Of " + by.Username
		changed, pending, err := w.ChangeWorkspace(w.ctx(), by.ID, store.WorkspaceChange{Name: new("  " + name), SignUpOpen: new(true)})
		w.ok(err)
		if changed.Name != name || !changed.SignUpOpen || !slices.Equal(pending, store.Pending{store.WorkspaceTopic}) {
			t.Errorf("ChangeWorkspace = %+v, %v", changed, pending)
		}
		same, pending, err := w.ChangeWorkspace(w.ctx(), by.ID, store.WorkspaceChange{Name: &name})
		if err != nil || same != changed || len(pending) != 0 {
			t.Errorf("the same again: %+v, %v, %v", same, pending, err)
		}
		closed, _, err := w.ChangeWorkspace(w.ctx(), by.ID, store.WorkspaceChange{SignUpOpen: new(false)})
		if err != nil || closed.SignUpOpen || closed.Name != name {
			t.Errorf("closed: %+v, %v", closed, err)
		}
		if stored, err := w.Workspace(w.ctx()); err != nil || stored != closed {
			t.Errorf("stored %+v, %v, want %+v", stored, err, closed)
		}
		news := line("workspace-changed", store.WorkspaceTopic, 0, 0, by.ID)
		if got := w.news(); !slices.Equal(got, []string{news, news}) {
			t.Errorf("news = %v, want %v twice", got, news)
		}
	}
	for _, by := range []int64{w.user("ada").ID, w.userAs(store.RoleGuest, "guest").ID, 1 << 40} {
		for _, change := range []store.WorkspaceChange{{}, {SignUpOpen: new(true)}} {
			if _, _, err := w.ChangeWorkspace(w.ctx(), by, change); !errors.Is(err, store.ErrForbidden) {
				t.Errorf("by user %d: %v, want ErrForbidden", by, err)
			}
		}
	}
	if _, _, err := w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{Name: new("")}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("no name: %v, want ErrInvalid", err)
	}
}

func TestSettingsOfTheWorkspaceStandInTheAuditLogAsTheyWereAndAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	now, err := w.WorkspaceSettings(w.ctx(), w.owner.ID)
	if w.ok(err); now.WorkspaceLimits != store.DefaultLimits {
		t.Errorf("at first: %+v", now)
	}
	w.forgetNews()
	change := store.WorkspaceChange{RetentionDays: new(30), FloodMessages: new(5), FloodSeconds: new(60)}
	for range 2 { // the second time it is so already
		now, _, err = w.ChangeWorkspace(w.ctx(), w.owner.ID, change)
		w.ok(err)
		if want := (store.WorkspaceLimits{RetentionDays: 30, FloodMessages: 5, FloodSeconds: 60}); now.WorkspaceLimits != want {
			t.Errorf("then: %+v", now)
		}
	}
	if news := w.news(); len(news) != 1 {
		t.Errorf("the news are %q", news)
	}
	now, _, err = w.ChangeWorkspace(w.ctx(), w.owner.ID, store.WorkspaceChange{RetentionDays: new(0)})
	if w.ok(err); now.RetentionDays != 0 || now.FloodMessages != 5 {
		t.Errorf("for ever: %+v", now)
	}
	if n := w.number(`select count(*) from audit_entries where action = 'workspace-changed'`); n != 2 {
		t.Errorf("%d entries", n)
	}
	if n := w.number(`
		select count(*) from audit_entries
		where action = 'workspace-changed' and before = '{"retention_days":0,"flood_messages":40,"flood_seconds":2}'
			and after = '{"retention_days":30,"flood_messages":5,"flood_seconds":60}'`); n != 1 {
		t.Errorf("%d entries tell of the first change", n)
	}
	for name, wrong := range map[string]store.WorkspaceChange{
		"retention": {RetentionDays: new(36501)}, "less retention": {RetentionDays: new(-1)}, "messages": {FloodMessages: new(0)}, "seconds": {FloodSeconds: new(3601)},
	} {
		if _, _, err := w.ChangeWorkspace(w.ctx(), w.owner.ID, wrong); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := w.ChangeWorkspace(w.ctx(), ana.ID, change); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("a member: %v", err)
	}
	if _, err := w.WorkspaceSettings(w.ctx(), ana.ID); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("a member sees them: %v", err)
	}
}
