package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// watches opens a stream with these people on the screen.
func (p *person) watches(people ...*person) *listener {
	p.t.Helper()
	l := p.listener()
	for _, one := range people {
		l.people = append(l.people, userName(one.me.ID))
	}
	l.open("ndjson")
	l.next("listen-ack")
	return l
}

// learns waits until the listener has been told that somebody is in a state.
func (l *listener) learns(who *person, state string) {
	l.t.Helper()
	l.until(fmt.Sprintf("%s is %s", who.me.Username, state), func() bool { return l.sees(who) == state })
}

// until takes presence events until ok.
func (l *listener) until(what string, ok func() bool) {
	l.t.Helper()
	for !ok() {
		l.t.Logf("%s waits for: %s", l.me.Username, what)
		l.next("presence")
	}
}

// sees is the state that somebody is in, as far as the listener was told.
func (l *listener) sees(who *person) string {
	if state, here := l.states[userName(who.me.ID)]; here {
		return state
	}
	return "offline"
}

// hears waits for the next notice about somebody.
func (l *listener) hears(who *person, notice string) {
	l.t.Helper()
	want := userName(who.me.ID) + " " + notice
	l.until(want, func() bool { return slices.Contains(l.notices, want) })
	l.notices = slices.DeleteFunc(l.notices, func(n string) bool { return n == want })
}

// heardNothing wants no notice about somebody to have come.
func (l *listener) heardNothing(who *person) {
	l.t.Helper()
	for _, n := range l.notices {
		if strings.HasPrefix(n, userName(who.me.ID)+" ") {
			l.t.Errorf("%s has heard: %s", l.me.Username, n)
		}
	}
}

// does sends one operation that has to work.
func (l *listener) does(operation map[string]any) {
	l.t.Helper()
	for _, e := range l.control(operation) {
		if e.Event == "error" {
			l.t.Fatalf("%v: %+v", operation, e)
		}
	}
}

// types says that its person types in a room until the node has taken it up, as a
// page says so again and again: a question whether they may, which is asked while
// the node hears that they have joined, is dropped.
func (l *listener) types(room int64) {
	l.t.Helper()
	m := membership{room, l.me.ID}
	say := map[string]any{"op": "activity", "state": "typing", "topic": roomTopic(room)}
	l.does(say)
	l.eventually("it is known that "+l.me.Username+" types", func() bool {
		types, asked := l.app.typing.knows(m)
		if !types && !asked {
			l.does(say)
		}
		return types
	})
}

// knows reports whether somebody types, and whether it is being found out if they
// may.
func (t *typing) knows(m membership) (types, asked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, waits := t.questions[m]
	_, asking := t.asking[m]
	return t.isTypingLocked(m), waits || asking
}

// leavesFor has somebody in one room alone.
func (p *person) leavesFor(room int64) {
	p.t.Helper()
	p.must(http.StatusNoContent, "DELETE", roomPath(p.room("general").ID)+"/membership", nil, nil)
	if room != 0 {
		p.must(http.StatusOK, "PUT", roomPath(room)+"/membership", nil, nil)
	}
}

func (p *person) chooses(choice string, until any) Me {
	p.t.Helper()
	var me Me
	p.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"presence": map[string]any{"choice": choice, "until": until}}, &me)
	return me
}

// shortLeases has a lost connection noticed soon.
func shortLeases(c *Config) {
	c.Times.LostLease, c.Times.PullLease = 300*time.Millisecond, 300*time.Millisecond
}
