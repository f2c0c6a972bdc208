package store_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store"
)

// look looks and moves the mark on.
func (w *world) look(since *int64) store.Look {
	w.t.Helper()
	look, err := w.Look(w.ctx(), *since)
	w.ok(err)
	if look.Next < *since {
		w.t.Errorf("the mark went back from %d to %d", *since, look.Next)
	}
	*since = look.Next
	return look
}

// untilQuiet looks until nothing is reported any more. Open transactions of
// other databases on the same server make looks overlap too.
func (w *world) untilQuiet(since *int64) {
	w.t.Helper()
	w.until("nothing changes", func() bool {
		return changes(w.look(since)) == 0
	})
}

// changes counts everything that a look reports.
func changes(look store.Look) int {
	return len(look.Topics) + len(look.EndedSessions) + len(look.EndedMemberships) +
		len(look.ChangedMemberships) + len(look.ChangedUsers) + len(look.Withdrawn) + len(look.ChangedRooms) + len(look.PendingTopics)
}

func TestTheFirstLookOnlyFindsWhereToBegin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.say(room, w.owner, 3)
	var mark int64
	look := w.look(&mark)
	if look.Next == 0 || changes(look) != 0 {
		t.Errorf("first look: %+v", look)
	}
	w.forgetNews()
	w.untilQuiet(&mark)
}

func TestALookBackFindsWhatLooksHaveFoundAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.say(room, w.owner, 3)
	var mark int64
	w.look(&mark)
	w.forgetNews()
	w.untilQuiet(&mark)
	look, err := w.LookBack(w.ctx(), mark)
	w.ok(err)
	if at, found := look.Topics[room.ID]; !found || at.Seq != 3 {
		t.Errorf("the room is at %v (%t)", at, found)
	}
	if again, err := w.LookBack(w.ctx(), 2); err != nil || again.Next < mark { // a new server has few transactions
		t.Errorf("from the beginning: %+v, %v", again, err)
	}
}

func TestALookFindsWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea, coffee := w.room(store.RoomPublic, "tea", w.owner, ada, bob), w.room(store.RoomPublic, "coffee", w.owner)
	_, kept := w.browser().signIn(ada)
	_, ended := w.browser().signIn(ada)
	w.forgetNews()
	n := w.node()
	n.say(coffee, w.owner, "before")
	var mark int64
	w.look(&mark)
	w.untilQuiet(&mark)

	n.say(tea, w.owner, "1")
	n.say(tea, w.owner, "2")
	n.stop()
	_, err := w.LeaveRoom(t.Context(), ada.ID, tea.ID)
	w.ok(err)
	_, err = w.LeaveRoom(t.Context(), bob.ID, tea.ID)
	w.ok(err)
	_, err = w.JoinRoom(t.Context(), bob.ID, tea.ID)
	w.ok(err)
	_, err = w.EndSession(t.Context(), ended, "signed-out")
	w.ok(err)

	look := w.look(&mark)
	positions, err := w.Positions(t.Context(), w.owner.ID, []int64{tea.ID})
	w.ok(err)
	if !reflect.DeepEqual(look.Topics, positions) || positions[tea.ID].Seq != 2 {
		t.Errorf("topics %v, want %v", look.Topics, positions)
	}
	if want := []store.EndedMembership{{RoomID: tea.ID, UserID: ada.ID}}; !reflect.DeepEqual(look.EndedMemberships, want) {
		t.Errorf("memberships %v, want %v", look.EndedMemberships, want)
	}
	if want := []store.EndedSession{{ID: ended, Reason: "signed-out", UserID: ada.ID}}; !reflect.DeepEqual(look.EndedSessions, want) {
		t.Errorf("sessions %v, want %v (%s lives)", look.EndedSessions, want, kept)
	}
	slices.Sort(look.PendingTopics)
	if want := []int64{ada.ID, bob.ID, tea.ID}; !reflect.DeepEqual(look.PendingTopics, want) {
		t.Errorf("pending %v, want %v", look.PendingTopics, want)
	}
	w.forgetNews()
	w.untilQuiet(&mark)
}

func TestALookFindsWhoseRightsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cleo := w.user("ada"), w.user("bob"), w.user("cleo")
	_, _, _, err := w.Deactivate(t.Context(), w.owner.ID, cleo.ID)
	w.ok(err)
	w.forgetNews()
	var mark int64
	w.look(&mark)
	w.untilQuiet(&mark)

	_, _, err = w.SetRole(t.Context(), w.owner.ID, ada.ID, store.RoleGuest)
	w.ok(err)
	_, _, _, err = w.Deactivate(t.Context(), w.owner.ID, bob.ID)
	w.ok(err)
	_, _, err = w.Reactivate(t.Context(), w.owner.ID, cleo.ID)
	w.ok(err)
	_, _, err = w.SetRole(t.Context(), w.owner.ID, w.owner.ID, store.RoleOwner) // is it already
	w.ok(err)
	look := w.look(&mark)
	slices.SortFunc(look.ChangedUsers, func(a, b store.ChangedUser) int { return int(a.ID - b.ID) })
	want := []store.ChangedUser{
		{ID: ada.ID, Role: store.RoleGuest},
		{ID: bob.ID, Role: store.RoleMember, Deactivated: true},
		{ID: cleo.ID, Role: store.RoleMember},
	}
	if !slices.Equal(look.ChangedUsers, want) {
		t.Errorf("changed users %v, want %v", look.ChangedUsers, want)
	}
	w.forgetNews()
	w.untilQuiet(&mark)
}

func TestATransactionThatWasOpenDuringALookIsFoundByTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea, coffee := w.room(store.RoomPublic, "tea", w.owner, ada), w.room(store.RoomPublic, "coffee", w.owner)
	_, session := w.browser().signIn(ada)
	w.forgetNews()
	var mark int64
	w.look(&mark)
	w.untilQuiet(&mark)

	tx, err := w.sql.BeginTx(t.Context(), pgx.TxOptions{})
	w.ok(err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	for _, sql := range []string{
		`insert into events (topic_id, seq, kind, created_at) values ($1, 1, 'message', now())`,
		`update topics set head = 1 where id = $1`,
		`update memberships set left_at = now(), changed_tx = pg_current_xact_id()::text::bigint where room_id = $1 and role = 'member'`,
	} {
		_, err := tx.Exec(t.Context(), sql, tea.ID)
		w.ok(err)
	}
	_, err = tx.Exec(t.Context(), `update sessions set ended_at = now(), end_reason = 'signed-out', ended_tx = pg_current_xact_id()::text::bigint`)
	w.ok(err)

	w.say(coffee, w.owner, 1) // a later transaction that commits first
	for range 3 {
		look := w.look(&mark)
		_, open := look.Topics[tea.ID]
		if _, ok := look.Topics[coffee.ID]; !ok || open || len(look.EndedSessions)+len(look.EndedMemberships) != 0 {
			t.Errorf("while it is open: %+v", look)
		}
	}
	w.ok(tx.Commit(t.Context()))
	look := w.look(&mark)
	if look.Topics[tea.ID].Seq != 1 || len(look.EndedSessions) != 1 || look.EndedSessions[0].ID != session ||
		!reflect.DeepEqual(look.EndedMemberships, []store.EndedMembership{{RoomID: tea.ID, UserID: ada.ID}}) {
		t.Errorf("after its commit: %+v", look)
	}
	w.untilQuiet(&mark)
}

func TestRowsOfATransactionYetToComeAreNotReportedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	w.say(room, w.owner, 1)
	w.exec(`update events set tx = 1::bigint << 40`) // as after loading a dump into a new cluster
	var mark int64
	w.look(&mark)
	w.untilQuiet(&mark)
}
