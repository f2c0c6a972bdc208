package store_test

import (
	"context"
	"fmt"
	"time"

	"chatd/store"
)

// within is an end that lies ahead.
func within(d time.Duration) *time.Time { return new(time.Now().Add(d)) }

// suspend lets somebody do nothing any more until somebody ends it.
func (w *world) suspend(user store.User) {
	w.t.Helper()
	w.exec(`update users set suspended_until = 'infinity' where id = $1`, user.ID)
}

// mutes mutes somebody for an hour.
func (w *world) mutes(by, user store.User, room store.Room) store.Sanction {
	w.t.Helper()
	muted, _, err := w.Mute(w.ctx(), by.ID, user.ID, room.ID, store.Terms{Reason: "too loud", Until: within(time.Hour)})
	w.ok(err)
	return muted
}

// lapse lets the end of all sanctions come.
func (w *world) lapse() {
	w.t.Helper()
	w.exec(`update sanctions set until = statement_timestamp() where ended_at is null`)
	w.exec(`update memberships set muted_until = statement_timestamp() where muted_until is not null`)
	w.exec(`update users set suspended_until = statement_timestamp() where suspended_until is not null`)
}

// slow gives a room slow mode.
func (w *world) slow(room store.Room, seconds int) {
	w.t.Helper()
	w.exec(`update rooms set slow_mode = $2 where id = $1`, room.ID, seconds)
}

// entriesAbout are what the audit log has of a user: "action room reason", oldest
// first.
func (w *world) entriesAbout(user store.User) []string {
	w.t.Helper()
	rows, err := w.sql.Query(w.ctx(), `
		select action, coalesce(room_id, 0), reason from audit_entries
		where user_id = $1 and action not in ('user-added', 'member-added', 'token-made') order by id`, user.ID)
	w.ok(err)
	defer rows.Close()
	var entries []string
	for rows.Next() {
		var action, reason string
		var room int64
		w.ok(rows.Scan(&action, &room, &reason))
		entries = append(entries, fmt.Sprint(action, " ", room, " ", reason))
	}
	w.ok(rows.Err())
	return entries
}

// atTheCommandLine is a context of the command line.
func (w *world) atTheCommandLine() context.Context { return store.FromCommandLine(w.ctx()) }
