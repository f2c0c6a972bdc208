package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"chatd/store/storetest"
)

// node is one of the nodes of a database, with its own line to it.
type node struct {
	*program
	line *line
}

// twoNodes starts two nodes of a new database. Mute ones never hear each
// other's doorbell.
func twoNodes(t *testing.T, mute bool) (a, b node) {
	t.Helper()
	return twoNodesOf(t, storetest.URL(t), mute)
}

func twoNodesOf(t *testing.T, database string, mute bool, settings ...string) (a, b node) {
	t.Helper()
	start := func() node {
		l := newLine(t, database)
		l.mute.Store(mute)
		return node{serving(t, append(settings, "CHATD_DATABASE_URL="+l.url)...), l}
	}
	return start(), start()
}

// at is the same browser at another node.
func (b *browser) at(n node) *browser { return &browser{n.url, b.client} }

// brings makes an account for somebody, and returns their browser and id.
func (p *program) brings(t *testing.T, owner *browser, username string) (*browser, int64) {
	t.Helper()
	var invite struct{ URL string }
	var out struct{ User struct{ ID int64 } }
	guest := p.browser(t)
	text := owner.must(t, http.MethodPost, "/api/v1/invites", map[string]any{})
	err := json.Unmarshal([]byte(text), &invite)
	if err == nil {
		text = guest.must(t, http.MethodPost, "/api/v1/sign-up", map[string]any{
			"username": username, "display_name": username, "password": anasPassword, "invite": path.Base(invite.URL),
		})
		err = json.Unmarshal([]byte(text), &out)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return guest, out.User.ID
}

// patience is how long something is waited for that comes or does not.
const patience = 20 * time.Second

func TestWhatHappensAtOneNodeIsFeltAtTheOther(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mute   bool
		within time.Duration
		posts  int
	}{
		"at once, by the doorbell": {false, time.Second, 21},
		"soon, when no ring comes": {true, 3 * time.Second, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := twoNodes(t, tt.mute)
			ana := a.setUp(t)
			general := ana.rooms(t)[0]
			ben, id := a.brings(t, ana, "ben")
			boats := make([]room, 3)
			for i := range boats {
				text := ana.must(t, http.MethodPost, "/api/v1/rooms", map[string]any{"kind": "public", "name": fmt.Sprint("boats ", i)})
				if err := json.Unmarshal([]byte(text), &boats[i]); err != nil {
					t.Fatal(err)
				}
				ana.must(t, http.MethodPost, fmt.Sprintf("/api/v1/rooms/%d/members", boats[i].ID), map[string]any{"user_id": id})
			}
			var stream, poll *ear
			var ended <-chan struct{}
			listen := func(who *browser) {
				stream, poll = who.ear(t), who.ear(t)
				_, ended = stream.streams(who.at(b))
				poll.pulls(who.at(b))
			}
			listen(ben)

			// took waits until both have it.
			took := func(check func(*ear)) time.Duration {
				began := time.Now()
				check(stream)
				check(poll)
				return time.Since(began)
			}
			slow := func(times []time.Duration) bool { return len(times) == 0 || slices.Min(times) > tt.within }
			var times []time.Duration
			for i := range tt.posts {
				text := fmt.Sprint("message ", i)
				if err := ana.post(t.Context(), general.ID, text); err != nil {
					t.Fatal(err)
				}
				times = append(times, took(func(e *ear) { e.shows(text, patience) }))
			}
			slices.Sort(times)
			// The machine may stand still now and then. Where they only look, every one
			// comes with a look, and the next one is sent just after it.
			if median := times[len(times)/2]; median > tt.within {
				t.Errorf("the messages took %v", times)
			}

			var kicks, logOuts []time.Duration // until one is quick
			for i := 0; i < len(boats) && slow(kicks); i++ {
				ana.must(t, http.MethodDelete, fmt.Sprintf("/api/v1/rooms/%d/members/%d", boats[i].ID, id), nil)
				kicks = append(kicks, took(func(e *ear) {
					if got := e.isTold("unsubscribe-ack", patience); got.Why != "removed" || string(got.Topics) != fmt.Sprintf("[%q]", boats[i].topic()) {
						t.Errorf("after the kick: %+v", got)
					}
				}))
			}
			for _, r := range []room{boats[0], general} {
				if err := ana.post(t.Context(), r.ID, "in "+r.topic()); err != nil {
					t.Fatal(err)
				}
			}
			took(func(e *ear) { e.shows("in "+general.topic(), patience) })

			for len(logOuts) < 3 && slow(logOuts) {
				if len(logOuts) > 0 {
					ben.signIn(t, "ben", anasPassword)
					listen(ben)
				}
				ben.must(t, http.MethodPost, "/logout", nil)
				logOuts = append(logOuts, took(func(e *ear) {
					if got := e.isTold("abort", patience); got.Reason != "signed-out" {
						t.Errorf("after the log-out: %+v", got)
					}
				}))
				select {
				case <-ended:
				case <-time.After(patience):
					t.Error("the stream goes on after its abort")
				}
			}
			t.Logf("messages: median %v, worst %v; kicks %v; log-outs %v",
				times[len(times)/2].Round(time.Millisecond), times[len(times)-1].Round(time.Millisecond), kicks, logOuts)
			if slow(kicks) || slow(logOuts) {
				t.Errorf("the kicks took %v, the log-outs %v", kicks, logOuts)
			}

			swallowed, passed := a.line.swallowed.Load()+b.line.swallowed.Load(), a.line.passed.Load()+b.line.passed.Load()
			if tt.mute && (passed > 0 || swallowed == 0) || !tt.mute && passed == 0 {
				t.Errorf("%d rings passed, %d were swallowed", passed, swallowed)
			}
		})
	}
}

