package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

func TestASessionEndsOnce(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	_, id := b.signIn(b.owner)
	if live, err := b.SessionLive(b.ctx(), id); err != nil || !live {
		t.Fatalf("SessionLive = %v, %v", live, err)
	}
	ends := make([]bool, 8)
	errs := together(len(ends), func(i int) (err error) {
		ends[i], err = b.EndSession(b.ctx(), id, "signed-out")
		return err
	})
	b.ok(errors.Join(errs...))
	if n := len(slices.DeleteFunc(ends, func(ended bool) bool { return !ended })); n != 1 {
		t.Errorf("%d calls ended it, want 1", n)
	}
	if ended, err := b.EndSession(b.ctx(), id, "removed"); ended || err != nil {
		t.Errorf("EndSession again = %v, %v", ended, err)
	}
	record, err := b.Session(b.ctx(), id)
	b.ok(err)
	if record.EndReason != "signed-out" {
		t.Errorf("reason = %q, want the first", record.EndReason)
	}
}

func TestAnIdOfNoSessionIsNobodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []string{"", "x", "00000000-0000-0000-0000-000000000000", "' or true --"} {
		if live, err := w.SessionLive(w.ctx(), id); live || err != nil {
			t.Errorf("SessionLive(%q) = %v, %v", id, live, err)
		}
		if ended, err := w.EndSession(w.ctx(), id, "signed-out"); ended || err != nil {
			t.Errorf("EndSession(%q) = %v, %v", id, ended, err)
		}
		if _, err := w.Session(w.ctx(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Session(%q): %v, want ErrNotFound", id, err)
		}
	}
}

func TestOthersSeeThatASessionEnded(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	_, id := b.signIn(b.owner)
	before, err := b.Look(b.ctx(), 0)
	b.ok(err)
	_, err = b.EndSession(b.ctx(), id, "signed-out")
	b.ok(err)
	after, err := b.Look(b.ctx(), before.Next)
	b.ok(err)
	if want := (store.EndedSession{ID: id, Reason: "signed-out", UserID: b.owner.ID}); !slices.Contains(after.EndedSessions, want) {
		t.Errorf("ended sessions = %v, want %v among them", after.EndedSessions, want)
	}
}

func TestOwnSessionsAreListedTheLastUsedFirst(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	_, first := b.signIn(ada)
	_, second := b.signIn(ada)
	_, ended := b.signIn(ada)
	_, expired := b.signIn(ada)
	b.signIn(b.owner)
	b.token(ada, store.ScopeRead)
	b.ok(b.EndOwnSession(b.ctx(), ada.ID, ended, "removed"))
	b.exec(`update sessions set expires_at = now() where id = $1`, expired)
	b.exec(`update sessions set last_used_at = now() - interval '2 minutes' where id in ($1, $2)`, first, second)
	b.ok(b.TouchSession(b.ctx(), first, "192.0.2.99"))
	sessions, err := b.Sessions(b.ctx(), ada.ID)
	b.ok(err)
	if len(sessions) != 2 || sessions[0].ID != first || sessions[1].ID != second {
		t.Fatalf("sessions = %+v, want %s and %s", sessions, first, second)
	}
	if s := sessions[0]; s.Address != "192.0.2.99" || s.UserAgent != "Test/1.0" || s.Kind != store.KindBrowser || s.Scope != store.ScopeReadWrite {
		t.Errorf("the first = %+v", s)
	}
}

func TestASessionIsEndedByItsOwnPerson(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	token, id := b.signIn(ada)
	if err := b.EndOwnSession(b.ctx(), b.owner.ID, id, "removed"); !errors.Is(err, store.ErrNotFound) || !b.signedIn(token) {
		t.Errorf("by somebody else: %v, want ErrNotFound", err)
	}
	b.ok(b.EndOwnSession(b.ctx(), ada.ID, id, "removed"))
	b.ok(b.EndOwnSession(b.ctx(), ada.ID, id, "again"))
	b.over(token, id, "removed")
	for _, id := range []string{"", "x", "00000000-0000-0000-0000-000000000000"} {
		if err := b.EndOwnSession(b.ctx(), ada.ID, id, "removed"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("EndOwnSession(%q): %v, want ErrNotFound", id, err)
		}
	}
}

