package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store"
	"chatd/store/rights"
)

// takeAway begins a transaction that takes a right away and has not ended.
func (w *world) takeAway(sql string, args ...any) pgx.Tx {
	w.t.Helper()
	tx, err := w.sql.Begin(w.ctx())
	w.ok(err)
	w.t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	_, err = tx.Exec(w.ctx(), sql, args...)
	w.ok(err)
	return tx
}

// A right that is being taken away is waited for: nothing happens by a right
// that is gone, and what was not taken away after all holds.
func TestAChangeWaitsForARightThatIsBeingTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	const demotion = `update memberships set role = 'member' where user_id = $1 and role <> 'member'`
	for _, commits := range []bool{true, false} {
		s := w.scene(n, rights.Standing{
			Role: store.RoleMember, RoomRole: store.RoomOwner, Place: rights.Place{Kind: store.RoomPublic},
		}, fmt.Sprint("room-", commits))
		for _, what := range []string{"remove plain", "remove moderator", "change", "set role"} {
			w.judgedAfter(what, s.changing()[what].do, w.takeAway(demotion, s.who.ID), commits, store.ErrForbidden)
			w.give(s.room, s.who, store.RoomOwner)
			s.restore()
		}
	}
}

func TestAChangeWaitsForARoleInTheWorkspaceThatIsBeingTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	const demotion = `update users set role = 'guest' where id = $1`
	for _, commits := range []bool{true, false} {
		s := w.scene(n, rights.Standing{
			Role: store.RoleAdmin, RoomRole: rights.Outside, Place: rights.Place{Kind: store.RoomPublic},
		}, fmt.Sprint("room-", commits))
		changes := map[string]func() (store.Pending, error){
			"create": func() (store.Pending, error) {
				_, pending, err := w.CreateRoom(w.ctx(), s.who.ID, store.NewRoom{Kind: store.RoomPrivate, Name: "new"})
				return pending, err
			},
			"open direct": func() (store.Pending, error) {
				_, pending, err := w.OpenDirect(w.ctx(), s.who.ID, ids(s.friend))
				return pending, err
			},
		}
		for _, what := range []string{"add", "remove plain", "remove moderator", "change", "set role", "join"} {
			changes[what] = s.changing()[what].do
		}
		for what, do := range changes {
			want := store.ErrNotFound // as for any guest who is outside
			if what == "create" {
				want = store.ErrForbidden
			}
			w.judgedAfter(what, do, w.takeAway(demotion, s.who.ID), commits, want)
			w.exec(`update users set role = 'admin' where id = $1`, s.who.ID)
			s.restore()
		}
	}
}

// judgedAfter starts a change while a right is being taken away, and ends that.
func (w *world) judgedAfter(what string, do func() (store.Pending, error), taking pgx.Tx, commits bool, want error) {
	w.t.Helper()
	w.forgetNews()
	var pending store.Pending
	errs := together(2, func(i int) (err error) {
		if i == 0 {
			pending, err = do()
			return err
		}
		if err := w.waitForBlocked(); err != nil {
			return err
		}
		if commits {
			return taking.Commit(w.ctx())
		}
		return taking.Rollback(w.ctx())
	})
	w.ok(errs[1])
	if !commits {
		want = nil
	}
	if !errors.Is(errs[0], want) || (want != nil) != (len(pending) == 0) || (want != nil) != (len(w.news()) == 0) {
		w.t.Errorf("%s, right taken away: %v: %v, %v, news %v; want %v", what, commits, pending, errs[0], w.news(), want)
	}
}

// Whoever loses the right while another's row is waited for has lost it.
func TestARightLostWhileAChangeWaitsIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	moderator := w.user("moderator") // comes after ada in the order of locks
	room := w.room(store.RoomPublic, "Tea", w.owner, ada, moderator)
	w.give(room, moderator, store.RoomModerator)
	holding := w.takeAway(`select from memberships where user_id = $1 for update`, ada.ID)
	w.forgetNews()
	errs := together(2, func(i int) error {
		if i == 0 {
			_, err := w.RemoveMember(w.ctx(), moderator.ID, ada.ID, room.ID, "")
			return err
		}
		if err := w.waitForBlocked(); err != nil {
			return err
		}
		if _, _, err := w.SetRoomRole(w.ctx(), w.owner.ID, moderator.ID, room.ID, store.RoomMember); err != nil {
			return err
		}
		return holding.Commit(w.ctx())
	})
	w.ok(errs[1])
	if !errors.Is(errs[0], store.ErrForbidden) {
		t.Errorf("RemoveMember: %v, want ErrForbidden", errs[0])
	}
	if news := w.news(); len(news) != 3 {
		t.Errorf("news = %v, want those of the change of role", news)
	}
}

