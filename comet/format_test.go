package comet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// noteFormat writes an event a line and notes what it is called for.
type noteFormat struct {
	mu    sync.Mutex
	calls []string
}

func (f *noteFormat) note(call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
}

// told returns the calls since the last time, when nothing moves any more.
func (f *noteFormat) told() string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	told := strings.Join(f.calls, ", ")
	f.calls = nil
	return told
}

func (f *noteFormat) Header(h http.Header) {
	f.note("header")
	h.Set("Content-Type", "text/x-note")
}

func (f *noteFormat) Begin(b []byte) []byte {
	f.note("begin")
	return append(b, "<"...)
}

func (f *noteFormat) Event(b, raw []byte) []byte {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		panic(err)
	}
	f.note(e.brief())
	if e.kind() == "heartbeat" || e.kind() == "hint" {
		return b // it may append nothing
	}
	return append(append(b, e.brief()...), '\n')
}

func (f *noteFormat) End(b []byte, next time.Duration) []byte {
	if next > 0 {
		f.note("end, later")
	} else {
		f.note("end")
	}
	return append(b, ">"...)
}

func (f *noteFormat) Sent() { f.note("sent") }

var _ Format = &noteFormat{}

// formatted is an answer of Serve that goes on.
type formatted struct {
	*noteFormat
	answer *httptest.ResponseRecorder
	hangUp context.CancelFunc
	done   chan error
}

// serve answers a request of the user's in a format.
func (u user) serve(l Listen) *formatted {
	return u.serveTo(httptest.NewRecorder(), nil, l)
}

func (u user) serveTo(recorder *httptest.ResponseRecorder, w http.ResponseWriter, l Listen) *formatted {
	if w == nil {
		w = recorder
	}
	ctx, cancel := context.WithCancel(u.t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://hub/elsewhere", nil)
	r.Header.Set("X-User", u.name)
	r.Header.Set("X-Login", u.login)
	f := &formatted{&noteFormat{}, recorder, cancel, make(chan error, 1)}
	go func() { f.done <- u.hub.Serve(w, r, l, f) }()
	u.t.Cleanup(cancel)
	return f
}

func (f *formatted) want(t *testing.T, calls string) {
	t.Helper()
	if got := f.told(); got != calls {
		t.Errorf("the format was told %q, want %q", got, calls)
	}
}

func TestAFormatIsToldEverythingInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.store("room:1")
		w.log.deny("ann", "room:2", true)
		f := w.user("ann").serve(Listen{ID: "a", Mode: modeStream, Have: have("room:1", 100, 0)})
		f.want(t, "header, begin, listen-ack, sent, data room:1 1, sent")
		for range 3 {
			time.Sleep(time.Second)
			w.publish("room:1")
		}
		f.want(t, "data room:1 2, sent, data room:1 3, sent, data room:1 4, sent")
		time.Sleep(time.Second)
		w.hub.Hint("ann", "k", []byte("1"))
		f.want(t, "hint k, sent")
		time.Sleep(time.Second)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		f.want(t, "unsubscribe-ack, sent")
		time.Sleep(17 * time.Second)
		f.want(t, "heartbeat, sent")
		f.hangUp()
		if err := <-f.done; err != nil {
			t.Error(err)
		}
		f.want(t, "")
		if got, want := f.answer.Body.String(), "<listen-ack\ndata room:1 1\ndata room:1 2\ndata room:1 3\ndata room:1 4\n"; !strings.HasPrefix(got, want) || strings.Contains(got, ">") {
			t.Errorf("%q", got)
		}
		h := f.answer.Header()
		for name, want := range map[string]string{
			"Content-Type": "text/x-note", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestAFormatEndsWhenTheServerEndsTheAnswer(t *testing.T) {
	for want, end := range map[string]func(world *world, u user){
		"refresh superseded, end, sent": func(_ *world, u user) { u.serve(Listen{ID: "a", N: 2, Mode: modeStream}) },
		"abort signed-out, end, sent":   func(w *world, _ user) { w.signOut("cookie one") },
		"refresh drain, end, later, sent": func(w *world, _ user) {
			w.hub.Drain(w.t.Context())
		},
		"refresh crowded, end, later, sent": func(_ *world, u user) {
			for _, id := range []string{"b", "c"} {
				u.serve(Listen{ID: id, Mode: modeStream})
				synctest.Wait()
			}
		},
		"refresh end, end, sent": func(w *world, _ user) { w.hub.Leave(Principal{User: "ann", Login: "cookie one", Browser: true}, "a") },
	} {
		inBubble(t, func(t *testing.T) {
			w := newWorld(t, newMemoryLog(), nil)
			u := user{w, "ann", "cookie one"}
			f := u.serve(Listen{ID: "a", N: 1, Mode: modeStream})
			f.want(t, "header, begin, listen-ack, sent")
			end(w, u)
			f.want(t, want)
			if err := <-f.done; err != nil || !strings.HasSuffix(f.answer.Body.String(), ">") {
				t.Errorf("%v, %q", err, f.answer.Body)
			}
		})
	}
}

func TestALifeIsRespectedAndItsEndIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		start := time.Now()
		f := w.user("ann").serve(Listen{ID: "a", Mode: modeStream, Life: 10 * time.Second})
		f.want(t, "header, begin, listen-ack, sent")
		took := until(t, time.Minute, func() bool { return f.told() == "refresh recycle, sent" })
		between(t, "the recycling", took, 8*time.Second, 12100*time.Millisecond)
		until(t, 6*time.Second, func() bool { return f.told() == "end, sent" })
		between(t, "the end", time.Since(start), 13*time.Second, 17300*time.Millisecond)
		if err := <-f.done; err != nil {
			t.Error(err)
		}
		reader := w.user("ann").serve(Listen{Mode: modeStream, Life: 10 * time.Second})
		reader.want(t, "header, begin, listen-ack, sent")
		until(t, 13*time.Second, func() bool { return reader.told() == "refresh recycle, end, sent" })
	})
}

