package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
)

// position is a cursor: epoch and seq.
type position [2]int64

// cometEvent is what the data channel tells, as far as these tests ask.
type cometEvent struct {
	Event, Topic, Reason, Why, Code string
	Epoch, Seq                      int64
	Topics                          json.RawMessage
	Payload                         struct{ Message struct{ Body string } }
}

// ear is a comet session that follows a person's rooms. It keeps the rules of
// the protocol: what it has seen it drops, what comes next it shows, and
// nothing may be missing in between.
type ear struct {
	t     *testing.T
	id    string
	shown chan string     // the bodies of the messages, in order
	told  chan cometEvent // what has no number and says that something ends

	// Owned by the request of the moment, of which there is one at a time.
	n    int
	have map[string]position
}

// ear begins where the person's rooms stand.
func (b *browser) ear(t *testing.T) *ear {
	t.Helper()
	e := &ear{t: t, id: newUUID(), shown: make(chan string, 1000), told: make(chan cometEvent, 100), have: map[string]position{}}
	for _, r := range b.rooms(t) {
		e.have[r.topic()] = position{r.Position.Epoch, r.Position.Seq}
	}
	return e
}

// request is the next data request.
func (e *ear) request(mode string) map[string]any {
	e.n++
	return map[string]any{"event": "listen", "id": e.id, "n": e.n, "mode": mode, "have": e.have}
}

// streams opens a stream at a node. It listens until hangUp is called or the
// server ends it.
func (e *ear) streams(at *browser) (hangUp func(), ended <-chan struct{}) {
	e.t.Helper()
	raw, err := json.Marshal(e.request("stream"))
	if err != nil {
		e.t.Fatal(err)
	}
	answer := at.opens(e.t, string(raw))
	over := make(chan struct{})
	go func() {
		defer close(over)
		for lines := bufio.NewScanner(answer); lines.Scan(); {
			e.hear(lines.Bytes())
		}
	}()
	hangUp = sync.OnceFunc(func() {
		_ = answer.Close()
		<-over
	})
	e.t.Cleanup(hangUp)
	return hangUp, over
}

// pulls asks a node again and again by long-poll, until hangUp is called or it
// is told not to come back.
func (e *ear) pulls(at *browser) (hangUp func()) {
	ctx, cancel := context.WithCancel(e.t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		for ctx.Err() == nil && e.pullsOnce(ctx, at) {
		}
	}()
	hangUp = func() {
		cancel()
		<-over
	}
	e.t.Cleanup(hangUp)
	return hangUp
}

// pullsOnce makes one long-poll and reports whether to come back.
func (e *ear) pullsOnce(ctx context.Context, at *browser) bool {
	status, text, err := at.ask(ctx, http.MethodPost, "/comet/data", e.request("pull"))
	if err != nil || status != http.StatusOK {
		rest(ctx)
		return true
	}
	var answer struct {
		Events []json.RawMessage
		Next   int
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		e.t.Errorf("%v: %s", err, text)
	}
	for _, raw := range answer.Events {
		if e.hear(raw).Event == "abort" {
			return false
		}
	}
	return true
}

// hear does with an event what the protocol asks for.
func (e *ear) hear(raw []byte) (told cometEvent) {
	if err := json.Unmarshal(raw, &told); err != nil {
		e.t.Errorf("%v: %s", err, raw)
	}
	switch told.Event {
	case "data", "skip":
		at, followed := e.have[told.Topic]
		if !followed || told.Epoch != at[0] || told.Seq <= at[1] {
			return told
		}
		if told.Seq != at[1]+1 {
			e.t.Errorf("after %v comes %s", at, raw)
		}
		if body := told.Payload.Message.Body; body != "" {
			e.shown <- body
		}
		e.have[told.Topic] = position{told.Epoch, told.Seq}
	case "listen-ack", "heartbeat", "presence", "hint":
	default:
		e.told <- told
	}
	return told
}

// shows waits for a message, which must be the next one.
func (e *ear) shows(text string, within time.Duration) {
	e.t.Helper()
	select {
	case got := <-e.shown:
		if got != text {
			e.t.Fatalf("it shows %q, want %q", got, text)
		}
	case <-time.After(within):
		e.t.Fatalf("it does not show %q within %v", text, within)
	}
}

// isTold waits for an event without a number, which must be the next one.
func (e *ear) isTold(what string, within time.Duration) cometEvent {
	e.t.Helper()
	select {
	case got := <-e.told:
		if got.Event != what {
			e.t.Fatalf("it is told %+v, want %s", got, what)
		}
		return got
	case <-time.After(within):
		e.t.Fatalf("it is not told %s within %v", what, within)
		return cometEvent{}
	}
}

// rest is the pause before something is tried again.
func rest(ctx context.Context) {
	pause := time.NewTimer(50 * time.Millisecond)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}

// post sends a message, again with the same id until a node has taken it.
func (b *browser) post(ctx context.Context, room int64, text string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body := map[string]any{"client_id": newUUID(), "body": text}
	for ctx.Err() == nil {
		status, answer, err := b.ask(ctx, http.MethodPost, fmt.Sprintf("/api/v1/rooms/%d/messages", room), body)
		switch {
		case err == nil && status < http.StatusMultipleChoices:
			return nil
		case err == nil && status < http.StatusInternalServerError && status != http.StatusTooManyRequests:
			return fmt.Errorf("send %q: %d %s", text, status, answer)
		}
		rest(ctx)
	}
	return ctx.Err()
}

// control sends operations on the control channel and returns the answers.
func (b *browser) control(t *testing.T, id string, operations ...map[string]any) []cometEvent {
	t.Helper()
	text := b.must(t, http.MethodPost, "/comet/control", map[string]any{"id": id, "operations": operations})
	var answer struct{ Events []cometEvent }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return answer.Events
}
