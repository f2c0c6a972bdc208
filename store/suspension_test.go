package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

func TestASuspensionEndsEverySessionAndLetsNobodyInUntilItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.userAs(store.RoleAdmin, "ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	invite, err := w.CreateInvite(w.ctx(), ada.ID, store.NewInvite{TTL: time.Hour})
	w.ok(err)
	n := w.node()
	b := w.browser()
	token, session := b.signIn(ada)
	script := w.token(ada, store.ScopeReadWrite)
	look, err := w.Look(w.ctx(), 0)
	w.ok(err)
	late := b.load(token)

	end := within(time.Hour)
	done, pending, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{Reason: "spam", Until: end}, nil)
	w.ok(err)
	if !slices.Contains(done.Ended, session) || !slices.Contains(done.Ended, script.ID) || !done.User.Suspended || done.User.SuspendedUntil == nil ||
		!slices.Contains(pending, ada.ID) || done.By.ID != w.owner.ID {
		t.Errorf("done %+v, pending %v", done, pending)
	}
	b.over(token, session, store.ReasonSuspended)
	if _, err := w.TokenBySecret(w.ctx(), script.Secret); !errors.Is(err, store.ErrTokenRevoked) {
		t.Errorf("her token: %v", err)
	}
	if _, _, err := b.manager.Commit(late); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("a late save: %v", err)
	}
	send := message(room, ada, "hello")
	if _, err := n.Send(w.ctx(), send); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("she writes: %v", err)
	}
	send.SessionID = session
	if _, err := n.Send(w.ctx(), send); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("she writes with her session: %v", err)
	}
	if _, err := w.InviteByToken(w.ctx(), invite.Token); !errors.Is(err, store.ErrInviteRevoked) {
		t.Errorf("her invite: %v", err)
	}
	seen, err := w.Look(w.ctx(), look.Next)
	w.ok(err)
	if !slices.Contains(seen.ChangedUsers, store.ChangedUser{ID: ada.ID, Role: store.RoleAdmin, Suspended: true}) ||
		!slices.Contains(seen.EndedSessions, store.EndedSession{ID: session, Reason: store.ReasonSuspended, UserID: ada.ID}) {
		t.Errorf("other nodes see %+v", seen)
	}
	// She is where she was, for others.
	members, _, err := w.Members(w.ctx(), w.owner.ID, room.ID, store.MembersPage{})
	w.ok(err)
	people, _, err := w.People(w.ctx(), w.owner.ID, store.PeoplePage{})
	w.ok(err)
	if len(members) != 2 || !slices.ContainsFunc(people, func(u store.User) bool { return u.ID == ada.ID && u.Suspended }) {
		t.Errorf("members %+v, people %+v", members, people)
	}
	user, _, err := w.UserByLogin(w.ctx(), "ada")
	if err != nil || !user.Suspended {
		t.Errorf("her login: %+v, %v", user, err)
	}
	for what, find := range map[string]func() (store.Sanction, error){
		"by her": func() (store.Sanction, error) { return w.Suspension(w.ctx(), ada.ID) },
		"by her session": func() (store.Sanction, error) {
			return w.SuspensionBySession(w.ctx(), token)
		},
	} {
		if found, err := find(); err != nil || found.Reason != "spam" || found.Until.Sub(*end).Abs() > time.Second {
			t.Errorf("%s: %+v, %v", what, found, err)
		}
	}
	if _, err := w.SuspensionBySession(w.ctx(), "other"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("by another session: %v", err)
	}
	if ended, err := w.SessionByToken(w.ctx(), token); err != nil || ended.ID != session || ended.EndReason != store.ReasonSuspended {
		t.Errorf("her session: %+v, %v", ended, err)
	}
	if _, err := w.SessionByToken(w.ctx(), "other"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another session: %v", err)
	}

	w.lapse()
	token, _ = b.signIn(ada)
	if !b.signedIn(token) {
		t.Error("she is not signed in after the end")
	}
	n.say(room, ada, "back again")
	if _, err := w.InviteByToken(w.ctx(), invite.Token); err != nil {
		t.Errorf("her invite: %v", err)
	}
	if _, err := w.Suspension(w.ctx(), ada.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after the end: %v", err)
	}
	if got := w.entriesAbout(ada); !slices.Equal(got, []string{"user-suspended 0 spam"}) {
		t.Errorf("the log has %q", got)
	}
}