func TestAFormatWritesThePollsToo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		u := w.user("ann")
		u.serve(Listen{ID: "a", N: 1, Mode: modePoll, Have: have("room:1", 100, 0)}).want(t,
			"begin, listen-ack, data room:1 1, end, header, sent")
		f := u.serve(Listen{ID: "a", N: 2, Mode: modePull, Have: have("room:1", 100, 1)})
		f.want(t, "")
		time.Sleep(time.Second)
		w.publish("room:1")
		f.want(t, "begin, listen-ack, data room:1 2, end, header, sent")
		if err := <-f.done; err != nil || f.answer.Body.String() != "<listen-ack\ndata room:1 2\n>" {
			t.Errorf("%v, %q", err, f.answer.Body)
		}
	})
}

// brokenWriter fails after the first so many writes.
type brokenWriter struct {
	*httptest.ResponseRecorder
	left int
}

func (b *brokenWriter) Write(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return b.ResponseRecorder.Write(p)
}

func TestWhatCouldNotBeWrittenIsNotSent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		broken := &brokenWriter{httptest.NewRecorder(), 1}
		f := w.user("ann").serveTo(broken.ResponseRecorder, broken, Listen{ID: "a", Mode: modeStream, Have: have("room:1", 100, 0)})
		f.want(t, "header, begin, listen-ack, sent")
		time.Sleep(time.Second)
		w.publish("room:1")
		f.want(t, "data room:1 1")
		if err := <-f.done; err != nil {
			t.Error(err)
		}
		broken = &brokenWriter{httptest.NewRecorder(), 0}
		w.user("ann").serveTo(broken.ResponseRecorder, broken, Listen{ID: "b", Mode: modePoll, Have: have("room:1", 100, 0)}).
			want(t, "begin, listen-ack, data room:1 1, end, header")
	})
}

