package store_test

import (
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

// Somebody's row is changed by a transaction that then wants to know who is
// here: each has what the other waits for.
func TestAChangeOfPresenceThatTheDatabaseGaveUpIsMadeAgain(t *testing.T) {
	a, _, ana, bo, _ := twoPeople(t)
	for name, c := range map[string]struct {
		change func() error
		ana    string // what she is after it
	}{
		"settle": {func() error {
			const notice = "signed-out"
			_, changed, err := a.SettlePresence(a.ctx(), nodeA, a.turn+1, false, running, sessions([]int64{1, 2}, ids(ana, bo), notice, notice))
			if err == nil && changed != 2 {
				err = fmt.Errorf("%d people changed", changed)
			}
			return err
		}, "offline seen"},
		"choose": {func() error {
			pending, err := a.SetPresence(a.ctx(), ana.ID, "invisible", nil)
			if err == nil && !slices.Equal(pending, store.Pending{ana.ID}) {
				err = fmt.Errorf("news for %v", pending)
			}
			return err
		}, "offline seen"},
		"expire": {func() error {
			_, err := a.ExpirePresence(a.ctx(), nodeB)
			return err
		}, "offline seen"},
		"lapse": {func() error {
			_, err := a.LapsePresence(a.ctx())
			return err
		}, "online"},
	} {
		begin := func() {
			a.choose(ana, "automatic", nil)
			a.turn++
			a.settle(true, running, []int64{1, 2}, ids(ana, bo), "", "")
			switch name {
			case "expire":
				a.settle(false, over, nil, nil)
			case "lapse":
				a.choose(ana, "invisible", nil)
				a.exec(`update users set presence_until = now() where id = $1`, ana.ID)
			}
		}
		for begin(); a.otherLoses(ana, c.change); begin() {
			t.Log("the machine is slow; once more")
		}
		if now := a.sees(ana); now != c.ana {
			t.Errorf("%s: ana is %s, want %s", name, now, c.ana)
		}
	}
}

// otherLoses makes a change of who is here while somebody's row is held by a
// transaction that then wants the lock of it, and reports whether the database
// gave up that one instead.
func (p *presence) otherLoses(user store.User, change func() error) (lost bool) {
	p.t.Helper()
	other := p.takeAway(`update users set email = null where id = $1`, user.ID)
	_, err := other.Exec(p.ctx(), `set local deadlock_timeout = '5s'`)
	p.ok(err)
	errs := together(2, func(i int) error {
		if i == 0 {
			return change()
		}
		if err := p.waitForBlocked(); err != nil {
			return err
		}
		if _, err := other.Exec(p.ctx(), `select pg_advisory_xact_lock($1)`, store.PresenceLock); err != nil {
			lost = true
			return other.Rollback(p.ctx())
		}
		return other.Commit(p.ctx())
	})
	p.ok(errs[0])
	p.ok(errs[1])
	return lost
}

// Everybody locks users in the order of their ids: whoever waits for one of
// them has none of those after.
func TestPeopleAreLockedInTheOrderOfTheirIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := &presence{world: w, node: nodeA}
	var people []store.User
	for i := range 30 {
		people = append(people, w.user(fmt.Sprint("p", i)))
	}
	all := ids(people...)
	rows, notices := make([]int64, len(all)), make([]string, len(all))
	for i := range rows {
		rows[i] = int64(len(all) - i)
	}
	a.settle(true, running, rows, all, notices...)
	for i, change := range []func() error{
		func() error { _, err := w.LapsePresence(w.ctx()); return err },
		func() error { _, _, err := w.SettlePresence(w.ctx(), nodeA, 2, true, over, nil); return err }, // all go
		func() error {
			_, _, err := w.SettlePresence(w.ctx(), nodeA, 3, true, over, sessions(rows, all, notices...))
			return err
		},
		func() error { _, err := w.ExpirePresence(w.ctx(), nodeB); return err },
	} {
		// The table has them the other way round, and so have the ends of choices.
		for _, user := range slices.Backward(all) {
			w.exec(`update users set presence_choice = 'do-not-disturb', presence_until = now() - interval '1 minute' where id = $1`, user)
		}
		holding := w.takeAway(`select from users where id = $1 for no key update`, all[0])
		for _, err := range together(2, func(which int) error {
			if which == 0 {
				return change()
			}
			if err := w.waitForBlocked(); err != nil {
				return err
			}
			if free := w.free(all[1:]); free != len(all)-1 {
				t.Errorf("change %d waits for the first of %d and has %d of the others", i, len(all), len(all)-1-free)
			}
			return holding.Rollback(w.ctx())
		}) {
			w.ok(err)
		}
	}
}

// What the version before has told of somebody is put right with the next change
// of presence, whomever that is about.
func TestPeopleOfTheVersionBeforeAreLockedInOrderToo(t *testing.T) {
	a, _, ana, bo, _ := twoPeople(t)
	a.settle(true, running, nil, nil)
	if ana.ID > bo.ID {
		t.Fatal("bo was there before ana")
	}
	for name, change := range map[string]func() error{
		"choose": func() error { _, err := a.SetPresence(a.ctx(), bo.ID, "invisible", nil); return err },
		"lapse":  func() error { _, err := a.LapsePresence(a.ctx()); return err },
	} {
		a.exec(`update users set presence_choice = 'do-not-disturb', presence_until = now() - interval '1 minute' where id = $1`, bo.ID)
		a.exec(`
			insert into presence_changes (revision, user_id, state, notice, changed_at)
			select coalesce(max(revision), 0) + 1, $1, 'online', 'signed-in', now() from presence_changes`, ana.ID)
		holding := a.takeAway(`select from users where id = $1 for no key update`, ana.ID)
		for _, err := range together(2, func(which int) error {
			if which == 0 {
				return change()
			}
			if err := a.waitForBlocked(); err != nil {
				return err
			}
			if a.free([]int64{bo.ID}) == 0 {
				t.Errorf("%s: it waits for ana and has bo", name)
			}
			return holding.Rollback(a.ctx())
		}) {
			a.ok(err)
		}
		if now := a.sees(ana); now != "offline seen" {
			t.Errorf("%s: ana is %s", name, now)
		}
	}
}

// free counts those of some users whom nobody holds.
func (w *world) free(users []int64) (n int) {
	err := w.sql.QueryRow(w.ctx(), `
		select count(*) from (select from users where id = any ($1) for no key update skip locked) free`, users).Scan(&n)
	if err != nil {
		w.t.Error(err)
	}
	return n
}
