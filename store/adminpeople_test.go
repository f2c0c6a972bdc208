package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

// logins are the user names of people, in order.
func logins(people []store.AdminPerson) (names []string) {
	for _, p := range people {
		names = append(names, p.Username)
	}
	return names
}

func TestAdministratorsSeeEverybodyWhateverTheStateOfTheirAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben, cleo := w.user("ana"), w.user("ben"), w.user("cleo")
	w.exec(`update users set suspended_until = 'infinity' where id = $1`, ben.ID)
	w.deactivate(cleo)
	w.exec(`update users set role = 'admin', email = 'Ana@Example.org', email_key = 'ana@example.org', last_seen_at = now() where id = $1`, ana.ID)
	w.exec(`insert into sessions (id, token_hash, user_id, expires_at) select gen_random_uuid(), sha256(n::text::bytea), $1, now() + n * interval '1 day' from generate_series(-1, 2) n`, ana.ID)
	w.room(store.RoomPublic, "boats", ana)
	w.direct(ana, w.owner)
	for name, tt := range map[string]struct {
		page store.AdminPeoplePage
		want []string
	}{
		"everybody":         {store.AdminPeoplePage{}, []string{"ana", "ben", "cleo", "owner"}},
		"the newest":        {store.AdminPeoplePage{Order: "newest"}, []string{"cleo", "ben", "ana", "owner"}},
		"last seen":         {store.AdminPeoplePage{Order: "last-seen"}, []string{"ana", "cleo", "ben", "owner"}},
		"active ones":       {store.AdminPeoplePage{State: store.AccountActive}, []string{"ana", "owner"}},
		"suspended ones":    {store.AdminPeoplePage{State: store.AccountSuspended}, []string{"ben"}},
		"deactivated ones":  {store.AdminPeoplePage{State: store.AccountDeactivated}, []string{"cleo"}},
		"admins":            {store.AdminPeoplePage{Role: store.RoleAdmin}, []string{"ana"}},
		"by name":           {store.AdminPeoplePage{Search: "E"}, []string{"ana", "ben", "cleo", "owner"}},
		"by e-mail address": {store.AdminPeoplePage{Search: "example.ORG"}, []string{"ana"}},
		"nobody":            {store.AdminPeoplePage{Search: "%"}, nil},
	} {
		tt.page.Limit = 2
		var found []store.AdminPerson
		for more := true; more; more = tt.page.After != "" {
			people, next, err := w.AdminPeople(w.ctx(), ana.ID, tt.page)
			w.ok(err)
			found, tt.page.After = append(found, people...), next
		}
		if got := logins(found); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	p, err := w.AdminPerson(w.ctx(), w.owner.ID, "ANA")
	w.ok(err)
	if p.Sessions != 2 || p.Rooms != 2 || p.Tokens != 0 || p.Email != "Ana@Example.org" || p.State != store.AccountActive {
		t.Errorf("ana is %+v", p)
	}
	p, err = w.AdminPerson(w.ctx(), w.owner.ID, "ben")
	if w.ok(err); p.State != store.AccountSuspended || p.SuspendedUntil != nil {
		t.Errorf("ben is %+v", p)
	}
}

func TestTheAdministrationIsForThoseWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	away := w.user("away")
	w.exec(`update users set role = 'admin', suspended_until = now() + interval '1 hour' where id = $1`, away.ID)
	for _, by := range []int64{ana.ID, away.ID, 1 << 40} {
		_, _, people := w.AdminPeople(w.ctx(), by, store.AdminPeoplePage{})
		_, person := w.AdminPerson(w.ctx(), by, "owner")
		_, _, rooms := w.AdminRooms(w.ctx(), by, store.AdminRoomsPage{})
		_, _, connections := w.Connections(w.ctx(), by, store.ConnectionsPage{})
		_, _, ended := w.EndConnection(w.ctx(), by, nodeA, 1, "removed", "")
		_, figures := w.Figures(w.ctx(), by)
		for what, err := range map[string]error{
			"people": people, "a person": person, "rooms": rooms, "connections": connections, "ending one": ended, "figures": figures,
		} {
			if !errors.Is(err, store.ErrForbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	if _, err := w.AdminPerson(w.ctx(), w.owner.ID, "nobody"); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("nobody: %v", err)
	}
}

func TestListsOfTheAdministrationRefuseWhatTheyCannotShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("ana")
	_, next, err := w.AdminPeople(w.ctx(), w.owner.ID, store.AdminPeoplePage{Page: store.Page{Limit: 1}})
	if w.ok(err); next == "" {
		t.Fatal("there is no second page")
	}
	people := func(p store.AdminPeoplePage) error {
		_, _, err := w.AdminPeople(w.ctx(), w.owner.ID, p)
		return err
	}
	rooms := func(p store.AdminRoomsPage) error {
		_, _, err := w.AdminRooms(w.ctx(), w.owner.ID, p)
		return err
	}
	connections := func(after string) error {
		_, _, err := w.Connections(w.ctx(), w.owner.ID, store.ConnectionsPage{Page: store.Page{After: after}})
		return err
	}
	for what, err := range map[string]error{
		"a role":                  people(store.AdminPeoplePage{Role: "king"}),
		"a state":                 people(store.AdminPeoplePage{State: "odd"}),
		"an order":                people(store.AdminPeoplePage{Order: "size"}),
		"a place of another list": people(store.AdminPeoplePage{Order: "newest", Page: store.Page{After: next}}),
		"a kind of room":          rooms(store.AdminRoomsPage{Kind: store.RoomDirect}),
		"a state of a room":       rooms(store.AdminRoomsPage{State: "odd"}),
		"an order of rooms":       rooms(store.AdminRoomsPage{Order: "odd"}),
		"a place in numbers":      rooms(store.AdminRoomsPage{Order: "bytes", Page: store.Page{After: store.PlaceCursor("admin-rooms/bytes", "many", 1)}}),
		"a place among lists":     connections(next),
		"a place in time":         connections(store.PlaceCursor("connections", "1/2", 1)),
	} {
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
