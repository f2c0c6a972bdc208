package comet

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestALogOutEndsARequestThatWaitsForAdmission(t *testing.T) {
	ways := map[string]func(*world){
		"abort signed-out":  func(w *world) { w.signOut("one") },
		"abort deactivated": func(w *world) { w.hub.EndUser("ann", ReasonDeactivated) },
	}
	for want, end := range ways {
		for _, q := range []dataRequest{
			{ID: "a", Mode: modeStream},
			{ID: "a", Mode: modeStream, Transport: transportFrame, Tag: "t"},
			{Mode: modeStream, Transport: transportSSE},
			{ID: "a", Mode: modePull},
			{ID: "a", Mode: modePoll},
		} {
			inBubble(t, func(t *testing.T) {
				w, release := newNarrowWorld(t, 10)
				defer close(release)
				w.user("ben").stream(dataRequest{ID: "b"}) // has the only place
				other := user{w, "carl", "two"}.stream(dataRequest{ID: "c"})
				synctest.Wait()
				s := user{w, "ann", "one"}.stream(q)
				synctest.Wait()
				start := time.Now()
				end(w)
				s.want("listen-ack, " + want)
				if !s.isOver() || time.Since(start) != 0 {
					t.Errorf("%+v: it waits on", q)
				}
				other.want("")
				if n := w.hub.Stats(); n.OpensWaiting != 1 || n.Sessions != 1 || len(w.hub.openings.all) != 2 {
					t.Errorf("%+v, %d are being opened", n, len(w.hub.openings.all))
				}
			})
		}
	}
}

// TestALogOutWhileARequestRegistersEndsItsSession is about the moment between
// the look among the openings and that among the sessions.
func TestALogOutWhileARequestRegistersEndsItsSession(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		c := newConn(w.hub, nil, request(t), dataRequest{ID: "a", Mode: modePoll, Have: have("room:1", 100, 0)},
			Principal{User: "ann", Login: "one"})
		c.admitted = true
		if _, p := c.register(); p != nil {
			t.Fatal(p)
		}
		c.last = &finale{kind: finalAbort, reason: ReasonSignedOut}
		c.endWithLogin()
		if n := w.hub.Stats(); n.Sessions != 0 || n.Topics != 0 {
			t.Errorf("%+v", n)
		}
	})
}

func request(t *testing.T) *http.Request {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://hub/comet/data", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARequestThatCannotBeOpenedCrowdsNobodyOut(t *testing.T) {
	for _, checked := range []bool{false, true} {
		inBubble(t, func(t *testing.T) {
			away := errors.New("the database is away")
			var checkFails atomic.Bool
			w := newWorld(t, newMemoryLog("room:1"), func(c *Config) {
				c.Check = func(context.Context, Principal) error {
					if checkFails.Load() {
						return away
					}
					return nil
				}
			})
			u := w.browser("ann")
			one, two := u.stream(dataRequest{ID: "a"}), u.stream(dataRequest{ID: "b"})
			one.want("listen-ack")
			two.want("listen-ack")
			if checkFails.Store(!checked); checked {
				w.log.failPositions(away)
			}
			for range 3 {
				if _, _, err := u.tryPoll(t.Context(), dataRequest{ID: "c", Mode: modePull, Have: have("room:1", 100, 0)}); err == nil {
					t.Fatal("it was opened")
				}
			}
			one.want("")
			two.want("")
			if s := w.hub.Stats(); s.Held != 2 || s.Crowded != 0 {
				t.Errorf("%d are held, %d were ended", s.Held, s.Crowded)
			}
			checkFails.Store(false)
			w.log.failPositions(nil)
			u.stream(dataRequest{ID: "c"}).next()
			if got := briefs(append(one.next(), two.next()...)); got != "refresh crowded" {
				t.Error(got)
			}
		})
	}
}

func TestALoginsRequestsEndWhenItExpires(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const life = 20 * time.Minute
		start := time.Now()
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Expires = func(r *http.Request) time.Time {
				if r.Header.Get("X-Login") != "brief" {
					return time.Time{}
				}
				return start.Add(life)
			}
		})
		u := user{w, "ann", "brief"}
		other := user{w, "ann", "lasting"}.stream(dataRequest{ID: "o"})
		streams := []*stream{u.stream(dataRequest{ID: "a"}), u.follow("transport=sse", "")}
		time.Sleep(life - 10*time.Second)
		streams = append(streams, u.stream(dataRequest{ID: "b", Mode: modePull}))
		for _, s := range append(slices.Clone(streams), other) {
			s.next()
		}
		until(t, time.Minute, streams[0].isOver)
		between(t, "the end", time.Since(start), life, life+110*time.Millisecond)
		for i, s := range streams {
			if got := s.next(); !s.isOver() || len(got) == 0 || got[len(got)-1].brief() != "abort expired" {
				t.Errorf("%d: %v", i, got)
			}
		}
		if other.isOver() {
			t.Error("another login has ended too")
		}
	})
}

func TestARequestThatWaitsForAdmissionEndsWithItsLogin(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		end := time.Now().Add(500 * time.Millisecond)
		var release chan struct{}
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Limits.Opens = 1
			c.Expires = func(*http.Request) time.Time { return end }
			release = slowCheck(c)
		})
		defer close(release)
		w.user("ben").stream(dataRequest{ID: "b"})
		synctest.Wait()
		if got := w.user("ann").answer(dataRequest{ID: "a"}); got != "listen-ack, abort expired" {
			t.Error(got)
		}
		between(t, "the end", time.Since(end), 0, 110*time.Millisecond)
	})
}
