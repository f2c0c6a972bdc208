package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// typingLife is how long somebody is typing who has said so once.
	typingLife = 5 * time.Second
	// typingPause is how often one person counts as having said so.
	typingPause = time.Second
	// typingGap is the least time between two hints about one room, and
	// typingRepeat that between two which say the same.
	typingGap, typingRepeat = 250 * time.Millisecond, 2 * time.Second
	// typingShown is how many people a hint names.
	typingShown = 5
	// typingRight is how long it holds that somebody may write in a room.
	typingRight = 10 * time.Second
	// typingQuestions is how many people at most are waiting to be let in.
	typingQuestions = 1000
)

// typing is who is typing in which room. It is told by hints, which may be lost,
// and stored nowhere. What a node hears from its own people it says to the
// others.
type typing struct {
	// Static after construction. None but may waits; visible and say are called
	// with mu held.
	may     func(ctx context.Context, user, room int64) (bool, error) // write in it
	visible func(user int64) bool                                     // to others, as being here
	say     func(word string)                                         // to the other nodes
	show    func(room int64, hint typingHint)                         // to those who follow the room

	// due and asked have one slot each: there is something to tell, or to ask.
	// Never closed.
	due, asked chan struct{}

	mu        sync.Mutex
	rooms     map[int64]*typingRoom
	questions map[membership]string // who is to be asked about, and the login that says they are typing, if one does
	asking    map[membership]string // the same of those whom the database is being asked about
	rights    map[membership]writeRight
	sweep     time.Time
}

// typingRoom is a room where somebody is typing, or was until just now.
type typingRoom struct {
	typists []typist // those who began first, first
	told    typingHint
	toldAt  time.Time
	renewed bool // somebody has said again that they are typing
}

type typist struct {
	user        int64
	login       string // which has said so last; "" for one at another node
	said, until time.Time
}

// writeRight is whether somebody may write in a room.
type writeRight struct {
	may   bool
	until time.Time
}

func newTyping() *typing {
	return &typing{
		due: make(chan struct{}, 1), asked: make(chan struct{}, 1),
		rooms: map[int64]*typingRoom{}, rights: map[membership]writeRight{},
		questions: map[membership]string{}, asking: map[membership]string{},
	}
}

// Typing notes that somebody says with a login that they are typing. Whether they
// may write there is asked before it is shown.
func (t *typing) Typing(user, room int64, login string) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	m := membership{room, user}
	right, known := t.rights[m]
	switch {
	case known && now.Before(right.until):
		if right.may {
			t.tellLocked(m, login, now)
		}
	case len(t.questions) < typingQuestions:
		t.questions[m] = login
		poke(t.asked)
	}
}

// tellLocked shows somebody who may write, here and elsewhere.
func (t *typing) tellLocked(m membership, login string, now time.Time) {
	if t.typesLocked(m, login, now) {
		t.say(fmt.Sprintf("%s %d %d", wordTyping, m.room, m.user))
	}
}

// typesLocked notes that somebody is typing, unless they have said so just now.
// Whoever is invisible does not even begin: it would be shown when they are seen
// again.
func (t *typing) typesLocked(m membership, login string, now time.Time) bool {
	if !t.visible(m.user) {
		return false
	}
	room := t.rooms[m.room]
	if room == nil {
		room = &typingRoom{}
		t.rooms[m.room] = room
	}
	at := slices.IndexFunc(room.typists, func(other typist) bool { return other.user == m.user })
	if at < 0 {
		room.typists = append(room.typists, typist{user: m.user})
		at = len(room.typists) - 1
	}
	one := &room.typists[at]
	one.login = login
	if now.Sub(one.said) < typingPause {
		return false
	}
	one.said, one.until, room.renewed = now, now.Add(typingLife), true
	poke(t.due)
	return true
}

// Moved notes that somebody has joined or left a room, or has another role, or
// may have: looks repeat what they have told. An answer that is on its way may be
// from before, and whoever is typing is asked about again.
func (t *typing) Moved(room, user int64) {
	m := membership{room, user}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.rights, m)
	delete(t.asking, m)
	if _, asked := t.questions[m]; t.isTypingLocked(m) && !asked {
		t.questions[m] = ""
		poke(t.asked)
	}
}

func (t *typing) isTypingLocked(m membership) bool {
	room := t.rooms[m.room]
	return room != nil && slices.ContainsFunc(room.typists, func(one typist) bool { return one.user == m.user })
}

// What nodes say to each other about typing, before a room and a user.
const (
	wordTyping = "typing"
	wordWrote  = "wrote" // or types no more for another reason
)

// Heard takes over what another node says.
func (t *typing) Heard(word string) {
	var kind string
	var m membership
	if n, err := fmt.Sscanf(word, "%s %d %d", &kind, &m.room, &m.user); err != nil || n < 3 {
		return // a newer node's
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch kind {
	case wordTyping:
		t.typesLocked(m, "", time.Now())
	case wordWrote:
		t.endLocked(m)
	}
}

// poke fills a slot.
func poke(slot chan struct{}) {
	select {
	case slot <- struct{}{}:
	default:
	}
}
