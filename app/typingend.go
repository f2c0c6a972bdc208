package app

import (
	"fmt"
	"slices"
)

// Wrote notes that somebody has sent what they were typing. It goes to the other
// nodes only if they have heard of the typing.
func (t *typing) Wrote(user, room int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopLocked(membership{room, user})
}

// EndLogin notes that a login is over, and with it what somebody was typing there.
// If they type with another one as well, that one says so again.
func (t *typing) EndLogin(login string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, questions := range []map[membership]string{t.questions, t.asking} {
		for m, says := range questions {
			if says == login {
				questions[m] = ""
			}
		}
	}
	for id, room := range t.rooms {
		for _, one := range slices.Clone(room.typists) {
			if one.login == login {
				t.stopLocked(membership{id, one.user})
			}
		}
	}
}

// stopLocked ends the typing of somebody here and, if they have heard of it, at
// the other nodes.
func (t *typing) stopLocked(m membership) {
	if t.endLocked(m) {
		t.say(fmt.Sprintf("%s %d %d", wordWrote, m.room, m.user))
	}
}

func (t *typing) endLocked(m membership) bool {
	room := t.rooms[m.room]
	if room == nil {
		return false
	}
	before := len(room.typists)
	room.typists = slices.DeleteFunc(room.typists, func(one typist) bool { return one.user == m.user })
	if len(room.typists) == before {
		return false
	}
	poke(t.due)
	return true
}
