package comet

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatAPersonDoesIsPassedOn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var told []string
		w := newWorld(t, newMemoryLog("room:1", "room:2"), func(c *Config) {
			c.Activity = func(s SessionInfo, a Activity) {
				if a.State != "" { // else it is how the client is connected
					told = append(told, fmt.Sprintf("%s %s %s", s.User, a.State, a.Topic))
				}
			}
		})
		w.log.deny("ann", "room:2", true)
		u := w.user("ann")
		u.stream(dataRequest{ID: "a", Have: map[string]Position{"room:1": {100, 0}, "room:2": {101, 0}}, Watch: []string{"room:3"}}).next()
		got := briefs(u.control("a", `{"op":"activity","state":"active"}`, `{"op":"activity","state":"typing","topic":"room:1"}`,
			`{"op":"activity","state":"idle","topic":"room:1"}`, `{"op":"activity","state":"typing"}`, `{"op":"activity"}`,
			`{"op":"activity","state":"dancing"}`, `{"op":"activity","state":"typing","topic":"room:2"}`,
			`{"op":"activity","state":"active","topic":"room:3"}`))
		if want := "activity-ack, activity-ack, activity-ack, error malformed, error malformed, error malformed, " +
			"error not-followed, error not-followed"; got != want {
			t.Error(got)
		}
		synctest.Wait()
		if want := []string{"ann active ", "ann typing room:1", "ann idle room:1"}; !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
		if got := briefs(u.control("b", `{"op":"activity","state":"active"}`)); got != "error unknown-session" {
			t.Error(got)
		}
	})
}

func TestActivityIsUnknownToAHubThatDoesNotWantIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := newWorld(t, newMemoryLog(), nil).user("ann")
		if got := briefs(u.control("", `{"op":"join"}`, `{"op":"activity","state":"active"}`)); got != "join-ack, error unknown-operation" {
			t.Error(got)
		}
	})
}

// attentive is a world that tells its presence also what people do.
func attentive(t *testing.T, log *memoryLog, tune func(*Config)) *world {
	var w *world
	w = newWorld(t, log, func(c *Config) {
		c.Activity = func(s SessionInfo, a Activity) { w.presence.Activity(s, a) }
		if tune != nil {
			tune(c)
		}
	})
	return w
}

// wantTold checks what presence was told since the last call.
func (w *world) wantTold(want ...string) {
	w.t.Helper()
	synctest.Wait()
	w.presence.mu.Lock()
	defer w.presence.mu.Unlock()
	if !slices.Equal(w.presence.story, want) {
		w.t.Errorf("told %q, want %q", w.presence.story, want)
	}
	w.presence.story = nil
}

func TestWhatADataRequestSaysOfItsClientIsToldOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := attentive(t, newMemoryLog(), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, RoundTrip: 12}
		u.stream(q).next()
		w.wantTold("opened ann", "ann ndjson 12ms")
		q.N, q.RoundTrip, q.Transport, q.Tag = 2, 12, transportFrame, "t"
		u.stream(q).next()
		w.wantTold("ann iframe")
		q.N, q.Idle = 3, true
		u.stream(q).next()
		w.wantTold("ann idle")
		q.N, q.RoundTrip = 4, 15
		u.stream(q).next()
		w.wantTold("ann 15ms")
		q.N, q.RoundTrip = 5, 0 // not measured since
		u.stream(q).next()
		w.wantTold()
		u.answer(dataRequest{ID: "a", N: 6, RoundTrip: 1})
		w.wantTold("ann active poll 1ms")
		u.answer(dataRequest{N: 7}) // a reader
		w.wantTold()
		u.control("a", `{"op":"activity","state":"active","round_trip":9}`, `{"op":"activity","state":"active"}`)
		w.wantTold("ann active 9ms", "ann active")
		u.answer(dataRequest{ID: "a", N: 8, RoundTrip: 9})
		w.wantTold()
		time.Sleep(time.Minute)
		w.wantTold("closed ann lease")
		if got := briefs(u.control("a", `{"op":"activity","state":"active"}`)); got != "error unknown-session" {
			t.Error(got)
		}
	})
}

