package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// signIn makes a session of a browser and returns its id.
func (w *world) signIn(user store.User) (id string) {
	w.t.Helper()
	w.ok(w.sql.QueryRow(w.ctx(), `
		insert into sessions (id, token_hash, user_id, user_agent, expires_at)
		values (gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), $1, 'Firefox', now() + interval '1 day')
		returning id::text`, user.ID).Scan(&id))
	return id
}

// listening are the user names of people with connections, the newest first.
func (w *world) listening(by store.User, page store.ConnectionsPage) (names []string) {
	w.t.Helper()
	for more := true; more; more = page.After != "" {
		found, next, err := w.Connections(w.ctx(), by.ID, page)
		w.ok(err)
		for _, c := range found {
			names = append(names, c.User.Username)
		}
		page.After = next
	}
	return names
}

func TestConnectionsAreListedButNotThoseOfInvisiblePeople(t *testing.T) {
	a, b, ana, bo, _ := twoPeople(t)
	login := a.signIn(ana)
	a.tell(true, running, store.CometSession{
		Row: 1, User: ana.ID, Login: login, Device: "phone", Transport: "stream", RoundTrip: 42 * time.Millisecond, Idle: true, Lag: 3,
	})
	b.tell(true, running, store.CometSession{Row: 1, User: bo.ID, Device: "browser"}, store.CometSession{Row: 2, User: a.owner.ID, Device: "browser"})
	found, _, err := a.Connections(a.ctx(), a.owner.ID, store.ConnectionsPage{Search: "AN"})
	a.ok(err)
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	if c := found[0]; c.User.ID != ana.ID || c.Node != nodeA || c.ID != 1 || c.Device.Device != "phone" || c.Transport != "stream" ||
		c.RoundTrip != 42*time.Millisecond || !c.Idle || c.Lag != 3 || c.UserAgent != "Firefox" || time.Since(c.Since).Abs() > time.Minute {
		t.Errorf("ana's is %+v", c)
	}
	all := func(by store.User) []string {
		names := a.listening(by, store.ConnectionsPage{Page: store.Page{Limit: 1}})
		slices.Sort(names)
		return names
	}
	figures := func() int {
		f, err := a.Figures(a.ctx(), a.owner.ID)
		a.ok(err)
		return f.Connections
	}
	if got := all(a.owner); !slices.Equal(got, []string{"ana", "bo", "owner"}) || figures() != 3 {
		t.Errorf("the owner sees %q, and %d in the figures", got, figures())
	}
	for _, who := range []store.User{ana, a.owner} {
		_, err := a.SetPresence(a.ctx(), who.ID, store.ChoiceInvisible, nil)
		a.ok(err)
	}
	if got := all(a.owner); !slices.Equal(got, []string{"bo", "owner"}) || figures() != 2 {
		t.Errorf("the owner sees %q, and %d in the figures", got, figures())
	}
	// By its name one cannot find it out either.
	if _, _, err := a.EndConnection(a.ctx(), a.owner.ID, nodeA, 1, "removed", ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("ending that of somebody invisible: %v", err)
	}
	a.exec(`update users set presence_until = now() - interval '1 second' where id = $1`, ana.ID)
	if got := all(a.owner); !slices.Equal(got, []string{"ana", "bo", "owner"}) {
		t.Errorf("after the end of the choice the owner sees %q", got)
	}
	a.exec(`update nodes set lease_until = now() where id = $1`, nodeB)
	if got := all(a.owner); !slices.Equal(got, []string{"ana"}) {
		t.Errorf("after the end of a node the owner sees %q", got)
	}
}

func TestTheLoginBehindAConnectionIsEndedOnceAndByWhomItMay(t *testing.T) {
	a, _, ana, bo, _ := twoPeople(t)
	admin := a.userAs(store.RoleAdmin, "ada")
	logins := map[int64]string{1: a.signIn(ana), 2: a.signIn(admin), 3: a.signIn(a.owner)}
	a.tell(true, running,
		store.CometSession{Row: 1, User: ana.ID, Login: logins[1]}, store.CometSession{Row: 2, User: admin.ID, Login: logins[2]},
		store.CometSession{Row: 3, User: a.owner.ID, Login: logins[3]}, store.CometSession{Row: 4, User: bo.ID})
	entries := func() int64 { return a.number(`select count(*) from audit_entries where action like '%session%'`) }
	for _, tt := range []struct {
		name string
		by   store.User
		id   int64
		want error
	}{
		{"an owner's, by an admin", admin, 3, store.ErrForbidden},
		{"one's own, by a member", ana, 1, store.ErrForbidden},
		{"an admin's, by a member", ana, 2, store.ErrForbidden},
		{"one that is not there", admin, 9, store.ErrNotFound},
		{"one whose sign-in nobody knows", admin, 4, store.ErrNotFound},
	} {
		if _, _, err := a.EndConnection(a.ctx(), tt.by.ID, nodeA, tt.id, "removed", ""); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, _, err := a.EndConnection(a.ctx(), admin.ID, "no-node", 1, "removed", ""); !errors.Is(err, store.ErrNotFound) || entries() != 0 {
		t.Errorf("at no node: %v, and %d entries", err, entries())
	}
	var ended int
	for _, err := range together(4, func(int) error {
		_, _, err := a.EndConnection(a.ctx(), admin.ID, nodeA, 1, "removed", "lost phone")
		return err
	}) {
		a.ok(err)
		ended++
	}
	if live, err := a.SessionLive(a.ctx(), logins[1]); err != nil || live || entries() != 1 {
		t.Errorf("ended %d times, she is signed in: %v, %v; there are %d entries", ended, live, err, entries())
	}
	user, sessions, err := a.EndConnection(a.ctx(), admin.ID, nodeA, 2, "removed", "")
	if a.ok(err); user != admin.ID || !slices.Equal(sessions, []string{logins[2]}) {
		t.Errorf("one's own: %d, %q", user, sessions)
	}
	if n := a.number(`select count(*) from audit_entries where action = 'session-ended' and actor_id = $1 and user_id = $2 and object_id = $3 and reason = 'lost phone'`,
		admin.ID, ana.ID, logins[1]); n != 1 {
		t.Errorf("%d such entries", n)
	}
}
