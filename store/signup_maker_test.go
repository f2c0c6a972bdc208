package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// invites makes an invite.
func (w *world) invites(by store.User, role store.Role, rooms ...store.Room) store.Invite {
	w.t.Helper()
	var list []int64
	for _, room := range rooms {
		list = append(list, room.ID)
	}
	invite, err := w.CreateInvite(w.ctx(), by.ID, store.NewInvite{TTL: time.Hour, Role: role, Rooms: list})
	w.ok(err)
	return invite
}

// trySignUp makes an account or not.
func (w *world) trySignUp(invite store.Invite, name string) error {
	_, _, err := w.SignUp(w.ctx(), invite.Token, store.NewUser{Username: name, DisplayName: name, PasswordHash: "hash"})
	return err
}

func TestAnInviteIsWorthNothingWhileItsMakerMayNotInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.userAs(store.RoleAdmin, "admin")
	invite := w.invites(admin, store.RoleMember)
	for name, sql := range map[string]string{
		"member":      `update users set role = 'member' where id = $1`,
		"guest":       `update users set role = 'guest' where id = $1`,
		"deactivated": `update users set deactivated_at = now() where id = $1`,
	} {
		w.exec(sql, admin.ID)
		if _, err := w.InviteByToken(w.ctx(), invite.Token); !errors.Is(err, store.ErrInviteRevoked) {
			t.Errorf("%s: InviteByToken: %v, want ErrInviteRevoked", name, err)
		}
		if err := w.trySignUp(invite, "eve"); !errors.Is(err, store.ErrInviteRevoked) {
			t.Errorf("%s: SignUp: %v, want ErrInviteRevoked", name, err)
		}
		w.exec(`update users set role = 'admin', deactivated_at = null where id = $1`, admin.ID)
	}
	w.ok(w.trySignUp(invite, "ada"))
	if uses := w.number(`select uses from invites where id = $1`, invite.ID); uses != 1 {
		t.Errorf("%d uses counted, want that of ada", uses)
	}
}

func TestAnInviteOpensOnlyRoomsThatItsMakerMayStillAddTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.userAs(store.RoleAdmin, "admin")
	tea, coffee := w.room(store.RoomPrivate, "tea", w.owner, admin), w.room(store.RoomPublic, "coffee", w.owner)
	both, guests := w.invites(admin, store.RoleGuest, tea, coffee), w.invites(admin, store.RoleGuest, tea)
	_, err := w.RemoveMember(w.ctx(), w.owner.ID, admin.ID, tea.ID, "")
	w.ok(err)
	if found, err := w.InviteByToken(w.ctx(), both.Token); err != nil || !slices.Equal(found.Rooms, []int64{coffee.ID}) {
		t.Errorf("the invite opens %v, %v, want coffee alone", found.Rooms, err)
	}
	gil, _ := w.signUp(both, "gil")
	if rooms := w.roomsOf(gil); !slices.Equal(rooms, []int64{coffee.ID}) {
		t.Errorf("a guest in %v, want coffee alone", rooms)
	}
	if _, err := w.InviteByToken(w.ctx(), guests.Token); !errors.Is(err, store.ErrInviteRevoked) {
		t.Errorf("a guest's without a room: InviteByToken: %v, want ErrInviteRevoked", err)
	}
	if err := w.trySignUp(guests, "eve"); !errors.Is(err, store.ErrInviteRevoked) {
		t.Errorf("a guest's without a room: SignUp: %v, want ErrInviteRevoked", err)
	}
}

// What is being taken from the maker is waited for.
func TestASignUpWaitsForWhatItsInvitesMakerIsLosing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.userAs(store.RoleAdmin, "admin")
	tea := w.room(store.RoomPrivate, "tea", w.owner, admin)
	invite := w.invites(admin, store.RoleGuest, tea)
	for name, sql := range map[string]string{
		"role":       `update users set role = 'member' where id = $1`,
		"account":    `update users set deactivated_at = now() where id = $1`,
		"membership": `update memberships set left_at = now(), changed_tx = 1 where user_id = $1`,
	} {
		taking := w.takeAway(sql, admin.ID)
		errs := together(2, func(i int) error {
			if i == 0 {
				return w.trySignUp(invite, "eve")
			}
			if err := w.waitForBlocked(); err != nil {
				return err
			}
			return taking.Commit(w.ctx())
		})
		w.ok(errs[1])
		if !errors.Is(errs[0], store.ErrInviteRevoked) {
			t.Errorf("%s: %v, want ErrInviteRevoked", name, errs[0])
		}
		w.exec(`update users set role = 'admin', deactivated_at = null where id = $1`, admin.ID)
		w.exec(`update memberships set left_at = null where user_id = $1`, admin.ID)
	}
}
