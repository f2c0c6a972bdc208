package presencetest

import (
	"cmp"
	"maps"
	"slices"

	"chatd/presence"
)

// restateLocked gives people the states that follow from their sessions and
// choices, with the notices for those who are gone.
func (d *Database) restateLocked(concerned map[int64]string) (changed int) {
	devices := d.devicesLocked()
	for _, user := range slices.Sorted(maps.Keys(concerned)) {
		before, after := d.stateLocked(user), d.judgeLocked(user, devices[user])
		if before == after {
			continue
		}
		changed++
		d.putLocked(user, after)
		d.changes = append(d.changes, Change{
			Revision: int64(len(d.changes) + 1), User: user, State: after,
			Notice: noticeOf(before, after, concerned[user]), At: d.nowLocked(),
		})
	}
	return changed
}

func noticeOf(before, after, closing string) string {
	switch {
	case before == presence.StateOffline:
		return "signed-in"
	case after == presence.StateOffline:
		return cmp.Or(closing, "went-offline")
	default:
		return ""
	}
}

// judgeLocked is the state that a person with these devices has come to.
func (d *Database) judgeLocked(user int64, has devices) string {
	chosen := d.choices[user]
	if chosen.over(d.nowLocked()) {
		chosen = choice{}
	}
	switch {
	case !has.any || chosen.what == "invisible":
		return presence.StateOffline
	case chosen.what == "do-not-disturb":
		return presence.StateDoNotDisturb
	case !has.active:
		return presence.StateAway
	default:
		return presence.StateOnline
	}
}

// devices says what a person has open.
type devices struct{ any, active bool }

func (d *Database) devicesLocked() map[int64]devices {
	all := map[int64]devices{}
	for _, n := range d.nodes {
		for _, s := range n.rows {
			all[s.User] = devices{any: true, active: all[s.User].active || !s.Idle}
		}
	}
	return all
}

func (d *Database) stateLocked(user int64) string {
	return cmp.Or(d.states[user], presence.StateOffline)
}

func (d *Database) putLocked(user int64, state string) {
	if state == presence.StateOffline {
		delete(d.states, user)
	} else {
		d.states[user] = state
	}
}