func TestASuspensionIsWrittenDownOnceForEachThingThatHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	end := within(time.Hour)
	suspend := func(terms store.Terms, entries int) store.Suspended {
		t.Helper()
		w.forgetNews()
		before := len(w.entriesAbout(ada))
		done, pending, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, terms, nil)
		w.ok(err)
		if got := len(w.entriesAbout(ada)) - before; got != entries || len(pending) != entries || len(w.news()) != entries {
			t.Errorf("%d entries, pending %v, news %v; want %d", got, pending, w.news(), entries)
		}
		return done
	}
	first := suspend(store.Terms{Until: end}, 1)
	if again := suspend(store.Terms{Until: new(end.Add(time.Second))}, 0); again.ID != first.ID {
		t.Errorf("again %+v, first %+v", again, first)
	}
	suspend(store.Terms{Until: end, Reason: "spam"}, 1)
	if now := suspend(store.Terms{Reason: "spam"}, 1); now.Until != nil || now.User.SuspendedUntil != nil || !now.User.Suspended {
		t.Errorf("now %+v", now)
	}
	for _, entries := range []int{1, 0} {
		w.forgetNews()
		user, pending, err := w.EndSuspension(w.ctx(), w.owner.ID, ada.ID)
		if err != nil || user.Suspended || len(pending) != entries || len(w.news()) != entries {
			t.Errorf("ended: %+v, %v, %v", user, pending, err)
		}
	}
	errs := together(2, func(int) error {
		_, _, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{Until: end}, nil)
		return err
	})
	w.ok(errors.Join(errs...))
	want := []string{"user-suspended 0 ", "user-suspended 0 spam", "user-suspended 0 spam", "suspension-ended 0 ", "user-suspended 0 "}
	if got := w.entriesAbout(ada); !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestWhoMaySuspendWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := w.everyone()
	others := map[store.Role]store.User{}
	for role := range people {
		others[role] = w.userAs(role, "other-"+string(role))
	}
	for by, person := range people {
		for on, other := range others {
			high := on == store.RoleOwner || on == store.RoleAdmin
			want := error(nil)
			switch {
			case by == store.RoleOwner || by == store.RoleAdmin && !high:
			case by == store.RoleGuest:
				want = store.ErrNoSuchUser
			default:
				want = store.ErrForbidden
			}
			_, _, err := w.Suspend(w.ctx(), person.ID, other.ID, store.Terms{}, nil)
			_, _, ended := w.EndSuspension(w.ctx(), person.ID, other.ID)
			if !errors.Is(err, want) || !errors.Is(ended, want) {
				t.Errorf("%s suspends %s: %v, ends it: %v, want %v", by, on, err, ended, want)
			}
		}
		if _, _, err := w.Suspend(w.ctx(), person.ID, person.ID, store.Terms{}, nil); !errors.Is(err, store.ErrOneself) {
			t.Errorf("%s themselves: %v", by, err)
		}
	}
	for _, id := range []int64{0, 1 << 40} {
		if _, _, err := w.Suspend(w.ctx(), w.owner.ID, id, store.Terms{}, nil); !errors.Is(err, store.ErrNoSuchUser) {
			t.Errorf("nobody: %v", err)
		}
	}
	var invalid *store.InvalidError
	if _, _, err := w.Suspend(w.ctx(), w.owner.ID, others[store.RoleMember].ID, store.Terms{Until: within(-time.Minute)}, nil); !errors.As(err, &invalid) {
		t.Errorf("until yesterday: %v", err)
	}
}