func TestAListenerWhoChangesNodesSeesEverythingOnce(t *testing.T) {
	t.Parallel()
	const each = 100
	a, b := twoNodes(t, true)
	ana := a.setUp(t)
	room := ana.rooms(t)[0].ID
	cy, _ := b.brings(t, ana, "cy")
	ben, _ := a.brings(t, ana, "ben")
	e := ben.ear(t)
	have := maps.Clone(e.have)
	hangUp, _ := e.streams(ben)

	// The other node has never heard of this session, and says so. It takes the
	// next data request all the same.
	for _, got := range ben.at(b).control(t, e.id, map[string]any{"op": "ack"}, map[string]any{"op": "subscribe", "topics": have}) {
		if got.Event != "error" || got.Code != "unknown-session" {
			t.Errorf("the other node answers %+v", got)
		}
	}
	hangUp()
	hangUp, _ = e.streams(ben.at(b))
	if got := ben.at(b).control(t, e.id, map[string]any{"op": "ack"}); got[0].Event != "ack-ack" {
		t.Errorf("after a data request the other node answers %+v", got)
	}
	hangUp()

	senders, ctx := errgroup.WithContext(t.Context())
	for name, at := range map[string]*browser{"ana": ana, "cy": cy} {
		senders.Go(func() error {
			for i := range each {
				if err := at.post(ctx, room, fmt.Sprint(name, " ", i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	seen, moves := map[string]int{}, 0
	eventually(t, "everything is shown", func() bool {
		at := []*browser{ben, ben.at(b)}[moves%2]
		hangUp := func() func() {
			if moves%4 < 2 {
				hangUp, _ := e.streams(at)
				return hangUp
			}
			return e.pulls(at)
		}()
		moves++
		e.showsFor(300*time.Millisecond, seen)
		hangUp()
		return len(seen) == 2*each
	})
	if err := senders.Wait(); err != nil {
		t.Error(err)
	}
	for text, n := range seen {
		if n != 1 {
			t.Errorf("%q is shown %d times", text, n)
		}
	}
	t.Logf("%d messages over %d changes", len(seen), moves)
}

func TestStreamsOutliveALostDatabaseAndCatchUp(t *testing.T) {
	t.Parallel()
	const fromA, fromB = 20, 5
	a, b := twoNodes(t, false)
	ana := a.setUp(t)
	room := ana.rooms(t)[0].ID
	cy, _ := b.brings(t, ana, "cy")
	ben, _ := a.brings(t, ana, "ben")
	stream, poll := ben.ear(t), ben.ear(t)
	_, ended := stream.streams(ben.at(b))
	poll.pulls(ben.at(b))
	if err := ana.post(t.Context(), room, "before"); err != nil {
		t.Fatal(err)
	}
	stream.shows("before", patience)
	poll.shows("before", patience)
	elsewhere := a.browser(t)
	elsewhere.signIn(t, "ana", anasPassword)
	leaving := elsewhere.ear(t)
	leaving.streams(elsewhere.at(b))

	b.line.cut()
	cut := time.Now()
	elsewhere.must(t, http.MethodPost, "/logout", nil)
	senders, ctx := errgroup.WithContext(t.Context())
	for name, s := range map[string]struct {
		at *browser
		n  int
	}{"ana": {ana, fromA}, "cy": {cy, fromB}} {
		senders.Go(func() error {
			for i := range s.n {
				if err := s.at.post(ctx, room, fmt.Sprint(name, " ", i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	eventually(t, "the node has been without its database for three seconds", func() bool {
		status, _ := b.get(t, "/readyz")
		return status == http.StatusServiceUnavailable && time.Since(cut) > 3*time.Second
	})
	select {
	case <-ended:
		t.Error("the stream has ended with the database")
	default:
	}
	if n := len(stream.shown); n > 0 {
		t.Errorf("%d messages came without a database", n)
	}
	b.line.mend()
	mended := time.Now()
	if got := leaving.isTold("abort", patience); got.Reason != "signed-out" {
		t.Errorf("after the log-out: %+v", got)
	}
	t.Logf("the log-out was felt after %v", time.Since(mended).Round(time.Millisecond))
	for _, e := range []*ear{stream, poll} {
		seen := map[string]int{}
		eventually(t, "everything is shown", func() bool {
			e.showsFor(50*time.Millisecond, seen)
			return len(seen) == fromA+fromB
		})
		for text, n := range seen {
			if n != 1 {
				t.Errorf("%q is shown %d times", text, n)
			}
		}
		t.Logf("everything was shown after %v", time.Since(mended).Round(time.Millisecond))
	}
	if err := senders.Wait(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
		t.Error("the stream has ended")
	case got := <-stream.told:
		t.Errorf("the stream was told %+v", got)
	default:
	}
}

// showsFor counts what is shown for a while.
func (e *ear) showsFor(while time.Duration, seen map[string]int) {
	over := time.After(while)
	for {
		select {
		case text := <-e.shown:
			seen[text]++
		case <-over:
			return
		}
	}
}

func newUUID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	text := hex.EncodeToString(raw[:])
	return text[:8] + "-" + text[8:12] + "-4" + text[13:16] + "-8" + text[17:20] + "-" + text[20:]
}
