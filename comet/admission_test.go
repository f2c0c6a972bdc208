package comet

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowCheck makes Check wait until it is released.
func slowCheck(c *Config) (release chan struct{}) {
	release = make(chan struct{})
	c.Check = func(ctx context.Context, _ Principal) error {
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return release
}

// newNarrowWorld opens one request at a time, which waits until it is released,
// while so many others wait for their turn.
func newNarrowWorld(t *testing.T, waiting int) (w *world, release chan struct{}) {
	t.Helper()
	w = newWorld(t, newMemoryLog(), func(c *Config) {
		c.Limits.Opens, c.Limits.OpensWaiting = 1, waiting
		release = slowCheck(c)
	})
	return w, release
}

func TestOpensAskInTheOrderInWhichTheyCame(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var order []string
		turn := make(chan struct{})
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Limits.Opens = 1
			c.Check = func(_ context.Context, p Principal) error {
				<-turn
				order = append(order, p.User) // one at a time, or the race detector complains
				return nil
			}
		})
		var answers sync.WaitGroup
		for i := range 10 {
			answers.Go(func() { w.user(fmt.Sprint(i)).answer(dataRequest{ID: "a"}) })
			synctest.Wait()
		}
		if s := w.hub.Stats(); s.Opens != 1 || s.OpensWaiting != 9 {
			t.Errorf("%d open, %d wait", s.Opens, s.OpensWaiting)
		}
		for range 10 {
			turn <- struct{}{}
			synctest.Wait()
		}
		answers.Wait()
		if got := strings.Join(order, ""); got != "0123456789" {
			t.Error(got)
		}
		if s := w.hub.Stats(); s.Opens != 0 || s.OpensWaiting != 0 || s.OpensRefused != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// refusal is an answer of 503.
type refusal struct {
	after   time.Duration
	retryIn int // seconds; 0: it was no refusal
}

// tryOpen opens a data request and tells how it was refused.
func (u user) tryOpen(ctx context.Context) refusal {
	start := time.Now()
	r, err := u.post(ctx, "/comet/data", typeJSON, body(dataRequest{ID: "a", Mode: modePoll}))
	if err != nil {
		return refusal{}
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(text), "busy") {
		return refusal{}
	}
	seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
	return refusal{time.Since(start), seconds}
}

func TestAnOpenWaitsForItsTurnForOneSecond(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var release chan struct{}
		w := newWorld(t, newMemoryLog(), func(c *Config) { release = slowCheck(c) })
		inside := make(chan refusal)
		for i := range 64 {
			go func() { inside <- w.user(fmt.Sprint("user", i)).tryOpen(t.Context()) }()
		}
		synctest.Wait()
		time.Sleep(30 * time.Millisecond)
		got := w.user("late").tryOpen(t.Context())
		between(t, "the refusal", got.after, time.Second, 1100*time.Millisecond)
		if got.retryIn < 1 || got.retryIn > 2 {
			t.Errorf("Retry-After %d", got.retryIn)
		}
		start := time.Now()
		if got := briefs(w.user("late").control("", `{"op":"join"}`, `{"op":"ping"}`)); got != "join-ack, ping-ack" || time.Since(start) != 0 {
			t.Errorf("control got %q after %v", got, time.Since(start))
		}
		close(release)
		for range 64 {
			if got := <-inside; got.retryIn != 0 {
				t.Error("one that had been let in was refused")
			}
		}
		if got := w.user("late").tryOpen(t.Context()); got.retryIn != 0 || w.hub.Stats().OpensRefused != 1 {
			t.Errorf("%+v, refused %d", got, w.hub.Stats().OpensRefused)
		}
	})
}

func TestWhoComesWhenTooManyWaitIsRefusedAtOnceAndForLonger(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, release := newNarrowWorld(t, 50)
		var others sync.WaitGroup
		for i := range 51 {
			others.Go(func() { w.user(fmt.Sprint("user", i)).tryOpen(t.Context()) })
		}
		synctest.Wait()
		seen := make(map[int]int)
		for range 200 {
			got := w.user("late").tryOpen(t.Context())
			if got.after != 0 {
				t.Fatalf("refused after %v", got.after)
			}
			seen[got.retryIn]++
		}
		for second := 1; second <= 5; second++ {
			if seen[second] < 15 {
				t.Errorf("%d of 200 were told to come back after %d s: %v", seen[second], second, seen)
			}
		}
		if len(seen) != 5 {
			t.Error(seen)
		}
		close(release)
		others.Wait()
	})
}

func TestAFrameThatIsRefusedIsToldWhenToComeBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, release := newNarrowWorld(t, 1)
		first := w.user("ann").stream(dataRequest{ID: "a"})
		synctest.Wait()
		frame := w.user("ben").stream(dataRequest{ID: "b", Transport: transportFrame, Tag: "t"})
		time.Sleep(2 * time.Second)
		got := frame.next()
		if briefs(got) != "error busy" || got[0].number("in") < 1000 || got[0].number("in") > 5001 {
			t.Error(got)
		}
		if n := w.hub.Stats().Sessions; n != 1 {
			t.Errorf("%d sessions: whoever is refused has none", n)
		}
		close(release)
		first.want("listen-ack")
	})
}

// TestNoPlaceIsLost opens requests that end in every way there is, at random
// times, and then counts the places.
func TestNoPlaceIsLost(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Limits.Opens, c.Limits.OpensWaiting = 3, 20
			c.Times.Read = 400 * time.Millisecond
			c.Check = func(ctx context.Context, p Principal) error {
				switch p.Login[len(p.Login)-1] {
				case '0':
					return &EndedError{ReasonSignedOut}
				case '1': // never answered
					<-ctx.Done()
					return ctx.Err()
				default:
					time.Sleep(20 * time.Millisecond)
					return nil
				}
			}
		})
		var all sync.WaitGroup
		for i := range 300 {
			all.Go(func() {
				time.Sleep(time.Duration(i*i%997) * time.Millisecond)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*i%1301)*time.Millisecond)
				defer cancel()
				user{w, fmt.Sprint("user", i), fmt.Sprint("login", i)}.tryOpen(ctx)
			})
		}
		all.Wait()
		synctest.Wait()
		s := w.hub.Stats()
		if s.Opens != 0 || s.OpensWaiting != 0 || s.OpensRefused == 0 {
			t.Errorf("%d are inside, %d wait, %d were refused", s.Opens, s.OpensWaiting, s.OpensRefused)
		}
	})
}
