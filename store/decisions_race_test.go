package store_test

import (
	"errors"
	"testing"

	"chatd/store"
)

// However the transactions of two who decide about somebody overlap, the person
// is told of both.
func TestADecisionThatIsCommittedLateIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, mod := w.user("ada"), w.user("mod")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, mod)
	w.give(tea, mod, store.RoomModerator)
	w.say(tea, ada, 1)
	// A deletion waits at its commit until this test lets go.
	w.exec(`create function hold_up() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return null; end $$`)
	w.exec(`create constraint trigger hold_up after insert on audit_entries deferrable initially deferred
		for each row when (new.action = 'messages-deleted') execute function hold_up()`)
	holding := w.takeAway(`select pg_advisory_xact_lock(1)`)
	muted := make(chan error, 1)
	errs := together(2, func(i int) error {
		if i == 0 {
			_, _, err := w.DeleteMessage(w.ctx(), w.owner.ID, tea.ID, 1, "")
			return err
		}
		if err := w.waitForBlocked(); err != nil {
			return err
		}
		go func() {
			_, _, err := w.Mute(w.ctx(), mod.ID, ada.ID, tea.ID, store.Terms{})
			muted <- err
		}()
		w.until("the mute is done or waits", func() bool {
			return len(muted) > 0 || w.number(`select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == 2
		})
		seen, _, err := w.Decisions(w.ctx(), ada.ID)
		if err != nil {
			return err
		}
		if len(seen) > 0 {
			w.isTold(ada.ID, seen[len(seen)-1].ID)
		}
		return errors.Join(holding.Rollback(w.ctx()), <-muted)
	})
	w.ok(errors.Join(errs...))
	if got := w.told(ada); len(got) != 2 {
		t.Errorf("then she is told %q, want the deletion and the mute", got)
	}
}