func TestAnIdleSessionThatMovesToAnotherNodeIsIdleThereFromTheStart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		log := newMemoryLog("room:1")
		here, there := attentive(t, log, nil), attentive(t, log, nil)
		here.user("ann").stream(dataRequest{ID: "a", N: 1}).next()
		here.user("ann").control("a", `{"op":"activity","state":"idle","n":1}`)
		here.wantTold("opened ann", "ann ndjson", "ann idle")
		if got := briefs(there.user("ann").control("a", `{"op":"activity","state":"idle","n":1}`)); got != "error unknown-session" {
			t.Error(got)
		}
		there.user("ann").stream(dataRequest{ID: "a", N: 2, Idle: true, Have: have("room:1", 100, 0)}).next()
		there.wantTold("opened ann idle", "ann ndjson")
	})
}

func TestWhatAPersonDoesBeforeTheSessionOpensIsToldWhenItDoes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := attentive(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		// The operation was made after the data request, and comes before it.
		u.control("a", `{"op":"join"}`, `{"op":"activity","state":"idle","n":1,"round_trip":7}`)
		w.wantTold()
		u.stream(dataRequest{ID: "a", N: 1}).next()
		w.wantTold("opened ann idle", "ann ndjson 7ms")
		// And while the request waits to be opened.
		release := w.log.block("positions")
		u.stream(dataRequest{ID: "b", N: 1, Have: have("room:1", 100, 0)})
		synctest.Wait()
		u.control("b", `{"op":"activity","state":"idle"}`)
		w.wantTold()
		release()
		w.wantTold("opened ann idle", "ann ndjson")
	})
}

func TestAnOperationThatOvertakesItsDataRequestSaysWhatThePersonDoes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := attentive(t, newMemoryLog(), nil)
		u := w.user("ann")
		u.stream(dataRequest{ID: "a", N: 1, Idle: true}).next()
		w.wantTold("opened ann idle", "ann ndjson")
		u.control("a", `{"op":"activity","state":"active","n":2}`)
		u.stream(dataRequest{ID: "a", N: 2, Idle: true}).next() // made just before
		w.wantTold("ann active")
		u.control("a", `{"op":"activity","state":"idle","n":1}`) // older than what is known
		w.wantTold()
		u.stream(dataRequest{ID: "a", N: 3, Idle: true}).next()
		w.wantTold("ann idle")
		u.stream(dataRequest{ID: "a", N: 2}).next() // late
		w.wantTold()
	})
}

func TestWhoTypesIsNotIdle(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := attentive(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Idle: true, Have: have("room:1", 100, 0)}
		u.stream(q).next()
		u.control("a", `{"op":"activity","state":"typing","topic":"room:1"}`)
		w.wantTold("opened ann idle", "ann ndjson", "ann typing room:1")
		q.N = 2 // and idle again, which is another thing than it was
		u.stream(q).next()
		w.wantTold("ann idle")
	})
}

func TestTheKindOfDeviceIsToldToPresence(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Device = func(r *http.Request) string { return "device-of-" + r.Header.Get("X-User") }
		})
		w.user("ann").answer(dataRequest{ID: "a", N: 1})
		w.wantTold("opened ann by device-of-ann")
		ben := w.user("ben")
		ben.control("b", `{"op":"join"}`)
		ben.answer(dataRequest{ID: "b", N: 1})
		w.wantTold("opened ben by device-of-ben")
	})
}

func TestTheProgramSaysOfARequestThatItMakesWhichDeviceItIs(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := attentive(t, newMemoryLog(), nil)
		u := w.user("ann")
		u.serve(Listen{ID: "a", N: 1, Mode: modeStream, Device: "plain"})
		w.wantTold("opened ann by plain", "ann stream")
		u.serve(Listen{ID: "a", N: 2, Mode: modePoll, Device: "phone"}) // a session stays what it is
		w.wantTold("ann poll")
	})
}