func TestSigningOutEverywhereElseSparesThisSession(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	here, hereID := b.signIn(ada)
	there, thereID := b.signIn(ada)
	others, _ := b.signIn(b.owner)
	ended, err := b.EndUserSessions(b.ctx(), ada.ID, hereID, "removed")
	b.ok(err)
	if !slices.Equal(ended, []string{thereID}) {
		t.Errorf("ended %v, want %v", ended, []string{thereID})
	}
	b.over(there, thereID, "removed")
	if !b.signedIn(here) || !b.signedIn(others) {
		t.Error("another session ended too")
	}
	ended, err = b.EndUserSessions(b.ctx(), ada.ID, "", "removed")
	if err != nil || !slices.Equal(ended, []string{hereID}) {
		t.Errorf("EndUserSessions = %v, %v, want the last one", ended, err)
	}
	if _, err := b.EndUserSessions(b.ctx(), ada.ID, "not an id", "removed"); err == nil {
		t.Error("it took a word for a session")
	}
}

func TestSigningOutEverywhereTwiceAtOnceEndsEachSessionOnce(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	for range 30 {
		b.signIn(b.owner)
	}
	lists := make([][]string, 4)
	errs := together(len(lists), func(i int) (err error) {
		lists[i], err = b.EndUserSessions(b.ctx(), b.owner.ID, "", "removed")
		return err
	})
	b.ok(errors.Join(errs...))
	all := slices.Concat(lists...)
	slices.Sort(all)
	if len(all) != 30 || len(slices.Compact(all)) != 30 {
		t.Errorf("ended %d, want each of 30 once", len(all))
	}
}

func TestALogOutWaitsForNoOneWhoWritesData(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	_, id := b.signIn(b.owner)
	defer b.holdRows(b.firstRoom(), b.owner)()
	ctx, cancel := context.WithTimeout(b.ctx(), hangs)
	defer cancel()
	ended, err := b.Control().EndSession(ctx, id, "signed-out")
	if err != nil || !ended {
		t.Errorf("EndSession = %v, %v", ended, err)
	}
}

func TestASessionIsTouchedAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	token, id := b.signIn(b.owner)
	lastUsed := func() time.Time {
		record, err := b.Session(b.ctx(), id)
		b.ok(err)
		return record.LastUsedAt
	}
	fresh := lastUsed()
	b.ok(b.TouchSession(b.ctx(), id, ""))
	if !lastUsed().Equal(fresh) {
		t.Error("touched within a minute")
	}
	b.exec(`update sessions set last_used_at = now() - interval '61 seconds'`)
	b.ok(b.TouchSession(b.ctx(), id, ""))
	if lastUsed().Before(fresh) {
		t.Error("not touched after a minute")
	}
	b.exec(`update sessions set last_used_at = now() - interval '1 hour'`)
	stale := lastUsed()
	_, err := b.EndSession(b.ctx(), id, "signed-out")
	b.ok(err)
	b.ok(b.TouchSession(b.ctx(), id, ""))
	if !lastUsed().Equal(stale) || b.signedIn(token) {
		t.Error("an ended session was touched")
	}
}

func TestWhoIsHereIsSeenWithEveryTouchOfABrowser(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	node := &presence{world: b.world, node: nodeA}
	_, id := b.signIn(b.owner)
	token := b.token(b.owner, store.ScopeRead).ID
	touch := func(session string) (moved bool) {
		b.exec(`update users set last_seen_at = '2001-01-01'`)
		b.exec(`update sessions set last_used_at = now() - interval '61 seconds'`)
		b.ok(b.TouchSession(b.ctx(), session, ""))
		return b.number(`select count(*) from users where last_seen_at > now() - interval '1 minute'`) == 1
	}
	if touch(id) {
		t.Error("somebody offline was seen")
	}
	node.open(1, b.owner)
	if !touch(id) {
		t.Error("somebody online was not seen")
	}
	if touch(token) {
		t.Error("a script was taken for its owner")
	}
	b.choose(b.owner, "invisible", nil)
	if touch(id) {
		t.Error("somebody invisible was seen")
	}
}

func TestATombstoneStaysUntilTheSessionWouldHaveExpired(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	token, id := b.signIn(b.owner)
	b.signIn(b.owner)
	_, err := b.EndSession(b.ctx(), id, "signed-out")
	b.ok(err)
	if n, err := b.DeleteExpiredSessions(b.ctx()); n != 0 || err != nil {
		t.Errorf("deleted %d, %v before the expiry", n, err)
	}
	b.over(token, id, "signed-out")
	b.exec(`update sessions set expires_at = now() - interval '2 hours'`)
	if n, err := b.DeleteExpiredSessions(b.ctx()); n != 2 || err != nil {
		t.Errorf("deleted %d, %v after the expiry, want 2", n, err)
	}
}
