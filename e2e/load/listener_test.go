package main

import (
	"strings"
	"testing"
	"time"
)

// follower is a listener of a world without server, in which nobody has heard
// anything yet.
func follower() (*listener, *topic) {
	w := &world{ledger: newLedger(), tally: newTally()}
	w.ledger.add("room:7", head{7, 5, 3})
	t := w.ledger.topics["room:7"]
	c := &crowd{world: w, tally: w.tally}
	return &listener{crowd: c, cursors: []cursor{{t, 3}}}, t
}

const (
	fourth = `{"event":"data","topic":"room:7","epoch":5,"seq":4,"payload":{"kind":"message","message":{"id":40,"client_id":"a","body":"four"}}}`
	fifth  = `{"event":"data","topic":"room:7","epoch":5,"seq":5,"payload":{"kind":"message","message":{"id":50,"client_id":"b","body":"five"}}}`
)

func TestAListenerNoticesEveryBrokenPromise(t *testing.T) {
	for name, tt := range map[string]struct {
		events []string
		want   string // a part of the violation; empty: none
	}{
		"in order":                {[]string{fourth, fifth}, ""},
		"a heartbeat in between":  {[]string{fourth, `{"event":"heartbeat","time":1}`, fifth}, ""},
		"repeated":                {[]string{fourth, fourth}, "stands at room:7 [5,4] and got [5,4]"},
		"out of order":            {[]string{fifth}, "stands at room:7 [5,3] and got [5,5]"},
		"of another epoch":        {[]string{strings.Replace(fourth, `"epoch":5`, `"epoch":6`, 1)}, "got [6,4]"},
		"of a topic not followed": {[]string{strings.Replace(fourth, "room:7", "room:8", 1)}, "got an event of room:8"},
		"a gap":                   {[]string{`{"event":"gap","topic":"room:7","epoch":5,"seq":9}`}, `got {"event":"gap"`},
		"an abort":                {[]string{`{"event":"abort","reason":"expired"}`}, `got {"event":"abort"`},
		"no JSON":                 {[]string{`{"event":`}, "the event"},
		"superseded by nobody":    {[]string{`{"event":"refresh","why":"superseded"}`}, "superseded by itself"},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := follower()
			for _, raw := range tt.events {
				if err := l.take([]byte(raw), time.Now()); err != nil {
					break
				}
			}
			wantViolation(t, l.crowd.tally, tt.want)
		})
	}
}

func TestListenersWhoHearDifferentThingsAreNoticed(t *testing.T) {
	l, topic := follower()
	other := &listener{crowd: l.crowd, cursors: []cursor{{topic, 3}}}
	_ = l.take([]byte(fourth), time.Now())
	_ = other.take([]byte(strings.Replace(fourth, "four", "for", 1)), time.Now())
	wantViolation(t, l.crowd.tally, "room:7 4: one heard")
}

func TestALedgerThatIsNotTheDatabaseIsNoticed(t *testing.T) {
	at := func(seq int64) [2]int64 { return [2]int64{7, seq} }
	right := row{7, 4, "message", 40, "a", "four"}
	for name, tt := range map[string]struct {
		stored map[[2]int64]row
		want   string
	}{
		"the same":              {map[[2]int64]row{at(4): right}, ""},
		"another message":       {map[[2]int64]row{at(4): {7, 4, "message", 41, "a", "four"}}, "stored message of message 41"},
		"another text":          {map[[2]int64]row{at(4): {7, 4, "message", 40, "a", "fore"}}, "room:7 4: heard"},
		"not there":             {map[[2]int64]row{}, "is not in the database"},
		"one more in the table": {map[[2]int64]row{at(4): right, at(5): {7, 5, "message", 50, "b", "five"}}, "room:7 5 is in the database"},
	} {
		t.Run(name, func(t *testing.T) {
			l, topic := follower()
			_ = l.take([]byte(fourth), time.Now())
			topic.verify(tt.stored, l.crowd.tally.violate)
			wantViolation(t, l.crowd.tally, tt.want)
		})
	}
}

func TestAnAcknowledgedMessageThatIsNotStoredIsNoticed(t *testing.T) {
	l := newLedger()
	tally := newTally()
	l.acked(l.sending("a"), 40)
	l.verifySent(map[string]int64{"a": 40}, tally.violate)
	wantViolation(t, tally, "")
	l.verifySent(map[string]int64{}, tally.violate)
	wantViolation(t, tally, "message 40 was acknowledged")
}

func TestOnlyA503WithATimeIsAnAllowedRefusal(t *testing.T) {
	for _, tt := range []struct {
		refused refused
		want    string
	}{
		{refused{503, 2 * time.Second}, ""},
		{refused{503, -1}, "answered 503"},
		{refused{429, time.Second}, "answered 429"},
		{refused{500, -1}, "answered 500"},
	} {
		tally := newTally()
		if wait := tally.trouble("data", tt.refused); wait != max(0, tt.refused.retryAfter) {
			t.Errorf("%v: come back after %v", tt.refused, wait)
		}
		wantViolation(t, tally, tt.want)
	}
}

func wantViolation(t *testing.T, tally *tally, want string) {
	t.Helper()
	n, some := tally.broken()
	switch {
	case want == "" && n > 0:
		t.Errorf("violations: %q", some)
	case want != "" && (n == 0 || !strings.Contains(some[0], want)):
		t.Errorf("violations: %q, want %q", some, want)
	}
}