// An owner who is suspended is none, neither to be the last one nor to act.
func TestTheLastActiveOwnerIsNotSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.userAs(store.RoleOwner, "other")
	if _, _, err := w.Suspend(w.atTheCommandLine(), w.owner.ID, other.ID, store.Terms{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Suspend(w.atTheCommandLine(), w.owner.ID, w.owner.ID, store.Terms{}, nil); !errors.Is(err, store.ErrLastOwner) {
		t.Errorf("the last active one: %v", err)
	}
	if _, _, err := w.SetRole(w.ctx(), w.owner.ID, w.owner.ID, store.RoleMember); !errors.Is(err, store.ErrLastOwner) {
		t.Errorf("the last active one becomes a member: %v", err)
	}
	for what, err := range map[string]error{
		"suspends":   second(w.Suspend(w.ctx(), other.ID, w.owner.ID, store.Terms{}, nil)),
		"ends it":    second(w.EndSuspension(w.ctx(), other.ID, w.owner.ID)),
		"gives role": second(w.SetRole(w.ctx(), other.ID, w.owner.ID, store.RoleMember)),
	} {
		if !errors.Is(err, store.ErrForbidden) {
			t.Errorf("the suspended owner %s: %v", what, err)
		}
	}
	// Two owners who suspend each other at once: one stays.
	_, _, err := w.EndSuspension(w.ctx(), w.owner.ID, other.ID)
	w.ok(err)
	for range 10 {
		errs := together(2, func(i int) error {
			by, on := w.owner, other
			if i == 1 {
				by, on = other, w.owner
			}
			_, _, err := w.Suspend(w.ctx(), by.ID, on.ID, store.Terms{}, nil)
			return err
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or neither: %v", errs)
		}
		w.exec(`update users set suspended_until = null`)
		w.exec(`update sanctions set ended_at = now() where ended_at is null`)
	}
}

func second[A, B any](_ A, _ B, err error) error { return err }

// A session is made before, and ended, or not at all.
func TestASessionThatIsMadeDuringASuspensionDoesNotLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	b := w.browser()
	for i := range 20 {
		errs := together(6, func(i int) error {
			if i == 3 {
				_, _, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{}, nil)
				return err
			}
			ctx, err := b.manager.Load(w.ctx(), "")
			if err != nil {
				return err
			}
			b.manager.Put(ctx, store.SessionUser, ada.ID)
			if _, _, err = b.manager.Commit(ctx); errors.Is(err, store.ErrSessionEnded) {
				return nil
			}
			return err
		})
		w.ok(errors.Join(errs...))
		if live := w.number(`select count(*) from sessions where user_id = $1 and ended_at is null`, ada.ID); live != 0 {
			t.Fatalf("round %d: %d sessions live", i, live)
		}
		_, _, err := w.EndSuspension(w.ctx(), w.owner.ID, ada.ID)
		w.ok(err)
	}
}

// One that has waited for the suspension finds it, and so does a token.
func TestASessionThatWaitsForASuspensionIsNotMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	session := w.login(ada)
	taking := w.takeAway(`update users set suspended_until = 'infinity' where id = $1`, ada.ID)
	errs := together(3, func(i int) error {
		switch i {
		case 0:
			b := w.browser()
			ctx, err := b.manager.Load(w.ctx(), "")
			if err != nil {
				return err
			}
			b.manager.Put(ctx, store.SessionUser, ada.ID)
			_, _, err = b.manager.Commit(ctx)
			return err
		case 1:
			_, err := w.CreateToken(w.ctx(), ada.ID, session, store.NewToken{Name: "x", Scope: store.ScopeRead, TTL: time.Hour})
			return err
		default:
			if err := w.waitForBlocked(); err != nil {
				return err
			}
			return taking.Commit(w.ctx())
		}
	})
	w.ok(errs[2])
	if !errors.Is(errs[0], store.ErrSessionEnded) || !errors.Is(errs[1], store.ErrSessionEnded) {
		t.Errorf("%v, want ErrSessionEnded", errs[:2])
	}
}

// signInFrom makes a session from an address.
func (b browser) signInFrom(user store.User, address string) (token string) {
	b.t.Helper()
	ctx, err := b.manager.Load(b.ctx(), "")
	b.ok(err)
	b.manager.Put(ctx, store.SessionUser, user.ID)
	b.manager.Put(ctx, store.SessionAddress, address)
	token, _, err = b.manager.Commit(ctx)
	b.ok(err)
	return token
}