// Whom a moderator may not remove is decided by what they are at the end.
func TestSomebodyWhoBecomesModeratorMeanwhileStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, moderator := w.user("ada"), w.user("moderator")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada, moderator)
	w.give(room, moderator, store.RoomModerator)
	remove := func() (store.Pending, error) { return w.RemoveMember(w.ctx(), moderator.ID, ada.ID, room.ID, "") }
	promotion := w.takeAway(`update memberships set role = 'moderator' where room_id = $1 and user_id = $2`, room.ID, ada.ID)
	w.judgedAfter("remove", remove, promotion, true, store.ErrForbidden)
	w.give(room, ada, store.RoomMember)
	promotion = w.takeAway(`update memberships set role = 'moderator' where room_id = $1 and user_id = $2`, room.ID, ada.ID)
	w.judgedAfter("remove", remove, promotion, false, nil)
}

func TestOfTwoOwnersWhoRemoveEachOtherOneStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	for i := range 15 {
		room := w.room(store.RoomPrivate, fmt.Sprint("room ", i), ada, bob)
		w.give(room, bob, store.RoomOwner)
		errs := together(2, func(i int) error {
			by, other := ada, bob
			if i == 1 {
				by, other = bob, ada
			}
			if i%2 == 0 {
				_, err := w.RemoveMember(w.ctx(), by.ID, other.ID, room.ID, "")
				return err
			}
			_, _, err := w.SetRoomRole(w.ctx(), by.ID, other.ID, room.ID, store.RoomMember)
			return err
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both or neither: %v", errs)
		}
		if left := w.number(`select count(*) from memberships where room_id = $1 and role = 'owner' and left_at is null`, room.ID); left != 1 {
			t.Errorf("%d owners are left, want 1", left)
		}
	}
}

// However roles and memberships of one room change at once, nobody waits in a
// circle and every change is told.
func TestAStormOfRolesTellsEveryChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []store.User{w.user("ada"), w.user("bob"), w.user("eve"), w.user("joe")}
	room := w.room(store.RoomPublic, "Tea", w.owner, people...)
	for _, p := range people {
		w.give(room, p, store.RoomOwner)
	}
	w.forgetNews()
	told := make([]int, 8)
	roles := []store.RoomRole{store.RoomOwner, store.RoomModerator, store.RoomMember}
	errs := together(len(told), func(i int) error {
		for n := range 20 {
			by, user := people[(i+n)%4].ID, people[(i*3+n*5+1)%4].ID
			var pending store.Pending
			var err error
			switch n % 4 {
			case 0:
				pending, err = w.RemoveMember(w.ctx(), by, user, room.ID, "")
			case 1:
				pending, err = w.AddMember(w.ctx(), by, user, room.ID)
			default:
				if n%4 == 2 {
					by = w.owner.ID
				}
				_, pending, err = w.SetRoomRole(w.ctx(), by, user, room.ID, roles[(i+n)%3])
			}
			refused := errors.Is(err, store.ErrForbidden) || errors.Is(err, store.ErrNotMember) || errors.Is(err, store.ErrNoSuchUser)
			if err != nil && !refused {
				return err
			}
			told[i] += len(pending)
		}
		return nil
	})
	w.ok(errors.Join(errs...))
	sum := 0
	for _, n := range told {
		sum += n
	}
	news := slices.DeleteFunc(w.news(), func(line string) bool { return strings.HasPrefix(line, "decided ") }) // besides
	if len(news) != sum || sum == 0 {
		t.Errorf("%d news, told of %d", len(news), sum)
	}
}