func TestTopicsComeAndGoInProcess(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.deny("ann", "room:2", true)
		who := Principal{User: "ann", Login: "one"}
		f := user{w, "ann", "one"}.serve(Listen{ID: "a", Mode: modeStream})
		f.told()
		time.Sleep(time.Second)
		w.log.store("room:1")
		denied, err := w.hub.Subscribe(t.Context(), who, "a", cursors{"room:1": {100, 0}, "room:2": {101, 0}})
		if err != nil || !slices.Equal(denied, []string{"room:2"}) {
			t.Error(denied, err)
		}
		f.want(t, "data room:1 1, sent")
		w.hub.Unsubscribe(who, "a", []string{"room:1"})
		w.publish("room:1")
		f.want(t, "")

		wantRefused(t, http.StatusNotFound, false, func() error {
			_, err := w.hub.Subscribe(t.Context(), who, "b", nil)
			return err
		})
		wantRefused(t, http.StatusBadRequest, false, func() error {
			_, err := w.hub.Subscribe(t.Context(), who, "a", cursors{"room 1": {100, 0}})
			return err
		})
		release := w.log.block("positions")
		start := time.Now()
		wantRefused(t, http.StatusServiceUnavailable, true, func() error {
			_, err := w.hub.Subscribe(t.Context(), who, "a", cursors{"room:1": {100, 0}})
			return err
		})
		between(t, "the refusal", time.Since(start), 5*time.Second, 5*time.Second)
		release()

		w.hub.Leave(who, "a")
		f.want(t, "refresh end, end, sent")
		w.hub.Leave(who, "nobody's")
		until(t, 10200*time.Millisecond, func() bool { return w.hub.Stats().Sessions == 0 })
	})
}

// wantRefused checks that do is refused, and whether it tells when to come back.
func wantRefused(t *testing.T, status int, later bool, do func() error) {
	t.Helper()
	err := do()
	refused, ok := errors.AsType[*RefusedError](err)
	if !ok || refused.Status != status || refused.In > 0 != later || refused.Code == "" || !strings.Contains(refused.Error(), " ") {
		t.Errorf("%#v, want %d", err, status)
	}
}

func TestARefusedRequestWritesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.Sessions = 1 })
		u := w.user("ann")
		u.serve(Listen{ID: "a", Mode: modeStream}).told()
		refuse := func(u user, status int, later bool, l Listen) {
			t.Helper()
			f := u.serve(l)
			wantRefused(t, status, later, func() error { return <-f.done })
			f.want(t, "")
			if len(f.answer.Header()) > 0 || f.answer.Body.Len() > 0 || f.answer.Flushed {
				t.Errorf("%+v: %v %q", l, f.answer.Header(), f.answer.Body)
			}
		}
		refuse(w.user(""), http.StatusUnauthorized, false, Listen{ID: "a", Mode: modeStream})
		refuse(u, http.StatusTooManyRequests, true, Listen{ID: "b", Mode: modeStream})
		refuse(u, http.StatusBadRequest, false, Listen{ID: "a b", Mode: modeStream})
		refuse(u, http.StatusBadRequest, false, Listen{ID: "a", Mode: "push"})
		refuse(u, http.StatusBadRequest, false, Listen{ID: "a", N: -1, Mode: modePoll})
		refuse(u, http.StatusBadRequest, false, Listen{ID: "a", Mode: modePoll, Have: have("room 1", 1, 1)})
		w.log.failPositions(io.ErrUnexpectedEOF)
		refuse(w.user("ben"), http.StatusServiceUnavailable, true, Listen{ID: "a", Mode: modePull, Have: have("room:1", 100, 0)})
	})
}

func TestWhatAFormatPassesOverDoesNotKeepItsConnectionSilent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		f := w.user("ann").serve(Listen{ID: "a", Mode: modeStream, Have: have("room:1", 100, 0)})
		f.want(t, "header, begin, listen-ack, sent")
		beats := 0
		for i := range 12 { // a minute
			time.Sleep(5 * time.Second)
			w.hub.Hint("ann", "k", fmt.Append(nil, i))
			beats += strings.Count(f.told(), "heartbeat")
		}
		if beats < 3 || beats > 5 {
			t.Errorf("%d heartbeats in a minute with nothing written", beats)
		}
	})
}
