package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatd/store"
)

// people walks through all pages.
func (w *world) people(by store.User, page store.PeoplePage) []string {
	w.t.Helper()
	var names []string
	for {
		users, next, err := w.People(w.ctx(), by.ID, page)
		w.ok(err)
		if page.Limit > 0 && len(users) > page.Limit {
			w.t.Fatalf("a page of %d has %d", page.Limit, len(users))
		}
		for _, u := range users {
			names = append(names, u.DisplayName)
		}
		if page.After = next; next == "" {
			return names
		}
	}
}

func TestPeopleAreListedByNamePageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := []string{"Owner"}
	for i := range 7 {
		for j, name := range []string{"same", "Ädä", "Zoë"} {
			_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: fmt.Sprintf("x%c%c", 'a'+i, 'a'+j), DisplayName: name, PasswordHash: "hash"})
			w.ok(err)
			want = append(want, name)
		}
	}
	w.deactivate(w.user("gone"))
	whole := w.people(w.owner, store.PeoplePage{})
	if sorted := slices.Sorted(slices.Values(whole)); !slices.Equal(sorted, slices.Sorted(slices.Values(want))) {
		t.Fatalf("people = %v", whole)
	}
	for _, limit := range []int{1, 2, 5, 21, 22, 23} {
		if got := w.people(w.owner, store.PeoplePage{Page: store.Page{Limit: limit}}); !slices.Equal(got, whole) {
			t.Errorf("pages of %d: %v, want %v", limit, got, whole)
		}
	}
	for i := range len(whole) - 1 {
		if strings.ToLower(whole[i]) > strings.ToLower(whole[i+1]) {
			t.Errorf("%s comes before %s", whole[i], whole[i+1])
		}
	}
	if _, _, err := w.People(w.ctx(), w.owner.ID, store.PeoplePage{Page: store.Page{After: "no cursor"}}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a bad cursor: %v, want ErrInvalid", err)
	}
}

func TestDeactivatedPeopleAreListedForThoseWhoManageMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, member, guest := w.userAs(store.RoleAdmin, "admin"), w.userAs(store.RoleMember, "member"), w.userAs(store.RoleGuest, "visitor")
	gone := w.user("gone")
	w.deactivate(gone)
	for _, by := range []store.User{w.owner, admin} {
		if got := w.people(by, store.PeoplePage{Deactivated: true}); !slices.Equal(got, []string{"admin", "gone", "member", "Owner", "visitor"}) {
			t.Errorf("%s sees %v", by.Role, got)
		}
	}
	for _, by := range []store.User{member, guest, gone} {
		if _, _, err := w.People(w.ctx(), by.ID, store.PeoplePage{Deactivated: true}); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("%s: %v, want ErrForbidden", by.Username, err)
		}
	}
	if got := w.people(gone, store.PeoplePage{}); len(got) != 0 {
		t.Errorf("somebody deactivated sees %v", got)
	}
}

func TestAGuestSeesThePeopleOfTheirRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest, ada, bob := w.userAs(store.RoleGuest, "guest"), w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPrivate, "tea", w.owner, guest, ada, bob)
	w.room(store.RoomPrivate, "coffee", w.owner, bob)
	_, err := w.LeaveRoom(w.ctx(), bob.ID, tea.ID)
	w.ok(err)
	w.deactivate(w.user("gone"))
	if got := w.people(guest, store.PeoplePage{Page: store.Page{Limit: 2}}); !slices.Equal(got, []string{"ada", "guest", "Owner"}) {
		t.Errorf("the guest sees %v", got)
	}
	if _, err := w.Person(w.ctx(), guest.ID, bob.ID); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("Person outside: %v, want ErrNoSuchUser", err)
	}
	w.deactivate(ada)
	if found, err := w.Person(w.ctx(), guest.ID, ada.ID); err != nil || found.DeactivatedAt == nil {
		t.Errorf("Person inside = %+v, %v", found, err)
	}
	if found, err := w.Person(w.ctx(), w.owner.ID, bob.ID); err != nil || found.Username != "bob" {
		t.Errorf("Person for the owner = %+v, %v", found, err)
	}
	if _, err := w.Person(w.ctx(), w.owner.ID, 1<<40); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("Person who is nobody: %v, want ErrNoSuchUser", err)
	}
	_, err = w.LeaveRoom(w.ctx(), guest.ID, tea.ID)
	w.ok(err)
	if got := w.people(guest, store.PeoplePage{}); !slices.Equal(got, []string{"guest"}) {
		t.Errorf("outside all rooms the guest sees %v", got)
	}
}

func TestAPageOfManyPeopleTouchesFewPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, 20000) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'n' || id, 'n' || id, 'Name ' || id, 'hash' from t`)
	w.exec(`analyze users`)
	for _, mode := range []string{"custom", "generic"} {
		for _, from := range []string{"", "name 15"} {
			p := w.explain(mode, store.PageOfPeople, w.owner.ID, []string{"owner"}, false, from, 0, 51)
			if p.scans("users") || p.pages() > 200 {
				t.Errorf("%s, from %q: %d pages, scans users: %v", mode, from, p.pages(), p.scans("users"))
			}
			t.Logf("%s, from %q: %d pages", mode, from, p.pages())
		}
	}
}
